"""What the services need from the outside, as protocols; ``bootstrap`` chooses who provides it."""

from dockwire.ports.amazon import Participation, SellerAccount, ShipmentFeeds
from dockwire.ports.ledger import Ledger, QuotaStore
from dockwire.ports.shipping_ledger import ShippingLedger
from dockwire.ports.warehouse import Warehouse

__all__ = [
    "Ledger",
    "Participation",
    "QuotaStore",
    "SellerAccount",
    "ShipmentFeeds",
    "ShippingLedger",
    "Warehouse",
]
