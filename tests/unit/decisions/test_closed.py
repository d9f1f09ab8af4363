"""Whose closing an order shows: the request's, somebody else's, and which charges are on it already."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dockwire.decisions.closed import ended, missing, moved, others, parted, rerouted, standing
from dockwire.model.charge import Charge, ChargeType
from dockwire.model.ids import AmazonItemId, AmazonOrderId, CustomerId, WarehouseOrderId
from dockwire.model.record import Closing, ClosingState
from dockwire.model.shipping import BookedCharge, ShipLine, ShipOrder, ShippedPackage
from dockwire.model.warehouse import PlacedOrder, PlacedStatus, Routing

UPS = Routing("UPS", "03", "UPSN")
PLACED = PlacedOrder(WarehouseOrderId(7), "r", CustomerId(1), PlacedStatus.OPEN, fully_allocated=True)


def charge(label: str, amount: str = "5", units: str = "1") -> Charge:
    return Charge(ChargeType.SPECIAL, label, Decimal(units), Decimal(amount))


BOX, HAND = charge("Box"), charge("Hand", "2")


def shown(status: PlacedStatus = PlacedStatus.CLOSED, *charges: Charge, **members: Any) -> ShipOrder:
    held = members.pop("on_hold", False)
    fields: dict[str, Any] = {
        "placed": replace(PLACED, status=status, on_hold=held),
        "routing": UPS,
        "tracking": "1Z1",
        "lines": (ShipLine(1, "RED", Decimal(1), AmazonItemId("A")),),
        "charges": (
            BookedCharge(charge("Pick", "0.70"), automatic=True),
            *(BookedCharge(each, automatic=False) for each in charges),
        ),
    }
    return ShipOrder(**fields | members)


def closing(**members: Any) -> Closing:
    fields: dict[str, Any] = {
        "token": "t",
        "position": 0,
        "handle": "7",
        "order_id": AmazonOrderId("111-0000001-0000001"),
        "warehouse_order_id": WarehouseOrderId(7),
        "routing": UPS,
        "tracking": "1Z1",
        "charges": (BOX,),
        "before": (),
        "state": ClosingState.CLOSING,
    }
    return Closing(**fields | members)


@pytest.mark.parametrize(
    ("known", "order"),
    [
        (closing(), shown(PlacedStatus.CLOSED, BOX)),
        (closing(charges=()), shown()),
        (closing(tracking=" 1z 1"), shown(PlacedStatus.CLOSED, BOX)),
        (closing(before=(HAND,)), shown(PlacedStatus.CLOSED, HAND, BOX)),
        (closing(before=(BOX,)), shown(PlacedStatus.CLOSED, BOX, BOX)),
        # The warehouse may show two units of 2.50 as one of 5.
        (closing(charges=(charge("Box", "2.50", "2"),)), shown(PlacedStatus.CLOSED, BOX)),
    ],
)
def test_an_order_that_shows_what_was_sent_is_closed_by_the_request(known: Closing, order: ShipOrder) -> None:
    done = ended(replace(known, sentence="Earlier."), order, "refused")
    assert (done.state, done.sentence, done.total) == (ClosingState.CLOSED, "", order.total)


@pytest.mark.parametrize(
    ("known", "order", "sentence"),
    [
        (closing(), shown(), "Somebody else, or another request, closed the order"),
        (closing(before=(BOX,)), shown(PlacedStatus.CLOSED, BOX), "Somebody else"),
        (closing(before=None, state=ClosingState.PLANNED), shown(PlacedStatus.CLOSED, BOX), "Somebody else"),
        (closing(state=ClosingState.REFUSED), shown(PlacedStatus.CLOSED, BOX), "added nothing to it"),
        (closing(), shown(PlacedStatus.CLOSED, BOX, tracking="1Z2"), "with another tracking number"),
        (closing(charges=()), shown(tracking="1Z2"), "with another tracking number"),
        (closing(), shown(PlacedStatus.CANCELLED), "cancelled meanwhile; do not ship"),
        (closing(), shown(PlacedStatus.OPEN, on_hold=True), "put on hold meanwhile"),
        (closing(), shown(PlacedStatus.OPEN), "Stock is short."),
    ],
)
def test_what_is_in_the_way_of_an_order_is_told(known: Closing, order: ShipOrder, sentence: str) -> None:
    done = ended(known, order, "Stock is short.")
    assert (done.state, done.total) == (ClosingState.REFUSED, None)
    assert sentence in done.sentence


def test_an_order_left_open_without_a_word_is_told_so() -> None:
    assert ended(closing(), shown(PlacedStatus.OPEN)).sentence == "The warehouse did not close the order."


@pytest.mark.parametrize(
    ("before", "there", "add", "theirs"),
    [
        (None, (BOX,), (BOX,), (BOX,)),  # never begun: an equal charge is somebody's
        ((), (), (BOX,), ()),
        ((), (BOX,), (), ()),  # closed, opened again: ours
        ((BOX,), (BOX,), (BOX,), (BOX,)),
        ((BOX,), (BOX, BOX), (), (BOX,)),
        ((), (BOX, HAND), (), (HAND,)),
        ((HAND,), (), (BOX,), ()),  # a clerk took charges away
    ],
)
def test_only_charges_that_are_missing_are_added(
    before: Any, there: tuple[Charge, ...], add: tuple[Charge, ...], theirs: tuple[Charge, ...]
) -> None:
    known, order = closing(before=before), shown(PlacedStatus.OPEN, *there)
    assert (missing(known, order), others(known, order)) == (add, theirs)
    # Remembered anew, nothing of it is forgotten: another attempt adds the same.
    assert missing(replace(known, before=others(known, order)), order) == add
    assert len(standing(known, order)) + len(add) == 1


def test_equal_charges_are_counted_one_by_one() -> None:
    dear = charge("Box", "6")
    assert parted((BOX, BOX, dear), (BOX, HAND)) == ((BOX, dear), (BOX,))


@pytest.mark.parametrize(
    ("change", "is_moved"),
    [
        ({"routing": Routing("FedEx")}, False),
        ({"tracking": "1Z2"}, False),
        ({"on_hold": True}, True),
        ({"lines": (ShipLine(1, "RED", Decimal(2), AmazonItemId("A")),)}, True),
        ({"packages": (ShippedPackage(5, "", ()),)}, True),
        ({"charges": (BookedCharge(HAND, automatic=False),)}, True),
        ({"charges": (BookedCharge(HAND, automatic=True),)}, False),
    ],
)
def test_whether_an_order_moved_while_it_was_routed(change: dict[str, Any], is_moved: bool) -> None:
    assert moved(shown(PlacedStatus.OPEN), shown(PlacedStatus.OPEN, **change)) is is_moved


@pytest.mark.parametrize(
    ("order", "is_rerouted"),
    [
        (shown(), False),
        (shown(routing=Routing(), tracking=""), False),
        (shown(routing=Routing("ups", "03", "upsn"), tracking="1z1"), False),
        (shown(tracking="1Z2"), True),
        (shown(routing=Routing("FedEx", "03", "UPSN")), True),
    ],
)
def test_routing_of_somebody_elses_is_told_from_the_checked_and_the_requests(
    order: ShipOrder, is_rerouted: bool
) -> None:
    checked = shown(routing=Routing(), tracking="")
    assert rerouted(closing(), order, checked=checked) is is_rerouted
