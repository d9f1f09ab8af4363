"""Ship and close on a real warehouse: all or nothing before writing, exact charges, nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from dockwire.errors import AccessDenied, Unfinished
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.charge import Apply
from dockwire.model.closing import OrderForm, RoutingForm, ShipRequest
from dockwire.model.record import ClosingState, FactKind
from dockwire.services.close_report import CloseReport
from dockwire.services.ship_and_close import ShipAndClose
from tests.e2e.orders import change, turn
from tests.e2e.shipping import UPS, close, imported, manual, placed, request, tracking
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
CLOSED = 1


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


def states(report: CloseReport) -> dict[str, ClosingState]:
    return {closing.handle: closing.state for closing in report.closings}


def codes(report: CloseReport) -> dict[str, list[str]]:
    return {handle: [problem.code for problem in found] for handle, found in report.plan.problems.items()}


async def test_several_orders_are_closed_with_one_routing_and_charges_divided_evenly(stage: Stage) -> None:
    ids = await imported(stage, US, 3)
    wanted = request(ids, charges=[("Gift box", "10.00"), ("Label", "0.02")], apply=Apply.EVENLY)
    report = await close(stage, US, wanted)
    assert set(states(report).values()) == {ClosingState.CLOSED}
    orders = [placed(stage, order_id) for order_id in ids]
    assert {order["status"] for order in orders} == {CLOSED}
    assert [order["tracking"] for order in orders] == [tracking(n) for n in range(3)]
    assert orders[0]["routing"] == {"carrier": "UPS", "mode": "03", "scacCode": "UPSN"}
    assert [manual(order) for order in orders] == [
        [("Gift box", Decimal("3.34")), ("Label", Decimal("0.01"))],
        [("Gift box", Decimal("3.33")), ("Label", Decimal("0.01"))],
        [("Gift box", Decimal("3.33"))],
    ]
    # The warehouse's own charge stands beside them, and the totals read back hold both.
    assert [closing.total for closing in report.closings] == [
        Decimal("4.60"),
        Decimal("4.59"),
        Decimal("4.58"),
    ]
    facts = await stage.ledger.order_facts(report.closings[0].order_id)
    assert [fact.kind for fact in facts][-1] is FactKind.ORDER_CLOSED


@pytest.mark.parametrize(
    ("apply", "shares"),
    [(Apply.SEPARATELY, ["2.50", "2.50"]), (Apply.FIRST, ["2.50", "0"]), (Apply.EVENLY, ["1.25", "1.25"])],
)
async def test_charges_fall_as_asked_and_the_preview_says_so(
    stage: Stage, apply: Apply, shares: list[str]
) -> None:
    ids = await imported(stage, US, 2)
    wanted = request(ids, charges=[("Fragile", "2.50")], apply=apply)
    async with stage.desk(US) as desk:
        plan = await ShipAndClose(desk).plan(wanted)
    assert [order.added for order in plan.orders] == [Decimal(share) for share in shares]
    assert not any(order["tracking"] for order in stage.placed())  # a preview writes nothing
    await close(stage, US, wanted)
    for order_id, share in zip(ids, shares, strict=True):
        assert sum(amount for _, amount in manual(placed(stage, order_id))) == Decimal(share)


async def test_the_same_request_twice_changes_nothing(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    wanted = request(ids, charges=[("Fragile", "2.50")])
    first = await close(stage, US, wanted)
    before = stage.placed()
    again = await close(stage, US, wanted)
    assert states(again) == states(first)
    assert (first.counts, again.counts) == ({"closed": 2}, {"closed_already": 2})
    assert stage.placed() == before


async def test_all_problems_of_all_orders_come_back_together_and_nothing_is_written(stage: Stage) -> None:
    ids = await imported(stage, US, 4)
    wanted = ShipRequest(
        orders=(
            OrderForm(order=ids[0]),
            OrderForm(
                order=ids[1], tracking=tracking(1), routing=RoutingForm(carrier="Nobody", service="99")
            ),
            OrderForm(order=ids[2], tracking=tracking(2), routing=RoutingForm(service="77")),
            OrderForm(order=ids[3], tracking=tracking(3)),
            OrderForm(order="999-9999999-9999999", tracking=tracking(4)),
        ),
        routing=RoutingForm(carrier="UPS", scac="HRBC", service="03"),
    )
    before = stage.placed()
    report = await close(stage, US, wanted)
    assert codes(report) == {
        ids[0]: ["tracking_blank", "wrong_scac"],
        ids[1]: ["unknown_carrier"],
        ids[2]: ["wrong_scac", "unknown_service"],
        ids[3]: ["wrong_scac"],
        "999-9999999-9999999": ["unknown_order", "wrong_scac"],
    }
    assert report.closings == ()
    assert stage.placed() == before
    assert await stage.ledger.submission(US, wanted.token) == []


@pytest.mark.parametrize("blank", ["carrier", "scac", "service", "tracking"])
async def test_a_blank_routing_field_stops_every_order_and_names_each(stage: Stage, blank: str) -> None:
    ids = await imported(stage, US, 2)
    wanted = request(ids, routing=UPS.model_copy(update={blank: ""}) if blank != "tracking" else UPS)
    if blank == "tracking":
        wanted = wanted.model_copy(update={"orders": tuple(OrderForm(order=order) for order in ids)})
    report = await close(stage, US, wanted)
    assert set(codes(report)) == set(ids)
    assert all(f"{blank}_blank" in found for found in codes(report).values())
    assert {order["status"] for order in stage.placed()} == {0}
    assert not any(order["tracking"] for order in stage.placed())


async def test_one_problem_keeps_the_good_orders_open_too_until_it_is_gone(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    async with stage.desk(US) as desk:
        await desk.warehouse.hold_order((await desk.ledger.find_placed(US, ids))[ids[0]].placed, "look")  # type: ignore[arg-type]
    wanted = request(ids)
    assert codes(await close(stage, US, wanted)) == {ids[0]: ["on_hold"]}
    assert {order["status"] for order in stage.placed()} == {0}
    async with stage.desk(US) as desk:
        await desk.warehouse.release_order((await desk.ledger.find_placed(US, ids))[ids[0]].placed)  # type: ignore[arg-type]
    assert set(states(await close(stage, US, wanted)).values()) == {ClosingState.CLOSED}


async def test_an_order_that_changes_between_preview_and_closing_is_looked_at_again(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    wanted = request(ids, charges=[("Fragile", "2.50")], apply=Apply.EVENLY)
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plan = await steps.plan(wanted)
        known = await desk.ledger.find_placed(US, ids)
        await desk.warehouse.hold_order(known[ids[1]].placed, "the buyer asks to cancel")  # type: ignore[arg-type]
        report = await steps.carry_out(plan)
    assert states(report) == {ids[0]: ClosingState.CLOSED, ids[1]: ClosingState.REFUSED}
    assert "on hold" in report.closings[1].sentence
    assert not report.done
    async with stage.desk(US) as desk:
        await desk.warehouse.release_order(known[ids[1]].placed)  # type: ignore[arg-type]
    rest = await close(stage, US, wanted)
    assert rest.done
    # The rest bears its own half of the charge, not all of it.
    assert [manual(placed(stage, order_id)) for order_id in ids] == [[("Fragile", Decimal("1.25"))]] * 2


@pytest.mark.parametrize(("status", "code"), [("CANCELLED", "cancelled_at_amazon")])
async def test_what_amazon_cancelled_is_not_closed_even_when_the_warehouse_still_could(
    stage: Stage, status: str, code: str
) -> None:
    ids = await imported(stage, US, 1)
    change(stage, 1, turn(status))
    async with stage.importing(US) as steps:
        while not (await steps.read_page(refresh=True)).last:
            pass
    assert codes(await close(stage, US, request(ids))) == {ids[0]: [code]}


async def test_a_closed_order_cannot_be_closed_by_another_request(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    await close(stage, US, request(ids))
    other = request(ids, charges=[("Late fee", "1")])
    assert codes(await close(stage, US, other)) == {ids[0]: ["closed"]}
    assert manual(placed(stage, ids[0])) == []


async def test_a_lost_reply_after_closing_charges_nothing_twice(stage: Stage) -> None:
    ids = await imported(stage, US, 3)
    lost = FaultRules()
    lost.replace([Rule(method="POST", path="/confirmer$", nth=2, effect={"kind": "lost_reply"})])
    stage.wrap_warehouse = lambda app: Faults(app, lost, clock=stage.clock)
    wanted = request(ids, charges=[("Fragile", "2.50")])
    report = await close(stage, US, wanted)
    assert report.done
    assert [manual(placed(stage, order_id)) for order_id in ids] == [[("Fragile", Decimal("2.50"))]] * 3


async def test_a_warehouse_that_goes_silent_leaves_the_rest_for_a_repetition(stage: Stage) -> None:
    ids = await imported(stage, US, 3)
    out = FaultRules()
    out.replace([Rule(method="POST", path="/confirmer$", after=1, effect={"kind": "status", "status": 503})])
    stage.wrap_warehouse = lambda app: Faults(app, out, clock=stage.clock)
    wanted = request(ids, charges=[("Fragile", "9")], apply=Apply.EVENLY)
    with pytest.raises(Unfinished, match="1 of 3 orders"):
        await close(stage, US, wanted)
    out.replace([])
    assert (await close(stage, US, wanted)).done
    assert [manual(placed(stage, order_id)) for order_id in ids] == [[("Fragile", Decimal(3))]] * 3


async def test_a_right_taken_away_is_told_with_both_numbers_of_the_order(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    denied = FaultRules()
    stage.wrap_warehouse = lambda app: Faults(app, denied, clock=stage.clock)
    for method, path in (("POST", "/confirmer$"), ("GET", "/orders/\\d+$")):
        denied.replace([Rule(method=method, path=path, effect={"kind": "status", "status": 403})])
        number = placed(stage, ids[0])["orderId"]
        with pytest.raises(AccessDenied, match=f"^Amazon order {ids[0]}, warehouse order {number}: ") as told:
            await close(stage, US, request(ids))
        assert str(told.value).count("status 403") == 1


async def test_one_request_twice_at_once_closes_and_charges_once(stage: Stage) -> None:
    ids = await imported(stage, US, 4)
    wanted = request(ids, charges=[("Fragile", "2.50")])
    both = await asyncio.gather(close(stage, US, wanted), close(stage, US, wanted))
    assert not [each.sentence for report in both for each in report.closings if each.sentence]
    assert (await close(stage, US, wanted)).done
    assert [manual(placed(stage, order_id)) for order_id in ids] == [[("Fragile", Decimal("2.50"))]] * 4


async def test_of_two_requests_at_once_one_wins_and_the_other_says_so(stage: Stage) -> None:
    ids = await imported(stage, US, 3)
    asked = [request(ids, charges=[(label, "1")]) for label in ("Box", "Bag")]
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plans = [await steps.plan(wanted) for wanted in asked]
        reports = await asyncio.gather(*(steps.carry_out(plan) for plan in plans))
    for place, order_id in enumerate(ids):
        ended = [report.closings[place] for report in reports]
        assert sorted(each.state for each in ended) == [ClosingState.CLOSED, ClosingState.REFUSED]
        (winner,) = [each for each in ended if each.state is ClosingState.CLOSED]
        (loser,) = [each for each in ended if each.state is ClosingState.REFUSED]
        assert manual(placed(stage, order_id)) == [(winner.charges[0].label, Decimal(1))]
        assert "this request added nothing to it" in loser.sentence
        assert winner.total == Decimal("2.25")


async def test_yen_have_no_decimals(stage: Stage) -> None:
    which = sim_connection("US", billing_currency="JPY")
    ids = await imported(stage, which, 3)
    report = await close(stage, which, request(ids, charges=[("Box", "100")], apply=Apply.EVENLY))
    assert [closing.charges[0].amount for closing in report.closings] == [34, 33, 33]
    fine = await close(stage, which, request(ids, charges=[("Box", "0.5")]))
    assert codes(fine)[""] == ["charge"]
