"""Carriers as Amazon names them, and what their tracking numbers look like.

Amazon wants a ``carrierCode`` from its list, letter for letter, or ``Other`` with a ``carrierName``
(Orders API v0, confirmShipment; Seller Central, "Confirm shipment"). The list is that of the published
feed schema (amzn-base.xsd, CarrierCode) with the carriers that 3PLs in Amazon's marketplaces use.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "Other"


@dataclass(frozen=True, slots=True)
class AmazonCarrier:
    """How Amazon is told who carries the parcel; ``name`` is needed with ``Other`` only."""

    code: str
    name: str = ""


AMAZON_CODES = (
    "AMZN_US", "Asendia", "BRT", "Blue Package", "Canada Post", "Chronopost", "City Link", "Colis Prive",
    "Correos", "DHL", "DHL Global Mail", "DHL eCommerce", "DPD", "DTDC", "Deutsche Post", "Estafeta",
    "Evri", "Fastway", "FedEx", "FedEx SmartPost", "FedEx JP", "GLS", "GO!", "Hermes Logistik Gruppe",
    "Japan Post", "La Poste", "Lasership", "MRW", "Newgistics", "NipponExpress", "OSM", "OnTrac",
    "Parcelforce", "Poste Italiane", "PostNL", "PostNord", "Purolator", "Royal Mail", "SDA", "SEUR",
    "SagawaExpress", "Streamlite", "TNT", "UPS", "UPS Mail Innovations", "UPSMI", "USPS",
    "YamatoTransport", "Yodel",
)  # fmt: skip
"""Carrier codes that Amazon takes."""

_ALIASES = {
    "AMAZON": "AMZN_US", "AMAZON BUY": "AMZN_US", "AMAZON LOGISTICS": "AMZN_US", "AMZN": "AMZN_US",
    "CPC": "Canada Post", "CANADAPOST": "Canada Post",
    "DHL EXPRESS": "DHL", "DHLE": "DHL", "DHLC": "DHL eCommerce", "DHL ECOMMERCE": "DHL eCommerce",
    "DPD DE": "DPD", "DPDG": "DPD", "DHL PAKET": "DHL", "HERMES": "Hermes Logistik Gruppe",
    "FDE": "FedEx", "FDEG": "FedEx", "FDEN": "FedEx", "FEDERAL EXPRESS": "FedEx", "FEDEX EXPRESS": "FedEx",
    "FEDEX GROUND": "FedEx", "FXFE": "FedEx", "FEDEX SMART POST": "FedEx SmartPost",
    "FEDEX GROUND ECONOMY": "FedEx SmartPost", "FXSP": "FedEx SmartPost",
    "LASER SHIP": "Lasership", "LSHP": "Lasership", "ONTC": "OnTrac", "ONTRAC": "OnTrac",
    "PUROLATOR": "Purolator", "PRLA": "Purolator",
    "SAGAWA": "SagawaExpress", "YAMATO": "YamatoTransport", "NIPPON EXPRESS": "NipponExpress",
    "UNITED PARCEL SERVICE": "UPS", "UPSN": "UPS", "UPSS": "UPS", "UPS GROUND": "UPS",
    "UPS MI": "UPS Mail Innovations",
    "U.S. POSTAL SERVICE": "USPS", "US POSTAL SERVICE": "USPS", "UNITED STATES POSTAL SERVICE": "USPS",
    "USPSN": "USPS",
}  # fmt: skip

_KNOWN = {code.casefold(): code for code in AMAZON_CODES} | {
    alias.casefold(): code for alias, code in _ALIASES.items()
}


def amazon_carrier(carrier: str, scac: str = "", *, own: Mapping[str, str] | None = None) -> AmazonCarrier:
    """Return how Amazon is told about a warehouse carrier, by its name first, then by its SCAC.

    ``own`` is the connection's table of warehouse carrier to Amazon code; it wins, letter case aside.
    A carrier nobody knows becomes ``Other`` with its name.
    """
    mine = {name.casefold(): code for name, code in (own or {}).items()}
    for word in (carrier, scac):
        key = word.strip().casefold()
        if key and (code := mine.get(key) or _KNOWN.get(key)):
            return AmazonCarrier(code) if code in AMAZON_CODES else AmazonCarrier(OTHER, code)
    return AmazonCarrier(OTHER, carrier.strip() or scac.strip())


_S10 = r"[A-Z]{2}\d{9}[A-Z]{2}"
"""An international postal item (Universal Postal Union, standard S10)."""

_FORMATS = {
    "AMZN_US": r"TB[AMC]\d{12}",
    "Canada Post": rf"\d{{16}}|\d{{12}}|{_S10}",
    "DHL": rf"\d{{10,12}}|\d{{14}}|\d{{16}}|\d{{20}}|JJD\d{{14,21}}|JVGL\d{{10,20}}|{_S10}",
    "DPD": r"\d{14}[0-9A-Z]?",
    "Deutsche Post": rf"[A-Z0-9]{{12,20}}|{_S10}",
    "FedEx": r"\d{12}|\d{15}|\d{20}|\d{22}|\d{34}",
    "FedEx SmartPost": r"\d{12}|\d{20}|\d{22}|\d{30}",
    "GLS": r"[0-9A-Z]{8}|\d{11,14}",
    "Japan Post": rf"\d{{11,12}}|{_S10}",
    "OnTrac": r"[CD]\d{14}|1LS\w{12,15}",
    "Royal Mail": rf"{_S10}|[0-9A-Z]{{16,21}}",
    "SagawaExpress": r"\d{12}",
    "UPS": r"1Z[0-9A-Z]{16}|T\d{10}|\d{9}|\d{12}|\d{18}|\d{26}",
    "UPS Mail Innovations": r"MI\d{6}[0-9A-Z]{1,22}|\d{18,34}",
    "USPS": rf"\d{{20}}|\d{{22}}|\d{{26}}|\d{{30}}|\d{{34}}|{_S10}",
    "YamatoTransport": r"\d{12}",
}
"""What the carriers print on their labels, as their own tracking pages describe it."""


def plain_tracking(number: str) -> str:
    """Return a tracking number without the spaces and dashes people read it by, in capitals."""
    return re.sub(r"[\s-]", "", number).upper()


def same_tracking(one: str, other: str) -> bool:
    """Return whether two tracking numbers are one, however they are written."""
    return plain_tracking(one) == plain_tracking(other)


def fits_carrier(number: str, carrier: AmazonCarrier) -> bool:
    """Return whether a tracking number looks like one of this carrier; True where nobody knows."""
    form = _FORMATS.get(carrier.code)
    return form is None or re.fullmatch(form, plain_tracking(number)) is not None
