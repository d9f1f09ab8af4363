"""What is found before orders are closed: each problem, each doubt, and what every order will bear."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dockwire.decisions.closing import Candidate, plan_close
from dockwire.errors import Fixer
from dockwire.model.charge import Apply, Charge, ChargeType
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import ChargeForm, OrderForm, RoutingForm, ShipRequest
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonItemId, AmazonOrderId, CustomerId, WarehouseOrderId
from dockwire.model.order import FulfilledBy, OrderStatus, Program, SentPackage
from dockwire.model.override import NOT_CANCELLED, ON_HOLD_THERE, TO_BE_HELD
from dockwire.model.record import Closing, ClosingState, Problem
from dockwire.model.shipping import BookedCharge, Carrier, PackedLine, ShipLine, ShipOrder, ShippedPackage
from dockwire.model.warehouse import PlacedOrder, PlacedStatus, Routing
from tests.builders import connection, line, order

ITEM = AmazonItemId("10000000000001")
NUMBER = "1Z999AA10123456784"
UPS = RoutingForm(carrier="UPS", scac="UPSN", service="03")
BOX = Charge(ChargeType.SPECIAL, "Box", Decimal(1), Decimal(5))


def ship_order(number: int = 7, **members: Any) -> ShipOrder:
    placed = PlacedOrder(
        WarehouseOrderId(number), "r", CustomerId(1), PlacedStatus.OPEN, fully_allocated=True
    )
    names = {"status", "on_hold", "fully_allocated"} & members.keys()
    fields: dict[str, Any] = {
        "placed": replace(placed, **{name: members.pop(name) for name in names}),
        "routing": Routing(),
        "tracking": "",
        "lines": (ShipLine(1, "RED", Decimal(2), ITEM),),
    }
    return ShipOrder(**fields | members)


def candidate(number: int = 7, *, tracking: str = "", amazon: Any = None, **members: Any) -> Candidate:
    form = OrderForm(order=str(number), tracking=tracking or f"1Z999AA1{number:010d}")
    known = {name: members.pop(name) for name in ("begun", "earlier", "taken") if name in members}
    return Candidate(form, ship_order(number, **members), amazon or order(), **known)


def planned(
    *candidates: Candidate,
    which: Connection | None = None,
    charges: tuple[str, ...] = (),
    apply: Apply = Apply.SEPARATELY,
    carriers: tuple[Carrier, ...] = (),
) -> ClosePlan:
    request = ShipRequest(
        orders=tuple(each.form for each in candidates),
        routing=UPS,
        charges=tuple(ChargeForm(label="Box", price_per_unit=Decimal(price)) for price in charges),
        apply=apply,
    )
    return plan_close(request, candidates, carriers=carriers, connection=which or connection())


def problems(plan: ClosePlan) -> dict[str, list[str]]:
    return {handle: [each.code for each in found] for handle, found in plan.problems.items()}


def doubts(plan: ClosePlan) -> dict[str, list[str]]:
    return {handle: [each.code for each in found] for handle, found in plan.warnings.items()}


def package(number: int, tracking: str, quantity: int) -> ShippedPackage:
    return ShippedPackage(number, tracking, (PackedLine(1, Decimal(quantity)),))


def at_amazon(tracking: str, quantity: int = 2) -> SentPackage:
    return SentPackage("9", "UPS", tracking, ((ITEM, quantity),))


def test_a_reason_that_a_person_typed_ends_before_the_next_sentence() -> None:
    for typed, told in (("looks odd", "looks odd."), ("why so many?", "why so many?"), ("odd.", "odd.")):
        for code in (TO_BE_HELD, NOT_CANCELLED, ON_HOLD_THERE):
            why = Problem(code, f"A person wants it so: {typed}", Fixer.CLERK)
            one = replace(candidate(on_hold=code == ON_HOLD_THERE), stops=(why,))
            (found,) = planned(one).problems["7"]
            assert f"A person wants it so: {told} " in f"{found.sentence} ", code


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (Candidate(OrderForm(order="7", tracking=NUMBER), None, None), "unknown_order"),
        (candidate(status=PlacedStatus.CLOSED), "closed"),
        (candidate(status=PlacedStatus.CANCELLED), "cancelled"),
        (candidate(on_hold=True), "on_hold"),
        (candidate(fully_allocated=False), "not_allocated"),
        (candidate(lines=()), "no_lines"),
        (candidate(lines=(ShipLine(1, "RED", Decimal(2), None),)), "no_amazon_lines"),
        (candidate(amazon=order(status=OrderStatus.CANCELLED)), "cancelled_at_amazon"),
        (candidate(amazon=order(lines=(line(cancel_requested=True),))), "buyer_asked_to_cancel"),
        (candidate(lines=(ShipLine(1, "RED", Decimal(3), ITEM),)), "more_than_ordered"),
        (candidate(packages=(package(5, "", 1), package(6, "", 1))), "tracking_missing"),
        (candidate(amazon=order(status=OrderStatus.SHIPPED)), "already_fulfilled"),
        (candidate(amazon=order(status=OrderStatus.SHIPPED, packages=(at_amazon("1Z0"),))), "already_fulfilled"),
    ],
)  # fmt: skip
def test_each_thing_in_the_way_of_an_order_is_a_problem(one: Candidate, code: str) -> None:
    plan = planned(one)
    assert problems(plan) == {"7": [code]}
    assert plan.orders == ()


@pytest.mark.parametrize(
    "one",
    [
        candidate(),
        candidate(packages=(package(5, "", 2),)),
        candidate(amazon=order(programs=frozenset({Program.SHIP_PLUS}), status=OrderStatus.SHIPPED)),
        candidate(amazon=order(programs=frozenset({Program.PRIME}), status=OrderStatus.SHIPPED)),
        candidate(tracking="1Z9", amazon=order(status=OrderStatus.SHIPPED, packages=(at_amazon("1z 9"),))),
        # A correction: Amazon took this parcel before.
        candidate(amazon=order(status=OrderStatus.SHIPPED), taken=frozenset({"27"})),
        candidate(amazon=order(status=OrderStatus.SHIPPED), taken=frozenset({"15"})),
        candidate(amazon=order(fulfilled_by=FulfilledBy.AMAZON)),
    ],
)
def test_what_amazon_takes_or_knows_already_is_no_problem(one: Candidate) -> None:
    plan = planned(one, which=connection(tracking_check="off"))
    assert (problems(plan), doubts(plan)) == ({}, {})
    assert [each.handle for each in plan.orders] == ["7"]


def test_packages_without_a_number_are_named_for_an_order_that_is_still_open() -> None:
    (found,) = planned(candidate(packages=(package(5, "", 1), package(6, "", 1)))).problems["7"]
    assert found.sentence.startswith("Packages without a tracking number: 5, 6;")
    assert "reopen" not in found.sentence


def test_an_order_named_twice_is_a_problem_of_the_request() -> None:
    one = candidate()
    other = replace(one, form=one.form.model_copy(update={"order": "111-0000001-0000001"}))
    assert problems(planned(one, other)) == {"": ["repeated"]}


@pytest.mark.parametrize(
    ("check", "found", "odd"),
    [("block", {"7": ["tracking_format"]}, {}), ("warn", {}, {"7": ["tracking_format"]}), ("off", {}, {})],
)
def test_an_odd_tracking_number_stops_warns_or_passes_as_the_connection_says(
    check: str, found: dict[str, list[str]], odd: dict[str, list[str]]
) -> None:
    plan = planned(candidate(tracking="ODD-1"), which=connection(tracking_check=check))
    assert (problems(plan), doubts(plan)) == (found, odd)


def test_a_tracking_number_on_two_orders_is_doubted_on_both() -> None:
    plan = planned(candidate(7, tracking=NUMBER), candidate(8, tracking=NUMBER.lower()), candidate(9))
    assert doubts(plan) == {"7": ["tracking_shared"], "8": ["tracking_shared"]}


@pytest.mark.parametrize(
    ("labels", "odd"), [((NUMBER,), []), (("", NUMBER), []), (("1Z8",), ["tracking_unused"])]
)
def test_a_number_that_no_package_bears_is_doubted(labels: tuple[str, ...], odd: list[str]) -> None:
    boxes = tuple(package(n, label or NUMBER, 2 // len(labels)) for n, label in enumerate(labels, 5))
    assert doubts(planned(candidate(tracking=NUMBER, packages=boxes))).get("7", []) == odd


def closing(number: int = 7, **members: Any) -> Closing:
    fields: dict[str, Any] = {
        "token": "earlier",
        "position": 0,
        "handle": str(number),
        "order_id": AmazonOrderId("111-0000001-0000001"),
        "warehouse_order_id": WarehouseOrderId(number),
        "routing": Routing("UPS", "03", "UPSN"),
        "tracking": "1Z1",
        "charges": (BOX,),
        "before": (),
        "state": ClosingState.CLOSED,
    }
    return Closing(**fields | members)


ON_IT = (BookedCharge(BOX, automatic=False),)


@pytest.mark.parametrize(
    ("members", "added", "odd"),
    [
        ({}, ["5"], []),
        ({"charges": ON_IT}, ["5"], ["equal_charge"]),
        ({"charges": ON_IT, "earlier": (closing(),)}, [], ["charged_before"]),
        ({"charges": ON_IT * 2, "earlier": (closing(before=(BOX,)),)}, [], ["charged_before"]),
        ({"charges": ON_IT, "earlier": (closing(before=(BOX,)),)}, ["5"], ["equal_charge"]),
        ({"charges": (), "earlier": (closing(),)}, ["5"], []),
    ],
)
def test_what_an_earlier_request_left_on_an_order_is_not_added_again(
    members: dict[str, Any], added: list[str], odd: list[str]
) -> None:
    plan = planned(candidate(**members), charges=("5",))
    assert [str(charge.amount) for charge in plan.orders[0].charges] == added
    assert doubts(plan).get("7", []) == odd


def test_a_begun_request_keeps_its_shares_and_leaves_out_what_cannot_be_closed() -> None:
    share = replace(BOX, price_per_unit=Decimal("2.50"))
    begun = {n: closing(n, charges=(share,), before=None, state=ClosingState.PLANNED) for n in (7, 8)}
    plan = planned(
        candidate(7, begun=begun[7], on_hold=True),
        candidate(8, begun=begun[8]),
        charges=("5",),
        apply=Apply.EVENLY,
    )
    assert plan.problems == {}
    assert {handle: [each.code for each in found] for handle, found in plan.left_open.items()} == {
        "7": ["on_hold"]
    }
    assert [(each.handle, each.charges) for each in plan.orders] == [("8", (share,))]


def test_the_preview_of_an_order_opened_again_holds_only_what_is_missing() -> None:
    extra = replace(BOX, label="Label")
    plan = planned(candidate(begun=closing(charges=(BOX, extra)), charges=ON_IT), charges=("5",))
    assert plan.orders[0].charges == (extra,)


def test_a_share_is_still_left_out_of_a_new_request_as_a_whole() -> None:
    plan = planned(candidate(7, on_hold=True), candidate(8), charges=("5",))
    assert (problems(plan), plan.orders, plan.left_open) == ({"7": ["on_hold"]}, (), {})
