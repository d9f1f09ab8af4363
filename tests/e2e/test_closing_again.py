"""Requests that meet others: begun before, opened again, under way elsewhere, changed by a clerk meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from dockwire.errors import Unfinished
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.charge import Apply
from dockwire.model.closing import ShipRequest
from dockwire.model.record import ClosingState
from dockwire.services.close_report import CloseReport
from dockwire.services.ship_and_close import ShipAndClose
from tests.e2e.orders import change, turn
from tests.e2e.shipping import (
    REOPEN,
    by_hand,
    clerk,
    close,
    do,
    imported,
    manual,
    placed,
    request,
    tracking,
)
from tests.stage import Stage, bare, opened_stage, sim_connection
from tests.unit.extensiv.orders_out import meanwhile
from tests.unit.warehouse.closings import look
from tests.unit.warehouse.houses import LINES

US = sim_connection("US")
OPEN, CLOSED = 0, 1
SILENT = {"kind": "status", "status": 503}
BOX = [("Box", Decimal(5))]


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


def boxed(ids: list[str]) -> ShipRequest:
    return request(ids, charges=[("Box", "5")])


def states(report: CloseReport) -> list[ClosingState]:
    return [closing.state for closing in report.closings]


def broken(stage: Stage, *rules: Any) -> None:
    faults = FaultRules()
    faults.replace([Rule(method="POST", **rule) for rule in rules])
    stage.wrap_warehouse = lambda app: Faults(app, faults, clock=stage.clock)


async def unanswered(stage: Stage, wanted: ShipRequest, *rules: Any) -> None:
    """Carry out a request while the warehouse misbehaves; afterwards it works again."""
    broken(stage, *rules)
    with pytest.raises(Unfinished):
        await close(stage, US, wanted)
    stage.wrap_warehouse = bare


def just_before(method: str, end: str, act: Callable[[], Awaitable[None]]) -> Callable[[ASGIApp], ASGIApp]:
    """Let a clerk act just before the first call of this kind."""
    return lambda app: meanwhile(app, method, end, act)


def just_after(app: ASGIApp, end: str, act: Callable[[], Awaitable[None]]) -> ASGIApp:
    """Let somebody act once, while the first answer about this order is on its way back."""
    pending = [act]

    async def acting(scope: Any, receive: Any, send: Any) -> None:
        held: list[Any] = []

        async def hold(message: Any) -> None:
            held.append(message)

        await app(scope, receive, hold)
        if pending and scope["path"].endswith(end):
            await pending.pop()()
        for message in held:
            await send(message)

    return acting


async def test_a_begun_request_goes_on_without_an_order_that_somebody_else_closed(stage: Stage) -> None:
    ids = await imported(stage, US, 3)
    wanted = request(ids, charges=[("Pallet", "30")], apply=Apply.EVENLY)
    async with stage.desk(US) as desk:
        plan = await ShipAndClose(desk).plan(wanted)
    await do(stage, ids[2], *by_hand("1Z999AA10000000777"))
    number = placed(stage, ids[1])["orderId"]
    broken(stage, {"path": f"/orders/{number}/confirmer$", "effect": SILENT})
    async with stage.desk(US) as desk:
        with pytest.raises(Unfinished):
            await ShipAndClose(desk).carry_out(plan)
    stage.wrap_warehouse = bare
    for _ in range(2):
        rest = await close(stage, US, wanted)
        assert rest.plan.problems == {}
        assert states(rest) == [ClosingState.CLOSED, ClosingState.CLOSED, ClosingState.REFUSED]
        assert "Somebody else" in rest.closings[2].sentence
    # The rest bears the share it was begun with.
    assert [manual(placed(stage, order_id)) for order_id in ids] == [[("Pallet", Decimal(10))]] * 2 + [[]]


async def test_what_stops_one_order_of_a_begun_request_is_told_for_it_alone(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    wanted = boxed(ids)
    await unanswered(stage, wanted, {"path": "/confirmer$", "effect": SILENT})
    change(stage, 1, turn("CANCELLED"))
    async with stage.importing(US) as steps:
        while not (await steps.read_page(refresh=True)).last:
            pass
    async with stage.desk(US) as desk:
        plan = await ShipAndClose(desk).plan(wanted)
    assert [each.code for each in plan.left_open[ids[0]]] == ["cancelled_at_amazon"]
    assert [each.handle for each in plan.orders] == [ids[1]]
    rest = await close(stage, US, wanted)
    assert states(rest) == [ClosingState.REFUSED, ClosingState.CLOSED]
    assert "Amazon cancelled" in rest.closings[0].sentence


async def test_a_request_whose_order_was_opened_again_closes_it_and_charges_nothing_more(
    stage: Stage,
) -> None:
    ids = await imported(stage, US, 2)
    wanted = boxed(ids)
    assert (await close(stage, US, wanted)).done
    await do(stage, ids[0], REOPEN)
    again = await close(stage, US, wanted)
    assert again.counts == {"closed": 1, "closed_already": 1}
    assert placed(stage, ids[0])["status"] == CLOSED
    assert [manual(placed(stage, order_id)) for order_id in ids] == [BOX, BOX]
    assert set((await stage.ledger.charged(US.slug)).values()) == {Decimal(5)}


async def test_an_order_opened_again_and_cancelled_is_not_called_closed(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    wanted = boxed(ids)
    assert (await close(stage, US, wanted)).done
    await do(stage, ids[0], REOPEN, ("canceler", {"reason": "the buyer asks"}))
    again = await close(stage, US, wanted)
    assert states(again) == [ClosingState.REFUSED]
    assert "cancelled" in again.closings[0].sentence


async def test_charges_of_a_lost_closing_stay_when_the_order_is_opened_again(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    wanted = boxed(ids)
    lost = {"path": "/confirmer$", "nth": 1, "effect": {"kind": "lost_reply"}}
    await unanswered(stage, wanted, lost, {"path": "/confirmer$", "after": 1, "effect": SILENT})
    assert placed(stage, ids[0])["status"] == CLOSED
    await do(stage, ids[0], REOPEN)
    # Once more without an end: what is remembered must not count our own charge as somebody's.
    await unanswered(stage, wanted, {"path": "/confirmer$", "effect": SILENT})
    assert (await close(stage, US, wanted)).done
    assert manual(placed(stage, ids[0])) == BOX


async def test_a_corrected_request_does_not_add_what_the_first_one_left_on_the_order(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    wanted = boxed(ids)
    assert (await close(stage, US, wanted)).done
    await do(stage, ids[0], REOPEN)
    form = wanted.orders[0].model_copy(update={"tracking": tracking(99)})
    report = await close(stage, US, wanted.model_copy(update={"orders": (form,)}))
    assert [each.code for each in report.plan.warnings[ids[0]]] == ["charged_before"]
    assert (placed(stage, ids[0])["tracking"], manual(placed(stage, ids[0]))) == (tracking(99), BOX)
    assert set((await stage.ledger.charged(US.slug)).values()) == {Decimal(5)}


async def test_two_requests_that_ask_the_same_close_and_book_an_order_once(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    asked = boxed(ids[:1]), boxed(ids)
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plans = [await steps.plan(wanted) for wanted in asked]
        reports = await asyncio.gather(*(steps.carry_out(plan) for plan in plans))
    both = [report.closings[0].state for report in reports]
    assert sorted(both) == [ClosingState.CLOSED, ClosingState.REFUSED]
    assert manual(placed(stage, ids[0])) == BOX
    assert (await stage.ledger.charged(US.slug))[reports[0].closings[0].order_id] == 5


async def test_a_request_overtaken_between_its_look_and_its_claim_did_not_close_the_order(
    stage: Stage,
) -> None:
    ids = await imported(stage, US, 2)
    asked = boxed(ids[:1]), boxed(ids)
    async with stage.desk(US) as desk:
        first, second = [await ShipAndClose(desk).plan(wanted) for wanted in asked]

    async def overtake() -> None:
        stage.wrap_warehouse = bare
        async with stage.desk(US) as other:
            assert (await ShipAndClose(other).carry_out(first)).done

    stage.wrap_warehouse = lambda app: just_after(
        app, f"/orders/{placed(stage, ids[0])['orderId']}", overtake
    )
    async with stage.desk(US) as desk:
        report = await ShipAndClose(desk).carry_out(second)
    assert states(report) == [ClosingState.REFUSED, ClosingState.CLOSED]
    assert "this request added nothing to it" in report.closings[0].sentence
    assert manual(placed(stage, ids[0])) == BOX
    assert (await stage.ledger.charged(US.slug))[report.closings[0].order_id] == 5


async def test_an_order_under_way_is_left_to_its_request_for_a_while_and_then_taken_over(
    stage: Stage,
) -> None:
    ids = await imported(stage, US, 2)
    one, two = boxed(ids[:1]), boxed(ids)
    await unanswered(stage, one, {"path": "/confirmer$", "effect": SILENT})
    early = await close(stage, US, two)
    assert states(early) == [ClosingState.REFUSED, ClosingState.CLOSED]
    assert "Another request is closing the order" in early.closings[0].sentence
    stage.clock.advance(901)
    assert (await close(stage, US, two)).done
    late = await close(stage, US, one)
    assert states(late) == [ClosingState.REFUSED]
    assert manual(placed(stage, ids[0])) == BOX
    assert set((await stage.ledger.charged(US.slug)).values()) == {Decimal(5)}


async def test_routing_that_a_clerk_sets_meanwhile_is_not_replaced(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    own = {"carrier": "Harbour Couriers", "mode": "DAY", "scacCode": "HRBC", "trackingNumber": "CLERKS-OWN-1"}
    stage.wrap_warehouse = just_before("GET", "/routing", lambda: do(stage, ids[0], ("routing", own)))
    report = await close(stage, US, request(ids))
    assert states(report) == [ClosingState.REFUSED]
    assert "Somebody changed carrier" in report.closings[0].sentence
    order = placed(stage, ids[0])
    assert (order["tracking"], order["status"]) == ("CLERKS-OWN-1", OPEN)


async def test_a_hold_set_meanwhile_keeps_the_order_open(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    async with stage.desk(US) as plain:

        async def hold() -> None:
            known = await plain.ledger.find_placed(US, ids)
            found = known[ids[0]].placed
            assert found is not None
            await plain.warehouse.hold_order(found, "the buyer asks")

        stage.wrap_warehouse = just_before("GET", "/routing", hold)
        report = await close(stage, US, request(ids))
    assert states(report) == [ClosingState.REFUSED]
    assert placed(stage, ids[0])["status"] == OPEN


async def replace_charges(stage: Stage, order_id: str, charges: list[Any]) -> None:
    """Put an order with these charges in its own place, as a clerk's page does."""
    number = placed(stage, order_id)["orderId"]
    async with clerk(stage) as client:
        order = await look(client, number)
        body = {name: value for name, value in order.items() if name[0] != "_" and name != "readOnly"}
        body |= {
            "orderItems": order["_embedded"][LINES],
            "customerIdentifier": order["readOnly"]["customerIdentifier"],
            "facilityIdentifier": order["readOnly"]["facilityIdentifier"],
            "billing": {"billingCharges": charges},
        }
        headers = {"if-match": (await client.get(f"/orders/{number}")).headers["etag"]}
        reply = await client.put(f"/orders/{number}", json=body, headers=headers)
        assert reply.is_success, reply.text


