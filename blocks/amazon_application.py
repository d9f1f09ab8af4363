"""The block of one Selling Partner API application: our developer identity."""

from datetime import date

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from dockwire.access import ApplicationAccess
from dockwire.model.consent import ClientSecret
from dockwire.model.marketplaces import Region
from dockwire.settings import explained


class AmazonApplication(Block):
    """One Selling Partner API application; seller accounts name it, so its secret is kept once.

    Attributes:
        application_id: The Selling Partner API application.
        client_id: The application's Login with Amazon client.
        client_secret: The client's secret; Amazon wants it changed every 180 days.
        redirect_uri: Where Amazon sends the seller's browser after consent.
        draft: Whether the application is a draft at Amazon.
        regions: Regions that this developer identity serves.
        secret_changed: Day on which Amazon issued the client secret.
        seller_central: Another Seller Central than the marketplace's own, for the simulator.

    Example:
        Load a stored application:
        ```python
        from blocks import AmazonApplication
        application = AmazonApplication.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Amazon Application"
    _block_type_slug = "amazon-application"

    application_id: str = Field(
        description="Id of the Selling Partner API application, amzn1.sp.solution... or amzn1.sellerapps.app...."
    )
    client_id: str = Field(description="Login with Amazon client id of the application.")
    client_secret: SecretStr = Field(description="Login with Amazon client secret of the application.")
    redirect_uri: str = Field(
        default="",
        description="Where Amazon sends the seller's browser after consent, exactly as it is registered there; "
        "an address such as http://127.0.0.1:8765/callback lets 'dockwire consent receive' take it.",
    )
    draft: bool = Field(default=False, description="The application is still a draft at Amazon.")
    regions: list[Region] = Field(
        default=list(Region), description="Regions that this developer identity serves."
    )
    secret_changed: date | None = Field(
        default=None, description="Day on which Amazon issued the client secret; it ends 180 days later."
    )
    seller_central: str = Field(
        default="", description="Address of Seller Central; empty means the marketplace's own."
    )

    def dated_secret(self) -> ClientSecret | None:
        """Return since when the client secret is good; None where nobody wrote that down."""
        if self.secret_changed is None:
            return None
        return ClientSecret(
            self._block_document_name or self.application_id, self.application_id, self.secret_changed
        )

    def access(self, name: str) -> ApplicationAccess:
        """Return the settings object that the rest of dockwire works with.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
        """
        with explained(f"application {name}"):
            return ApplicationAccess(
                name=name,
                application_id=self.application_id,
                client_id=self.client_id,
                client_secret=self.client_secret,
                redirect_uri=self.redirect_uri,
                draft=self.draft,
                regions=frozenset(self.regions),
                secret_changed=self.secret_changed,
                seller_central=self.seller_central,
            )
