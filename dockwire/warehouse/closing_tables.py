"""The tables of shipping and billing: carriers, price rules, charges and packages."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from dockwire.warehouse.columns import Moment, Money, Quantity
from dockwire.warehouse.tables import metadata

carriers = Table(
    "carriers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("display_name", String, nullable=False),
    Column("description", String, nullable=False),
    Column("carrier_code", String, nullable=False),
    Column("scac_code", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("disallow_on_order", Boolean, nullable=False),
    Column("services", JSON, nullable=False),
    Column("billing_codes", JSON, nullable=False),
)

price_rules = Table(
    "price_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("charge_type", Integer, nullable=False),
    # A rule that is not automatic is a predefined charge: the caller tells the units.
    Column("automatic", Boolean, nullable=False),
    Column("basis", String, nullable=False),
    Column("label", String, nullable=False),
    Column("unit_description", String, nullable=False),
    Column("price", Money, nullable=False),
    Column("members", JSON, nullable=False),
    UniqueConstraint("customer_id", "label", name="one_price_per_label"),
)

order_charges = Table(
    "order_charges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("charge_type", Integer, nullable=False),
    Column("subtotal", Money, nullable=False),
    Column("system_generated", Boolean, nullable=False),
    Index("charges_by_order", "order_id"),
    sqlite_autoincrement=True,
)

charge_details = Table(
    "charge_details",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("charge_id", ForeignKey("order_charges.id", ondelete="CASCADE"), nullable=False),
    Column("rule_id", ForeignKey("price_rules.id"), nullable=True),
    Column("position", Integer, nullable=False),
    Column("label", String, nullable=False),
    Column("unit_description", String, nullable=False),
    Column("units", Quantity, nullable=False),
    Column("price", Money, nullable=False),
    Column("members", JSON, nullable=False),
    Index("details_by_charge", "charge_id"),
)

packages = Table(
    "packages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("type_id", Integer, nullable=False),
    Column("tracking_number", String, nullable=False),
    Column("description", String, nullable=False),
    Column("length", Quantity, nullable=True),
    Column("width", Quantity, nullable=True),
    Column("height", Quantity, nullable=True),
    Column("weight", Quantity, nullable=True),
    Column("cod_amount", Money, nullable=True),
    Column("insured_amount", Money, nullable=True),
    Column("created", Moment, nullable=False),
    Index("packages_by_order", "order_id"),
    sqlite_autoincrement=True,
)

package_contents = Table(
    "package_contents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("package_id", ForeignKey("packages.id", ondelete="CASCADE"), nullable=False),
    # A line that is packed cannot be taken out of its order.
    Column("order_item_id", ForeignKey("order_items.id"), nullable=False),
    Column("receive_item_id", ForeignKey("receive_items.id"), nullable=True),
    Column("qty", Quantity, nullable=False),
    Column("lot_number", String, nullable=False),
    Column("serial_numbers", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Index("contents_by_package", "package_id"),
    Index("contents_by_line", "order_item_id"),
)