async def test_a_charge_that_a_clerk_removes_meanwhile_does_not_make_the_closing_somebody_elses(
    stage: Stage,
) -> None:
    ids = await imported(stage, US, 1)
    hand = {"chargeLabel": "Hand", "numUnits": 1, "chargePerUnit": 2}
    await replace_charges(stage, ids[0], [{"chargeType": 5, "subtotal": 2, "details": [hand]}])
    assert manual(placed(stage, ids[0])) == [("Hand", Decimal(2))]
    stage.wrap_warehouse = just_before("GET", "/routing", lambda: replace_charges(stage, ids[0], []))
    report = await close(stage, US, boxed(ids))
    assert report.done
    assert manual(placed(stage, ids[0])) == BOX


async def test_an_equal_charge_that_a_clerk_put_there_is_warned_of_and_added_to(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    hand = {"chargeLabel": "Box", "numUnits": 1, "chargePerUnit": 5}
    await replace_charges(stage, ids[0], [{"chargeType": 5, "subtotal": 5, "details": [hand]}])
    report = await close(stage, US, boxed(ids))
    assert [each.code for each in report.plan.warnings[ids[0]]] == ["equal_charge"]
    assert report.done
    assert manual(placed(stage, ids[0])) == BOX * 2


async def test_a_warehouse_that_writes_tracking_numbers_its_own_way_closed_the_order_all_the_same(
    stage: Stage,
) -> None:
    ids = await imported(stage, US, 1)
    wanted = boxed(ids)
    small = tracking(0).lower()
    form = wanted.orders[0].model_copy(update={"tracking": small})

    def in_capitals(app: ASGIApp) -> ASGIApp:
        async def shown(scope: Any, receive: Any, send: Any) -> None:
            async def tell(message: Any) -> None:
                if message["type"] == "http.response.body":
                    body = message["body"].replace(small.encode(), small.upper().encode())
                    message = message | {"body": body}
                await send(message)

            await app(scope, receive, tell)

        return shown

    stage.wrap_warehouse = in_capitals
    report = await close(stage, US, wanted.model_copy(update={"orders": (form,)}))
    assert report.done
    assert manual(placed(stage, ids[0])) == BOX
