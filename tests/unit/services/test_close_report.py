"""What clerks read of a ship-and-close run: a line for each order, who can fix it, and what was odd."""

from dataclasses import replace

from dockwire.errors import Fixer
from dockwire.model.close_plan import ClosePlan
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.record import Closing, ClosingState, Problem
from dockwire.services.close_report import CloseReport, Outcome, in_the_way, left_open, warned_of
from tests.builders import order
from tests.unit.ledger.shipments import UPS, plan

BLANK = Problem("service_blank", "The service is blank.", Fixer.CLERK)
HELD = Problem("on_hold", "Warehouse order 5 is on hold.", Fixer.CLERK)
ASKED = Problem("buyer_asked_to_cancel", "The buyer asked to cancel.", Fixer.MERCHANT)
ODD = Problem("tracking_format", "Tracking number 1Z5 does not look like one of UPS.", Fixer.CLERK)


def closing(handle: str, state: ClosingState, sentence: str = "") -> Closing:
    return Closing(
        "t", int(handle), handle, order().order_id, WarehouseOrderId(int(handle)), UPS, "1Z", (),
        state=state, sentence=sentence,
    )  # fmt: skip


def report(*closings: Closing, closed_before: frozenset[str] = frozenset()) -> CloseReport:
    numbers = (int(each.handle) for each in closings)
    return CloseReport(replace(plan(*numbers), closed_before=closed_before), closings)


def test_each_order_has_one_line_with_who_can_fix_what() -> None:
    found = ClosePlan("t", "USD", (), {"": (BLANK,), "5": (BLANK, ASKED, HELD)}, {})
    assert in_the_way(found).splitlines() == [
        "Nothing was written.",
        "request: The service is blank. [clerk]",
        "5: The service is blank. Warehouse order 5 is on hold. [clerk] The buyer asked to cancel. [merchant]",
    ]


def test_what_is_left_open_is_told_line_by_line_beside_how_many_are_closed() -> None:
    half = report(
        closing("5", ClosingState.CLOSED),
        closing("6", ClosingState.REFUSED, "Somebody else closed the order."),
        closing("7", ClosingState.PLANNED),
    )
    assert left_open(half).splitlines() == [
        "1 closed, 2 not closed:",
        "6: Somebody else closed the order. [clerk]",
        "7: Not closed yet. [clerk]",
    ]


def test_orders_closed_by_an_earlier_run_are_counted_and_shown_apart() -> None:
    both = (closing("5", ClosingState.CLOSED), closing("6", ClosingState.CLOSED))
    again = report(*both, closed_before=frozenset({"5"}))
    shown = Outcome(again.plan, again)
    assert shown.numbers() == {"closed_already": 1, "closed": 1}
    assert [row["state"] for row in shown.rows()] == ["closed already", "closed"]
    assert again.done


def test_a_warning_stands_in_the_preview_the_table_and_beside_problems() -> None:
    odd = replace(plan(5), warnings={"5": (ODD,)})
    assert warned_of(odd) == [f"5: {ODD.sentence} [clerk]"]
    assert Outcome(odd).numbers() == {"would_close": 1, "warnings": 1}
    assert [row["warning"] for row in Outcome(odd).rows()] == [ODD.sentence]
    closed = CloseReport(odd, (closing("5", ClosingState.CLOSED),))
    assert [row["warning"] for row in Outcome(odd, closed).rows()] == [ODD.sentence]
    stopped = replace(odd, problems={"6": (BLANK,)})
    assert [row["problem"] for row in Outcome(stopped).rows()] == [
        BLANK.sentence, f"Warning: {ODD.sentence}",
    ]  # fmt: skip


def test_an_order_that_a_begun_request_leaves_open_stands_in_the_preview_with_its_reason() -> None:
    half = replace(plan(5), left_open={"6": (HELD,)})
    shown = Outcome(half)
    assert shown.numbers() == {"would_close": 1, "left_open": 1}
    assert [(row["order"], row["warning"]) for row in shown.rows()] == [("5", ""), ("6", HELD.sentence)]
    assert warned_of(half) == [f"6: {HELD.sentence} [clerk]"]


def test_a_run_that_ended_before_its_plan_shows_nothing() -> None:
    assert (Outcome().numbers(), Outcome().rows()) == ({}, [])
