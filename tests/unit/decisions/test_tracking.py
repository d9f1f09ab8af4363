"""What Amazon is told: parcels in its own units, references that never change, and what is never sent."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dockwire.decisions.tracking import Look, Send, Settle, decide_parcel, parcels_of, settle_by_packages
from dockwire.model.ids import AmazonItemId, CustomerId, WarehouseOrderId
from dockwire.model.order import FulfilledBy, OrderStatus, SentPackage
from dockwire.model.parcel import Parcel, ParcelItem, ParcelState
from dockwire.model.record import Problem
from dockwire.model.shipping import PackedLine, ShipLine, ShipOrder, ShippedPackage
from dockwire.model.warehouse import PlacedOrder, PlacedStatus, Routing
from tests.builders import connection, line, order

CLOSED = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
ACME = connection()


def item(name: str) -> AmazonItemId:
    return AmazonItemId(name)


def ship_order(*packages: ShippedPackage, lines: Any = None, **members: Any) -> ShipOrder:
    fields: dict[str, Any] = {
        "placed": PlacedOrder(WarehouseOrderId(17), "r", CustomerId(1), PlacedStatus.CLOSED),
        "routing": Routing("UPS", "03", "UPSN"),
        "tracking": "1Z9",
        "lines": lines
        or (ShipLine(1, "RED", Decimal(2), item("A")), ShipLine(2, "BLUE", Decimal(1), item("B"))),
        "packages": packages,
        "closed": CLOSED,
    }
    return ShipOrder(**fields | members)


def package(number: int, tracking: str, **contents: int) -> ShippedPackage:
    lines = {"red": 1, "blue": 2, "leaflet": 3}
    packed = tuple(PackedLine(lines[name], Decimal(count)) for name, count in contents.items())
    return ShippedPackage(number, tracking, packed)


def told(shipped: ShipOrder) -> list[tuple[str, str, dict[str, int]]]:
    parcels = parcels_of(shipped, ACME, closed=CLOSED)
    assert all(isinstance(each, Parcel) for each in parcels), parcels
    return [
        (each.reference, each.tracking, {i.item_id: i.quantity for i in each.items})
        for each in parcels
        if isinstance(each, Parcel)
    ]


def problems(shipped: ShipOrder) -> list[str]:
    return [each.code for each in parcels_of(shipped, ACME, closed=CLOSED) if isinstance(each, Problem)]


def test_an_order_without_packages_is_one_parcel_with_everything() -> None:
    assert told(ship_order()) == [("217", "1Z9", {"A": 2, "B": 1})]


def test_each_package_is_a_parcel_with_its_own_contents() -> None:
    shipped = ship_order(package(5, "1Z5", red=1), package(6, "1Z6", red=1, blue=1))
    assert told(shipped) == [("15", "1Z5", {"A": 1}), ("16", "1Z6", {"A": 1, "B": 1})]


def test_package_and_order_numbers_never_make_the_same_reference() -> None:
    shipped = ship_order(package(17, "1Z5", red=2))
    assert [reference for reference, _, _ in told(shipped)] == ["117", "217"]


def test_a_single_package_may_take_the_orders_tracking_number_and_contents() -> None:
    assert told(ship_order(package(5, "", red=2, blue=1))) == [("15", "1Z9", {"A": 2, "B": 1})]
    assert told(ship_order(package(5, "1Z5"), tracking="")) == [("217", "1Z5", {"A": 2, "B": 1})]


def test_what_amazon_did_not_sell_is_not_told() -> None:
    lines = (ShipLine(1, "RED", Decimal(2), item("A")), ShipLine(3, "LEAFLET", Decimal(1), None))
    shipped = ship_order(package(5, "1Z5", red=2), package(6, "1Z6", leaflet=1), lines=lines)
    assert told(shipped) == [("15", "1Z5", {"A": 2})]
    assert problems(ship_order(lines=lines[1:])) == ["no_amazon_lines"]


def test_two_lines_of_one_amazon_line_add_up() -> None:
    lines = (ShipLine(1, "RED", Decimal(2), item("A")), ShipLine(2, "RED", Decimal(1), item("A")))
    assert told(ship_order(lines=lines)) == [("217", "1Z9", {"A": 3})]


def test_without_a_tracking_number_a_person_has_to_act() -> None:
    assert problems(ship_order(tracking="")) == ["tracking_missing"]
    two = ship_order(package(5, "", red=2), package(6, "1Z6", blue=1))
    assert problems(two) == ["tracking_missing"]
    assert problems(ship_order(package(5, "1Z5", red=1), tracking="")) == ["packed_in_part"]


def test_the_carrier_is_told_as_amazon_names_it() -> None:
    (parcel,) = parcels_of(ship_order(routing=Routing("Harbour Couriers", "DAY")), ACME, closed=CLOSED)
    assert isinstance(parcel, Parcel)
    assert (parcel.carrier_code, parcel.carrier_name, parcel.service) == ("Other", "Harbour Couriers", "DAY")
    mine = connection(carrier_codes={"harbour couriers": "DPD"})
    (parcel,) = parcels_of(ship_order(routing=Routing("Harbour Couriers", "DAY")), mine, closed=CLOSED)
    assert isinstance(parcel, Parcel)
    assert (parcel.carrier_code, parcel.carrier_name) == ("DPD", "")


def parcel(**members: Any) -> Parcel:
    fields: dict[str, Any] = {
        "reference": "117",
        "carrier_code": "UPS",
        "carrier_name": "",
        "service": "03",
        "tracking": "1Z9",
        "shipped": CLOSED,
        "items": (ParcelItem(item("A"), 2),),
    }
    return Parcel(**fields | members)


def amazon(**members: Any) -> Any:
    return order(lines=(line(item_id=item("A"), quantity_ordered=2, quantity_open=2),), **members)


def test_a_paid_open_order_is_told() -> None:
    assert decide_parcel(parcel(), amazon(), corrects=False) == Send()
    assert decide_parcel(parcel(), amazon(status=OrderStatus.PARTIALLY_SHIPPED), corrects=False) == Send()


@pytest.mark.parametrize(
    ("members", "state", "code"),
    [
        ({"fulfilled_by": FulfilledBy.AMAZON}, ParcelState.NOT_NEEDED, "fulfilled_by_amazon"),
        ({"programs": frozenset({"FBM_SHIP_PLUS"})}, ParcelState.NOT_NEEDED, "ship_plus"),
        ({"status": OrderStatus.CANCELLED}, ParcelState.REFUSED, "cancelled_at_amazon"),
    ],
)
def test_what_amazon_must_not_be_told_is_settled(members: Any, state: ParcelState, code: str) -> None:
    settled = decide_parcel(parcel(), amazon(**members), corrects=False)
    assert isinstance(settled, Settle)
    assert (settled.state, settled.problem and settled.problem.code) == (state, code)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"carrier_code": ""}, "carrier_missing"),
        ({"carrier_code": "Other"}, "carrier_missing"),
        ({"items": (ParcelItem(item("Z"), 1),)}, "unknown_item_id"),
        ({"items": (ParcelItem(item("A"), 3),)}, "more_than_ordered"),
    ],
)
def test_what_amazon_would_refuse_is_stopped_before(members: Any, code: str) -> None:
    settled = decide_parcel(parcel(**members), amazon(), corrects=False)
    assert isinstance(settled, Settle)
    assert settled.state is ParcelState.REFUSED
    assert settled.problem is not None
    assert settled.problem.code == code


def test_a_shipped_order_is_looked_at_first_unless_our_own_parcel_is_corrected() -> None:
    shipped = amazon(status=OrderStatus.SHIPPED)
    assert decide_parcel(parcel(), shipped, corrects=False) == Look()
    assert decide_parcel(parcel(), shipped, corrects=True) == Send()


def sent(tracking: str, **items: int) -> SentPackage:
    return SentPackage("9", "UPS", tracking, tuple((item(name), count) for name, count in items.items()))


def test_already_shipped_is_success_only_when_amazons_packages_agree() -> None:
    shipped = amazon(status=OrderStatus.SHIPPED)
    assert settle_by_packages(parcel(), shipped, [sent("1z9 ", A=2)]).state is ParcelState.VISIBLE
    for packages in ([], [sent("1Z8", A=2)], [sent("1Z9", A=1)]):
        settled = settle_by_packages(parcel(), shipped, packages)
        assert settled.state is ParcelState.REFUSED
        assert settled.problem is not None
        assert settled.problem.code == "already_fulfilled"


def test_a_prime_label_bought_at_amazon_has_confirmed_already() -> None:
    prime = amazon(status=OrderStatus.SHIPPED, programs=frozenset({"PRIME"}))
    assert settle_by_packages(parcel(), prime, [sent("TBA1", A=2)]).state is ParcelState.NOT_NEEDED
