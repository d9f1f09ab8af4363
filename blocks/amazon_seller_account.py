"""The block of one Amazon seller account in one region."""

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from dockwire.access import AmazonAccess
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import LWA_TOKEN_URL, Region
from dockwire.settings import explained


class AmazonSellerAccount(Block):
    """One seller's Amazon account in one region; all its marketplaces share it.

    Attributes:
        application_id: The Selling Partner API application.
        client_id: The application's Login with Amazon client.
        client_secret: The client's secret; Amazon wants it changed every 180 days.
        refresh_token: What the seller's consent gave us, valid for the whole region.
        seller_id: The seller's merchant token.
        region: NA, EU or FE.
        endpoint: Another address than Amazon's own, for the simulator.
        token_url: Another token address than Amazon's own, for the simulator.

    Example:
        Load a stored seller account:
        ```python
        from blocks import AmazonSellerAccount
        account = AmazonSellerAccount.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Amazon Seller Account"
    _block_type_slug = "amazon-seller-account"

    application_id: str = Field(
        description="Id of the Selling Partner API application, amzn1.sp.solution... or amzn1.sellerapps.app...."
    )
    client_id: str = Field(description="Login with Amazon client id of the application.")
    client_secret: SecretStr = Field(description="Login with Amazon client secret of the application.")
    refresh_token: SecretStr = Field(
        description="Refresh token of the seller's consent for this region; an MWS auth token is not one."
    )
    seller_id: str = Field(description="The seller's merchant token, for instance A2EXAMPLE.")
    region: Region = Field(description="Region of the consent.")
    endpoint: str = Field(default="", description="API address; empty means Amazon's own for the region.")
    token_url: str = Field(default=LWA_TOKEN_URL, description="Address of the token endpoint.")

    def access(self) -> AmazonAccess:
        """Return the settings object that the rest of dockwire works with.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
        """
        with explained(f"seller account {self.seller_id}"):
            return AmazonAccess(
                application_id=self.application_id,
                client_id=self.client_id,
                client_secret=self.client_secret,
                refresh_token=self.refresh_token,
                seller_id=SellerId(self.seller_id),
                region=self.region,
                endpoint=self.endpoint,
                token_url=self.token_url,
            )
