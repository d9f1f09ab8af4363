"""The block of one connection: a marketplace of a seller joined to a warehouse customer."""

from datetime import datetime

from prefect.blocks.core import Block
from prefect_email import EmailServerCredentials
from pydantic import Field

from blocks.amazon_seller_account import AmazonSellerAccount
from blocks.warehouse_account import WarehouseAccount
from dockwire.decisions.consent import consent_needed
from dockwire.errors import ConsentNeeded, WrongFields
from dockwire.model.agreement import terms_sha256
from dockwire.model.connection import CancelPolicy, Connection, Filter, ShipMethod, TrackingCheck
from dockwire.model.contacts import Contacts
from dockwire.model.stock_rules import StockRules
from dockwire.settings import explained


class MarketplaceConnection(Block):
    """One Amazon marketplace of one seller, joined to one customer of the warehouse.

    The block's name is the connection's name everywhere: deployments, tags, mails and commands.

    Attributes:
        seller_account: The seller account block.
        warehouse: The warehouse account block.
        warehouse_name: Name of the warehouse account; customers are numbered within it.
        marketplace: Two-letter code of the marketplace.
        customer_id: The merchant's number in the warehouse.
        facility_id: The building that ships.

    Example:
        Load a stored connection:
        ```python
        from blocks import MarketplaceConnection
        connection = MarketplaceConnection.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Marketplace Connection"
    _block_type_slug = "marketplace-connection"

    seller_account: AmazonSellerAccount = Field(description="The Amazon seller account.")
    warehouse: WarehouseAccount = Field(description="The warehouse account.")
    warehouse_name: str = Field(description="Name of the warehouse account, the same for its connections.")
    mail_server: EmailServerCredentials | None = Field(
        default=None, description="The server that sends notices; without it they wait in the outbox."
    )
    mail_from: str = Field(default="dockwire@localhost", description="Sender of the notices.")
    marketplace: str = Field(description="Two-letter marketplace code, for instance US, or Amazon's id.")
    customer_id: int = Field(description="The merchant's customer number in the warehouse.")
    facility_id: int = Field(description="The number of the warehouse building that ships.")
    import_since: datetime = Field(description="Orders last changed before this moment are never imported.")
    sku_map: dict[str, str] = Field(
        default={}, description="Amazon SKU to warehouse SKU, where the two differ."
    )
    require_sku_map: bool = Field(
        default=False, description="Hold every SKU without an entry, even one the warehouse knows."
    )
    ship_methods: dict[str, ShipMethod] = Field(
        default={}, description="Amazon service level to carrier, service and SCAC; others are held."
    )
    prime_ship_method: ShipMethod | None = Field(
        default=None, description="Carrier, service and SCAC of Seller Fulfilled Prime orders."
    )
    filters: list[Filter] = Field(default=[], description="Orders to hold for a look.")
    contacts: Contacts = Field(default=Contacts(), description="Who gets which mail.")
    on_buyer_cancel: CancelPolicy = Field(
        default=CancelPolicy.HOLD, description="What to do when a buyer asks to cancel a created order."
    )
    carrier_codes: dict[str, str] = Field(
        default={}, description="Warehouse carrier or SCAC to Amazon's carrier code, where they differ."
    )
    tracking_check: TrackingCheck = Field(
        default=TrackingCheck.WARN,
        description="What to do with a tracking number that does not look like one of its carrier.",
    )
    billing_currency: str = Field(
        default="", description="Currency of the 3PL's charges; empty means the marketplace's."
    )
    stock_sync: bool = Field(default=False, description="Warehouse stock becomes the quantity Amazon offers.")
    stock: StockRules = Field(
        default=StockRules(), description="Buffer, percent, minimum, maximum and other rules for quantities."
    )
    stock_first_run_dry: bool = Field(
        default=True, description="The first inventory sync only shows what it would send."
    )
    open_orders_allocated: bool = Field(
        default=False, description="The warehouse allocates every order as it is created."
    )
    terms: str = Field(
        default="",
        description="The 3PL's terms for the merchant; in a connections file the name of their file.",
    )
    needs_approval: bool = Field(
        default=False, description="Import nothing until the 3PL has approved the connection in Prefect."
    )
    reference_prefix: str = Field(default="", description="Put before the order id in the warehouse.")
    reference_suffix: str = Field(default="", description="Put behind the order id in the warehouse.")

    def connection(self, slug: str) -> Connection:
        """Return the connection that the rest of dockwire works with.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
            ConsentNeeded: the seller has not consented yet.
        """
        if self.seller_account.waits:
            account = self.seller_account._block_document_name  # noqa: SLF001 - Prefect's only way to a block's name
            raise ConsentNeeded(
                f"connection {slug}: {consent_needed(account or self.seller_account.seller_id)}"
            )
        return self._connection(slug, self.seller_account.seller_id)

    def check(self, slug: str) -> None:
        """Check everything that can be checked before the seller consents.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
        """
        self._connection(slug, self.seller_account.seller_id or "unknown")

    def _connection(self, slug: str, seller_id: str) -> Connection:
        secret = self.seller_account.dated_secret()
        with explained(f"connection {slug}"):
            connection = Connection.model_validate(
                {
                    "slug": slug,
                    "application_id": self.seller_account.acting_application,
                    "seller_id": seller_id,
                    "marketplace": self.marketplace,
                    "warehouse": self.warehouse_name,
                    "terms_sha256": terms_sha256(self.terms),
                    "secret_changed": secret.changed if secret else None,
                    **{name: getattr(self, name) for name in _SAME_NAME},
                }
            )
        region = connection.marketplace.region
        if region is not self.seller_account.region:
            problem = (
                f"marketplace {connection.marketplace_code} lies in region {region}, but the seller account is of "
                f"region {self.seller_account.region}; name one of region {region}"
            )
            raise WrongFields(f"connection {slug}: {problem}", ((("marketplace",), problem),))
        return connection


_SAME_NAME = sorted(set(Connection.model_fields) & set(MarketplaceConnection.model_fields) - {"warehouse"})
