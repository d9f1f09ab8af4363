"""Carrier codes a shipment may name, letter for letter; anything else is ``Other`` with a name.

Sources: the enumeration ``CarrierCode`` of the published feed schema (amzn-base.xsd), and, because
Seller Central offers more than the schema ever listed, the codes it shows for the marketplaces here.
No document tells the codes apart by marketplace, so all are taken everywhere.
"""

import re

OTHER = "Other"
"""Any carrier that is not listed; its name is then required."""

_OF_THE_SCHEMA = frozenset(
    {
        "AFL/Fedex", "Aramex", "Blue Package", "BlueDart", "Canada Post", "Chronopost", "City Link", "DHL",
        "DHL Global Mail", "DPD", "DTDC", "Delhivery", "Deutsche Post", "FEDEX_JP", "Fastway", "FedEx",
        "FedEx SmartPost", "First Flight", "GLS", "GO!", "Hermes Logistik Gruppe", "India Post",
        "JP_EXPRESS", "La Poste", "Lasership", "NITTSU", "Newgistics", "NipponExpress", "OSM", "OnTrac",
        "Overnite Express", "Parcelforce", "Parcelnet", "Poste Italiane", "Professional", "Royal Mail",
        "SAGAWA", "SDA", "SagawaExpress", "Smartmail", "Streamlite", "TNT", "Target", "UPS",
        "UPS Mail Innovations", "UPSMI", "USPS", "YAMATO", "YamatoTransport", "Yodel",
    }
)  # fmt: skip

_OF_SELLER_CENTRAL = frozenset(
    {
        "AMZN_US", "Asendia", "BRT", "Colis Prive", "Correos", "DHL eCommerce", "Estafeta", "Evri",
        "FedEx JP", "Japan Post", "MRW", "PostNL", "PostNord", "Purolator", "SEUR",
    }
)  # fmt: skip

CARRIER_CODES = _OF_THE_SCHEMA | _OF_SELLER_CENTRAL | {OTHER}
"""Everything Amazon takes as ``carrierCode``."""

_UPS = re.compile(r"1Z[0-9A-Z]{16}|\d{9}|\d{12}|T\d{10}|\d{26}", re.ASCII)


def looks_tracked(carrier_code: str, tracking: str) -> bool:
    """Whether a tracking number has the form of its carrier's; only UPS's are known here.

    Amazon checks the forms of many carriers and has warned in feeds since 2021
    (selling-partner-api-docs issue 489).
    """
    return carrier_code != "UPS" or not tracking or _UPS.fullmatch(tracking) is not None
