"""What it takes to reach the two remote systems: addresses and secrets of one account each."""

from datetime import date
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

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
    if token.get_secret_value().strip().startswith(_MWS_TOKEN):
        raise ValueError(
            "is an MWS auth token, which Amazon ended on 31 March 2024 and cannot convert; let the seller "
            "authorise the application ('dockwire consent url SELLER --marketplace CODE' prints the link) and "
            "use the refresh token that this gives; merchant id and marketplace id stay the same"
        )
    return token


RefreshToken = Annotated[SecretStr, AfterValidator(_checked_token)]
"""A refresh token; an MWS auth token is refused with the way forward, here and nowhere else."""


_Address = Annotated[str, AfterValidator(_checked_address)]


class _Access(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AmazonAccess(_Access):
    """One seller account: the application's own credentials and the seller's refresh token."""

    application_id: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    refresh_token: RefreshToken = Field(min_length=1)
    seller_id: SellerId = Field(min_length=1)
    region: Region
    endpoint: _Address = ""
    """Empty means the region's production host; the simulator has an address of its own."""
    token_url: _Address = LWA_TOKEN_URL

    @property
    def base_url(self) -> str:
        """The address that calls go to."""
        return self.endpoint or self.region.endpoint


class ApplicationAccess(_Access):
    """One Selling Partner API application: who we are to Amazon, and in which regions."""

    name: str = Field(min_length=1)
    """Name of the application's block."""
    application_id: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    redirect_uri: _Address = ""
    """Where Amazon sends the seller's browser after consent; registered with Amazon."""
    draft: bool = False
    """A draft application is only authorised on the consent page's beta version."""
    regions: frozenset[Region] = frozenset(Region)
    """Regions that this developer identity serves."""
    secret_changed: date | None = None
    """When Amazon issued the client secret."""
    seller_central: _Address = ""
    """Empty means the marketplace's own Seller Central; the simulator has an address of its own."""

    @field_validator("regions")
    @classmethod
    def _some_region(cls, regions: frozenset[Region]) -> frozenset[Region]:
        if not regions:
            raise ValueError("names no region; an application serves at least one of NA, EU and FE")
        return regions

    @field_validator("redirect_uri")
    @classmethod
    def _without_fragment(cls, uri: str) -> str:
        if "#" in uri:
            raise ValueError("contains '#', which Amazon refuses (MD5110)")
        return uri


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
