"""What the services need from the outside, as protocols; ``bootstrap`` chooses who provides it."""

from dockwire.ports.agreement_ledger import AgreementLedger
from dockwire.ports.amazon import Listings, Participation, SellerAccount, ShipmentFeeds, StockFeeds
from dockwire.ports.consent import ConsentOffice
from dockwire.ports.consent_ledger import Announcement, ConsentLedger
from dockwire.ports.console_ledger import ConsoleLedger
from dockwire.ports.hold_ledger import HoldLedger
from dockwire.ports.ledger import Ledger, QuotaStore
from dockwire.ports.notice_ledger import NoticeLedger
from dockwire.ports.personal_data import PersonalStore
from dockwire.ports.shipping_ledger import ShippingLedger
from dockwire.ports.status_ledger import StatusLedger
from dockwire.ports.stock_ledger import StockLedger
from dockwire.ports.warehouse import Warehouse

__all__ = [
    "AgreementLedger",
    "Announcement",
    "ConsentLedger",
    "ConsentOffice",
    "ConsoleLedger",
    "HoldLedger",
    "Ledger",
    "Listings",
    "NoticeLedger",
    "Participation",
    "PersonalStore",
    "QuotaStore",
    "SellerAccount",
    "ShipmentFeeds",
    "ShippingLedger",
    "StatusLedger",
    "StockFeeds",
    "StockLedger",
    "Warehouse",
]
