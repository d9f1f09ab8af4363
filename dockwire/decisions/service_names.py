"""What the service codes of carriers mean, where the warehouse's list does not say."""

from collections.abc import Iterable
from dataclasses import replace

from dockwire.decisions.carriers import amazon_carrier
from dockwire.model.shipping import Carrier

_UPS = {
    "01": "Next Day Air",
    "02": "2nd Day Air",
    "03": "Ground",
    "07": "Worldwide Express",
    "08": "Worldwide Expedited",
    "11": "Standard",
    "12": "3 Day Select",
    "13": "Next Day Air Saver",
    "14": "Next Day Air Early",
    "54": "Worldwide Express Plus",
    "59": "2nd Day Air A.M.",
    "65": "Worldwide Saver",
    "92": "SurePost below 1 lb",
    "93": "SurePost from 1 lb",
}
"""As UPS numbers its services for shippers."""


def described(carriers: Iterable[Carrier]) -> tuple[Carrier, ...]:
    """Return carriers whose services say what their codes mean, as far as that is known."""
    return tuple(_described(each) for each in carriers)


def _described(carrier: Carrier) -> Carrier:
    if amazon_carrier(carrier.name, carrier.scac).code != "UPS":
        return carrier
    services = tuple(
        replace(each, description=each.description or _UPS.get(each.code, "")) for each in carrier.services
    )
    return replace(carrier, services=services)
