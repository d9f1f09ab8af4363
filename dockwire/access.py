"""What it takes to reach the two remote systems: addresses and secrets of one account each."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import LWA_TOKEN_URL, Region

EMBEDDED = "embedded"
"""Base address that stands for the embedded warehouse in this process, without a server."""


_MWS_TOKEN = "amzn.mws."  # noqa: S105 - a beginning, not a secret
"""How an auth token of Amazon's retired Marketplace Web Service begins; nothing can convert one."""


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if address and address != EMBEDDED and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ValueError("is no address; it looks like https://host")
    return address


def _checked_token(token: SecretStr) -> SecretStr:
    if token.get_secret_value().startswith(_MWS_TOKEN):
        raise ValueError(
            "is an MWS auth token, which Amazon ended on 31 March 2024 and cannot convert; let the seller "
            "authorise the application in Seller Central and put the new refresh token here"
        )
    return token


_Address = Annotated[str, AfterValidator(_checked_address)]


class _Access(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AmazonAccess(_Access):
    """One seller account: the application's own credentials and the seller's refresh token."""

    application_id: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    refresh_token: Annotated[SecretStr, AfterValidator(_checked_token)] = Field(min_length=1)
    seller_id: SellerId = Field(min_length=1)
    region: Region
    endpoint: _Address = ""
    """Empty means the region's production host; the simulator has an address of its own."""
    token_url: _Address = LWA_TOKEN_URL

    @property
    def base_url(self) -> str:
        """The address that calls go to."""
        return self.endpoint or self.region.endpoint


class WarehouseAccess(_Access):
    """One account at a 3PL Warehouse Manager, hosted or embedded."""

    name: str = Field(min_length=1)
    base_url: _Address = "https://secure-wms.com"
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    user_login: str = ""
    user_login_id: int | None = None
    tpl: str = ""
    time_zone: str = "America/Los_Angeles"
    """The zone that the warehouse's offset-less times are meant in."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.base_url != EMBEDDED:
            if not self.client_id or not self.client_secret.get_secret_value():
                raise ValueError("client_id and client_secret are needed unless base_url is 'embedded'")
            if bool(self.user_login) == (self.user_login_id is not None):
                raise ValueError("give exactly one of user_login and user_login_id")
        return self
