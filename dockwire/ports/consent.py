"""Amazon's side of a consent, as the service needs it."""

from typing import Protocol

from pydantic import SecretStr

from dockwire.model.marketplaces import Marketplace


class ConsentOffice(Protocol):
    """Where a seller authorises the application, and where that becomes a refresh token."""

    def url(self, marketplace: Marketplace, state: str) -> str:
        """Return the address of the consent page in the marketplace's Seller Central.

        Raises:
            SettingsError: the application has no redirect URI.
        """
        ...

    async def exchange(self, code: SecretStr) -> SecretStr:
        """Exchange an authorization code for a refresh token; it is good for five minutes, and once.

        Raises:
            ConsentFailed: the code is refused, or the answer was lost and the code with it.
            WrongCredentials: client id or secret are refused.
        """
        ...

    async def try_token(self, token: SecretStr) -> None:
        """Use a refresh token once, to see whether it is one.

        Raises:
            AccessDenied: Amazon does not take it.
            Unavailable: Amazon does not answer.
        """
        ...
