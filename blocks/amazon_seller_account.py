"""The block of one Amazon seller account in one region."""

import hashlib
from typing import Self

from prefect.blocks.core import Block
from pydantic import Field, SecretStr, model_validator

from blocks.amazon_application import AmazonApplication
from dockwire.access import AmazonAccess, ApplicationAccess
from dockwire.decisions.consent import consent_needed, region_refusal
from dockwire.errors import ConsentNeeded, SettingsError
from dockwire.model.consent import ClientSecret
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import LWA_TOKEN_URL, Region
from dockwire.settings import explained


class AmazonSellerAccount(Block):
    """One seller's Amazon account in one region; all its marketplaces share it.

    It names an application block or has an application's three fields itself. Until the seller consents,
    ``refresh_token`` and ``seller_id`` may be empty; 'dockwire consent' fills them in.

    Attributes:
        application: The application's block.
        application_id: The Selling Partner API application, where no block is named.
        client_id: The application's Login with Amazon client, where no block is named.
        client_secret: The client's secret, where no block is named.
        refresh_token: What the seller's consent gave us, valid for the whole region.
        seller_id: The seller's merchant token.
        region: NA, EU or FE.
        endpoint: Another address than Amazon's own, for the simulator.
        token_url: Another token address than Amazon's own, for the simulator.
        replaced_tokens: Digests of the refresh tokens in whose place a consent put a newer one.

    Example:
        Load a stored seller account:
        ```python
        from blocks import AmazonSellerAccount
        account = AmazonSellerAccount.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Amazon Seller Account"
    _block_type_slug = "amazon-seller-account"

    application: AmazonApplication | None = Field(
        default=None, description="The application; in place of its three fields below."
    )
    application_id: str = Field(
        default="",
        description="Id of the Selling Partner API application, amzn1.sp.solution... or amzn1.sellerapps.app....",
    )
    client_id: str = Field(default="", description="Login with Amazon client id of the application.")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Login with Amazon client secret of the application."
    )
    refresh_token: SecretStr = Field(
        default=SecretStr(""),
        description="Refresh token of the seller's consent for this region; an MWS auth token is not one. "
        "Empty until the seller consents.",
    )
    seller_id: str = Field(
        default="",
        description="The seller's merchant token, for instance A2EXAMPLE; consent on the website fills it in.",
    )
    region: Region = Field(description="Region of the consent.")
    endpoint: str = Field(default="", description="API address; empty means Amazon's own for the region.")
    token_url: str = Field(default=LWA_TOKEN_URL, description="Address of the token endpoint.")
    replaced_tokens: list[str] = Field(
        default=[],
        description="Digests of refresh tokens that a later consent replaced; 'dockwire consent' fills it in.",
    )

    @model_validator(mode="after")
    def _one_application(self) -> Self:
        own = [bool(self.application_id), bool(self.client_id), bool(self.client_secret.get_secret_value())]
        if any(own) if self.application else not all(own):
            raise ValueError(
                "give either application, or application_id, client_id and client_secret, not of both"
            )
        return self

    @property
    def waits(self) -> bool:
        """Whether the seller's consent is still to come."""
        return not (self.seller_id and self.refresh_token.get_secret_value())

    def take(self, seller_id: str, token: SecretStr) -> None:
        """Take over what a consent brought, and remember that the token before it is replaced."""
        gone = {*self.replaced_tokens, _digest(self.refresh_token)} - {"", _digest(token)}
        self.seller_id, self.refresh_token, self.replaced_tokens = seller_id, token, sorted(gone)

    def replaced(self, token: SecretStr) -> bool:
        """Tell whether a consent put a newer token in the place of this one."""
        return not self.waits and _digest(token) in self.replaced_tokens

    @property
    def acting_application(self) -> str:
        """Id of the application that acts for the seller."""
        return self.application.application_id if self.application else self.application_id

    def dated_secret(self) -> ClientSecret | None:
        """Return since when the application's client secret is good; None where nobody wrote that down."""
        return self.application.dated_secret() if self.application else None

    def application_access(self, name: str) -> ApplicationAccess:
        """Return the application that acts for seller account ``name``.

        Raises:
            SettingsError: a field does not hold what it should, or the application does not serve the
                seller's region.
        """
        if self.application is None:
            with explained(f"seller account {name}"):
                return ApplicationAccess(
                    name=name,
                    application_id=self.application_id,
                    client_id=self.client_id,
                    client_secret=self.client_secret,
                )
        of_block = self.application._block_document_name  # noqa: SLF001 - Prefect's only way to a block's name
        found = self.application.access(of_block or self.application.application_id)
        if refusal := region_refusal(name, self.region, found.name, found.regions):
            raise SettingsError(refusal)
        return found

    def access(self, name: str = "") -> AmazonAccess:
        """Return the settings object that the rest of dockwire works with; ``name`` is told in errors.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
            ConsentNeeded: the seller has not consented yet.
        """
        name = name or self._block_document_name or self.seller_id
        application = self.application_access(name)
        if self.waits:
            raise ConsentNeeded(consent_needed(name))
        with explained(f"seller account {name}"):
            return AmazonAccess(
                application_id=application.application_id,
                client_id=application.client_id,
                client_secret=application.client_secret,
                refresh_token=self.refresh_token,
                seller_id=SellerId(self.seller_id),
                region=self.region,
                endpoint=self.endpoint,
                token_url=self.token_url,
            )

    def check(self, name: str) -> None:
        """Check everything that can be checked before the seller consents.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
        """
        trial = self.model_copy(
            update={
                "seller_id": self.seller_id or "unknown",
                "refresh_token": SecretStr(self.refresh_token.get_secret_value() or "unknown"),
            }
        )
        trial.access(name)


def _digest(token: SecretStr) -> str:
    return hashlib.sha256(secret.encode()).hexdigest() if (secret := token.get_secret_value()) else ""
