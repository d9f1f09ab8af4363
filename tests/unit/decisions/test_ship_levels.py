"""What the buyer paid for against the routing of a request, and what service codes mean."""

from typing import Any

import pytest

from dockwire.decisions.service_names import described
from dockwire.decisions.ship_levels import unfit_routing
from dockwire.model.closing import RoutingForm
from dockwire.model.order import Program
from dockwire.model.override import NO_OVERRIDES, Overrides
from dockwire.model.shipping import Carrier, Service
from dockwire.model.warehouse import Routing
from tests.builders import connection, order

METHODS = {
    "STANDARD": {"carrier": "UPS", "service": "03"},
    "EXPEDITED": {"carrier": "UPS", "service": "12"},
    "SECOND_DAY": {"carrier": "UPS", "service": "02"},
    "PRIORITY": {"carrier": "UPS", "service": "59"},
    "NEXT_DAY": {"carrier": "UPS", "service": "01"},
    "SCHEDULED": {"carrier": "Van"},
}
PRIME = {"prime_ship_method": {"carrier": "Amazon Buy", "service": "PRIME"}}
GROUND, BY_DAY = RoutingForm(carrier="ups", service="03"), RoutingForm(carrier="UPS", service="12")
NEXT_DAY = RoutingForm(carrier="UPS", service="01")


@pytest.mark.parametrize(
    ("level", "routing", "told"),
    [
        ("EXPEDITED", GROUND, "The buyer paid for EXPEDITED, which travels by UPS 12; the request says ups 03."),
        ("EXPEDITED", BY_DAY, ""),
        ("EXPEDITED", NEXT_DAY, ""),  # quicker
        ("NEXT_DAY", BY_DAY, "The buyer paid for NEXT_DAY, which travels by UPS 01; the request says UPS 12."),
        ("STANDARD", RoutingForm(carrier="FedEx", service="GROUND"), ""),  # nothing is slower
        ("SCHEDULED", RoutingForm(carrier="VAN", service="any"), ""),  # its method names no service
        ("SCHEDULED", GROUND, "The buyer paid for SCHEDULED, which travels by Van; the request says ups 03."),
        ("PRIORITY", RoutingForm(carrier="UPS", service="02"), ""),  # as quick
        ("SAME_DAY", GROUND, ""),  # nobody said how it travels
        ("EXPEDITED", RoutingForm(carrier="UPS"), ""),  # told already
    ],
)  # fmt: skip
def test_a_slower_routing_than_the_buyer_paid_for_is_doubted(
    level: str, routing: RoutingForm, told: str
) -> None:
    which = connection(ship_methods=METHODS)
    doubt = unfit_routing(order(service_level=level), routing, which, NO_OVERRIDES)
    assert (doubt.sentence if doubt else "") == told


@pytest.mark.parametrize(
    ("more", "overrides", "told"),
    [
        (PRIME, NO_OVERRIDES, "It is a Prime order, and those travel by Amazon Buy PRIME; the request says UPS 01."),
        ({}, Overrides(ship_method=Routing("Van")), "A person decided that the order travels by Van; the request says UPS 01."),
        ({}, NO_OVERRIDES, ""),
    ],
)  # fmt: skip
def test_prime_and_persons_are_more_than_a_level(
    more: dict[str, Any], overrides: Overrides, told: str
) -> None:
    known = order(service_level="STANDARD", programs=frozenset({Program.PRIME}))
    doubt = unfit_routing(known, NEXT_DAY, connection(ship_methods=METHODS, **more), overrides)
    assert (doubt.sentence if doubt else "") == told


def test_codes_of_a_known_carrier_say_what_they_mean_where_the_warehouse_does_not() -> None:
    ups = Carrier("UPS Ground", "", (Service("03"), Service("02", "Two days"), Service("XX")))
    own = Carrier("Own", "", (Service("03"),))
    assert [[each.description for each in carrier.services] for carrier in described([ups, own])] == [
        ["Ground", "Two days", ""],
        [""],
    ]
