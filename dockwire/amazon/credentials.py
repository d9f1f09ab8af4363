"""The secrets of one seller account."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class AmazonCredentials:
    """The application's client and the seller's refresh token."""

    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
