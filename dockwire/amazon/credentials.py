"""The secrets of one seller account."""

from dataclasses import dataclass

from pydantic import SecretStr

from dockwire.errors import SettingsError

_MWS = "amzn.mws."


@dataclass(frozen=True, slots=True)
class AmazonCredentials:
    """The application's client and the seller's refresh token."""

    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            SettingsError: the refresh token is an MWS auth token.
        """
        if self.refresh_token.get_secret_value().startswith(_MWS):
            raise SettingsError(
                "refresh_token is an MWS auth token: Amazon ended MWS in 2024 and such tokens cannot be "
                "converted. Let the seller authorise the application in Seller Central and use the refresh "
                "token that this gives; the merchant id and the marketplace id stay the same."
            )
