"""Tracking update on both real sides: the right packages at Amazon, once, and every refusal explained."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.errors import AccessDenied, Unfinished
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.ledger import SqlLedger
from dockwire.model.closing import RoutingForm
from dockwire.model.ids import AmazonOrderId
from dockwire.model.parcel import ParcelRow, ParcelState
from dockwire.model.record import FactKind
from dockwire.sealing import Sealer
from dockwire.services.tracking_update import TrackingUpdate
from dockwire.simulators.amazon.packages import put_package
from dockwire.warehouse import load_seed
from tests.e2e.orders import change, item, turn
from tests.e2e.shipping import (
    ROUTING,
    at_amazon,
    clerk,
    close,
    correct,
    imported,
    pack,
    placed,
    request,
    run_update,
    sent,
    tracking,
    update,
)
from tests.stage import App, Stage, bare, opened_stage, run_steps, sim_connection
from tests.unit.warehouse.closings import act, look
from tests.unit.warehouse.houses import LINES, ORDERS

US = sim_connection("US")
LINE = f"{1:014d}"


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def parcels(stage: Stage, order_id: str) -> list[ParcelRow]:
    return await stage.ledger.order_parcels(AmazonOrderId(order_id))


async def states(stage: Stage, order_id: str) -> list[str]:
    return [row.state.value for row in await parcels(stage, order_id)]


async def refresh(stage: Stage) -> None:
    """Let the import read what Amazon shows by now."""
    stage.clock.advance(600)
    await stage.run(US, refresh=True)


async def closed(stage: Stage, count: int = 1, **members: object) -> list[str]:
    """Return orders that are imported and closed, each as one parcel."""
    ids = await imported(stage, US, count, **members)
    assert (await close(stage, US, request(ids))).done
    stage.clock.advance(60)
    return ids


async def test_closed_orders_are_shipped_at_amazon_and_then_seen_there(stage: Stage) -> None:
    ids = await closed(stage, 3)
    report = await update(stage, US)
    assert (report.closed, report.parcels, report.confirmed) == (3, 3, 3)
    for place, order_id in enumerate(ids):
        assert at_amazon(stage, order_id) == "SHIPPED"
        assert sent(stage, order_id) == [(tracking(place), {LINE: 2})]
    assert await states(stage, ids[0]) == ["accepted"]
    await refresh(stage)
    assert (await update(stage, US)).visible == 3
    assert await states(stage, ids[0]) == ["visible"]
    facts = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(ids[0]))]
    assert facts.count(FactKind.SHIPMENT_CONFIRMED) == 1


async def test_a_run_with_nothing_new_tells_amazon_nothing(stage: Stage) -> None:
    await closed(stage, 2)
    await update(stage, US)
    told = len(stage.world.confirmations)
    again = await update(stage, US)
    assert (again.parcels, again.confirmed, len(stage.world.confirmations)) == (0, 0, told)


async def test_several_packages_are_several_parcels_with_their_exact_units(stage: Stage) -> None:
    (order_id,) = await imported(
        stage, US, 1, orderItems=[item(1, ordered=3, left=3), item(2, sku="ROPE-6MM-20M", ordered=1, left=1)]
    )
    await pack(
        stage,
        order_id,
        (tracking(7), {"MUG-BLUE-350": 2}),
        (tracking(8), {"MUG-BLUE-350": 1, "ROPE-6MM-20M": 1}),
    )
    await close(stage, US, request([order_id]))
    report = await update(stage, US)
    assert report.confirmed == 2
    assert sent(stage, order_id) == [(tracking(7), {LINE: 2}), (tracking(8), {LINE: 1, f"{2:014d}": 1})]
    assert at_amazon(stage, order_id) == "SHIPPED"
    references = [row.reference for row in await parcels(stage, order_id)]
    assert len(set(references)) == 2
    assert all(reference.isdigit() for reference in references)


async def test_one_package_amazon_refuses_does_not_keep_the_other_from_being_told(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1, orderItems=[item(1, ordered=3, left=3)])
    await pack(stage, order_id, (tracking(7), {"MUG-BLUE-350": 1}), (tracking(8), {"MUG-BLUE-350": 2}))
    await close(stage, US, request([order_id]))
    # The seller shipped one unit by hand before: two are open, and three are in parcels.
    await _ship_elsewhere(stage, 1, units=1)
    report = await update(stage, US)
    assert (report.confirmed, report.refused) == (1, 1)
    refused = next(row for row in await parcels(stage, order_id) if row.state is ParcelState.REFUSED)
    assert "Amazon says" in refused.problem
    assert refused.fixer == "clerk"


async def test_a_corrected_tracking_number_edits_the_same_package(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    await update(stage, US)
    stage.clock.advance(600)
    await correct(stage, order_id, "1Z999AA10987654321")
    report = await update(stage, US)
    assert (report.parcels, report.confirmed) == (1, 1)
    assert sent(stage, order_id) == [("1Z999AA10987654321", {LINE: 2})]
    (row,) = await parcels(stage, order_id)
    assert row.tracking == "1Z999AA10987654321"


async def test_a_lost_reply_is_asked_again_at_once_and_edits_the_same_package(stage: Stage) -> None:
    ids = await closed(stage, 3)
    lost = FaultRules()
    lost.replace([Rule(method="POST", path="/shipmentConfirmation$", nth=2, effect={"kind": "lost_reply"})])
    stage.wrap_amazon = lambda app: Faults(app, lost, clock=stage.clock)
    assert (await update(stage, US)).confirmed == 3
    assert len(stage.world.confirmations) == 4
    assert [len(sent(stage, order_id)) for order_id in ids] == [1, 1, 1]


async def test_a_parcel_nobody_answered_for_is_unknown_and_told_again_by_the_next_run(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    lost = FaultRules()
    lost.replace([Rule(method="POST", path="/shipmentConfirmation$", effect={"kind": "lost_reply"})])
    stage.wrap_amazon = lambda app: Faults(app, lost, clock=stage.clock)
    assert (await update(stage, US)).unknown == 1
    assert await states(stage, order_id) == ["sent"]
    lost.replace([])
    stage.clock.advance(3600)
    assert (await update(stage, US)).confirmed == 1
    assert sent(stage, order_id) == [(tracking(0), {LINE: 2})]
    assert at_amazon(stage, order_id) == "SHIPPED"


async def test_a_silent_amazon_ends_the_run_and_the_next_one_does_the_rest(stage: Stage) -> None:
    ids = await closed(stage, 7)
    out = FaultRules()
    out.replace(
        [Rule(method="POST", path="/shipmentConfirmation$", effect={"kind": "status", "status": 503})]
    )
    stage.wrap_amazon = lambda app: Faults(app, out, clock=stage.clock)
    with pytest.raises(Unfinished):
        await update(stage, US)
    out.replace([])
    stage.clock.advance(3600)
    assert (await update(stage, US)).confirmed == 7
    assert {at_amazon(stage, order_id) for order_id in ids} == {"SHIPPED"}


async def test_already_fulfilled_by_the_same_parcel_is_success(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    await _ship_elsewhere(stage, 1, units=2, label=tracking(0))
    report = await update(stage, US)
    assert (report.visible, report.refused) == (1, 0)
    assert await states(stage, order_id) == ["visible"]


async def test_already_fulfilled_by_another_parcel_is_a_refusal(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    await _ship_elsewhere(stage, 1, units=2, label="1Z999AA10000009999")
    report = await update(stage, US)
    assert (report.visible, report.refused) == (0, 1)
    (row,) = await parcels(stage, order_id)
    assert "shipped" in row.problem
    assert row.fixer == "merchant"
    assert sent(stage, order_id) == [("1Z999AA10000009999", {LINE: 2})]


async def test_a_prime_label_bought_at_amazon_needs_no_confirmation(stage: Stage) -> None:
    # What the import would hold for its label is imported here as a plain order; Prime shows later.
    (order_id,) = await closed(stage)
    change(stage, 1, lambda body: body.update(programs=["PRIME"]))
    await _ship_elsewhere(stage, 1, units=2, label="TBA123456789000")
    await refresh(stage)
    report = await update(stage, US)
    assert (report.not_needed, report.refused) == (1, 0)
    (row,) = await parcels(stage, order_id)
    assert "label" in row.problem


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"programs": ["FBM_SHIP_PLUS"]}, "Ship+"),
        ({"fulfilledBy": "AMAZON"}, "by itself"),
    ],
)
async def test_what_amazon_confirms_by_itself_is_never_sent(
    stage: Stage, members: dict[str, object], code: str
) -> None:
    (order_id,) = await closed(stage)

    def becomes(body: dict[str, object]) -> None:
        body.update({key: value for key, value in members.items() if key == "programs"})
        if "fulfilledBy" in members:
            body["fulfillment"] |= {"fulfilledBy": members["fulfilledBy"]}  # type: ignore[operator]

    change(stage, 1, becomes)
    await refresh(stage)
    report = await update(stage, US)
    assert (report.not_needed, report.confirmed) == (1, 0)
    assert stage.world.confirmations == []
    (row,) = await parcels(stage, order_id)
    assert code in row.problem


async def test_an_order_cancelled_meanwhile_is_refused_before_amazon_is_asked(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    change(stage, 1, turn("CANCELLED"))
    await refresh(stage)
    report = await update(stage, US)
    assert report.refused == 1
    assert stage.world.confirmations == []
    (row,) = await parcels(stage, order_id)
    assert "cancelled" in row.problem
    assert row.fixer == "merchant"


async def test_a_cancellation_nobody_read_yet_is_explained_with_amazons_words(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    change(stage, 1, _cancel)
    report = await update(stage, US)
    assert report.refused == 1
    (row,) = await parcels(stage, order_id)
    assert "cancelled meanwhile" in row.problem
    assert "Amazon says" in row.problem


async def test_a_refused_parcel_is_sent_again_when_somebody_asks_for_it(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    change(stage, 1, turn("CANCELLED"))
    await refresh(stage)
    assert (await update(stage, US)).refused == 1
    change(stage, 1, turn("UNSHIPPED"))
    await refresh(stage)
    assert (await update(stage, US)).confirmed == 0  # a refusal waits for a person
    assert await stage.ledger.retry_parcels(US.slug, AmazonOrderId(order_id)) == 1
    assert (await update(stage, US)).confirmed == 1
    assert at_amazon(stage, order_id) == "SHIPPED"


async def test_a_connection_names_its_own_carriers_for_amazon(stage: Stage) -> None:
    which = sim_connection("US", carrier_codes={"UPS": "Dockside Post"})
    (order_id,) = await imported(stage, which, 1)
    await close(stage, which, request([order_id]))
    assert (await update(stage, which)).confirmed == 1
    assert _told(stage) == ("Other", "Dockside Post")


async def test_a_carrier_amazon_does_not_list_goes_as_other_with_its_name(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    couriers = RoutingForm(carrier="Harbour Couriers", scac="HRBC", service="DAY")
    assert (await close(stage, US, request([order_id], routing=couriers))).done
    assert (await update(stage, US)).confirmed == 1
    assert _told(stage) == ("Other", "Harbour Couriers")


async def clerk_does(stage: Stage, order_id: str, action: str, body: object = None) -> None:
    """Do one thing to a warehouse order in the warehouse's own pages."""
    async with clerk(stage) as client:
        order = await look(client, placed(stage, order_id)["orderId"])
        reply = await act(client, order, action, body)
        assert reply.is_success, reply.text


def out_of_order(stage: Stage, effect: dict[str, Any]) -> FaultRules:
    """Let Amazon answer no confirmation until the rules are taken away."""
    rules = FaultRules()
    rules.replace([Rule(method="POST", path="/shipmentConfirmation$", effect=effect)])
    stage.wrap_amazon = lambda app: Faults(app, rules, clock=stage.clock)
    return rules


@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_order_opened_again_before_amazon_was_told_is_not_told(
    stage: Stage, cancelled: bool
) -> None:
    (order_id,) = await closed(stage)
    out = out_of_order(stage, {"kind": "status", "status": 403})
    with pytest.raises(AccessDenied):
        await update(stage, US)
    out.replace([])
    await clerk_does(stage, order_id, "unconfirmer")
    if cancelled:
        await clerk_does(stage, order_id, "canceler", {"reason": "not in stock"})
    stage.clock.advance(3600)
    assert (await update(stage, US)).confirmed == 0
    assert at_amazon(stage, order_id) == "UNSHIPPED"
    assert await states(stage, order_id) == ["not_needed"]


async def test_an_order_opened_again_after_amazon_was_told_is_told_to_a_person(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    await update(stage, US)
    await clerk_does(stage, order_id, "unconfirmer")
    for _ in range(2):
        stage.clock.advance(3600)
        await update(stage, US)
    facts = await stage.ledger.order_facts(AmazonOrderId(order_id))
    (told,) = [fact for fact in facts if fact.kind is FactKind.CHANGE_NEEDS_PERSON]
    assert (told.detail["code"], told.detail["fixer"]) == ("reopened", "clerk")
    await clerk_does(stage, order_id, "confirmer", {"trackingNumber": tracking(0)})
    stage.clock.advance(3600)
    await update(stage, US)
    assert sent(stage, order_id) == [(tracking(0), {LINE: 2})]
    assert await states(stage, order_id) == ["visible"]


@pytest.mark.parametrize("programs", [[], ["PRIME"]])
async def test_a_correction_after_a_lost_reply_is_told(stage: Stage, programs: list[str]) -> None:
    (order_id,) = await closed(stage)
    change(stage, 1, lambda body: body.update(programs=programs))
    lost = out_of_order(stage, {"kind": "lost_reply"})
    assert (await update(stage, US)).unknown == 1
    lost.replace([])
    await refresh(stage)
    await correct(stage, order_id, tracking(9))
    stage.clock.advance(3600)
    assert (await update(stage, US)).confirmed == 1
    assert sent(stage, order_id) == [(tracking(9), {LINE: 2})]


async def test_a_slow_run_does_not_put_an_old_tracking_number_back(stage: Stage) -> None:
    ids = await closed(stage, 2)
    corrected: list[str] = []

    def meanwhile(app: App) -> App:
        async def slow(scope: Any, receive: Any, send: Any) -> None:
            # While Amazon is at one parcel, the other is corrected and told by another run.
            if scope["path"].endswith("shipmentConfirmation") and not corrected:
                corrected.extend(order_id for order_id in ids if order_id not in scope["path"])
                stage.wrap_amazon = bare
                await correct(stage, corrected[0], tracking(9))
                assert (await update(stage, US)).confirmed > 0
            await app(scope, receive, send)

        return slow

    stage.wrap_amazon = meanwhile
    await update(stage, US)
    (other,) = corrected
    assert sent(stage, other) == [(tracking(9), {LINE: 2})]


async def test_a_confirmation_overtaken_on_its_way_is_put_right_by_the_next_run(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    corrected: list[str] = []

    def meanwhile(app: App) -> App:
        async def slow(scope: Any, receive: Any, send: Any) -> None:
            # The old number is on its way while another run tells the new one.
            if scope["path"].endswith("shipmentConfirmation") and not corrected:
                corrected.append(order_id)
                stage.wrap_amazon = bare
                await correct(stage, order_id, tracking(9))
                assert (await update(stage, US)).confirmed == 1
            await app(scope, receive, send)

        return slow

    stage.wrap_amazon = meanwhile
    await update(stage, US)
    assert sent(stage, order_id) == [(tracking(0), {LINE: 2})]
    await update(stage, US)
    assert sent(stage, order_id) == [(tracking(9), {LINE: 2})]


async def test_an_order_packed_after_it_was_told_whole_edits_the_same_package(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    assert (await update(stage, US)).confirmed == 1
    await refresh(stage)
    await clerk_does(stage, order_id, "unconfirmer")
    await pack(stage, order_id, (tracking(9), {"MUG-BLUE-350": 2}))
    await clerk_does(stage, order_id, "confirmer", {})
    stage.clock.advance(600)
    assert (await update(stage, US)).confirmed == 1
    assert sent(stage, order_id) == [(tracking(9), {LINE: 2})]


async def test_orders_of_a_connection_that_moved_to_another_customer_are_still_told(stage: Stage) -> None:
    (order_id,) = await closed(stage)
    assert (await update(stage, sim_connection("US", customer_id=2))).confirmed == 1
    assert at_amazon(stage, order_id) == "SHIPPED"


@pytest.mark.parametrize(("parts", "units"), [(2, 1), (1, 0)])
async def test_a_kit_packed_in_parts_counts_whole_kits_only(stage: Stage, parts: int, units: int) -> None:
    kit = [{"sku": "MUG-BLUE-350", "qty": 1}, {"sku": "ROPE-6MM-20M", "qty": 1}]
    item_of_parts = {"customer": "Harbour Goods", "sku": "SET", "description": "set", "kit": kit}
    load_seed(stage.warehouse, {"items": [item_of_parts]})
    which = sim_connection("US", sku_map={"MUG-BLUE-350": "SET"})
    (order_id,) = await imported(stage, which, 1)
    async with clerk(stage) as client:
        order = await look(client, placed(stage, order_id)["orderId"])
        state = order["_embedded"][LINES][0]["readOnly"]
        contents = [
            {"orderItemId": state["orderItemId"], "receiveItemId": goods["receiveItemId"], "qty": 1}
            for goods in state["allocations"][:parts]
        ]
        body = {"trackingNumber": tracking(7), "packageContents": contents}
        assert (await act(client, order, "packages", body)).is_success
        order = await look(client, placed(stage, order_id)["orderId"])
        assert (await act(client, order, "routing", ROUTING, method="PUT")).is_success
    await clerk_does(stage, order_id, "confirmer", {})
    stage.clock.advance(60)
    report = await update(stage, which)
    assert sent(stage, order_id) == ([(tracking(7), {LINE: units})] if units else [])
    assert at_amazon(stage, order_id) != "SHIPPED"
    assert report.confirmed == units
    codes = [row.problem for row in await parcels(stage, order_id) if row.problem]
    assert any("parts of the kit SET" in problem for problem in codes) is not bool(units)


async def test_a_package_made_anew_does_not_ship_its_units_twice(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1, orderItems=[item(1, ordered=4, left=4)])
    await pack(stage, order_id, (tracking(1), {"MUG-BLUE-350": 1}))
    async with clerk(stage) as client:
        number = placed(stage, order_id)["orderId"]
        assert (await act(client, await look(client, number), "routing", ROUTING, method="PUT")).is_success
    await clerk_does(stage, order_id, "confirmer", {})
    stage.clock.advance(60)
    await update(stage, US)
    assert sent(stage, order_id) == [(tracking(1), {LINE: 1})]
    await clerk_does(stage, order_id, "unconfirmer")
    async with clerk(stage) as client:
        etag = (await client.get(f"/orders/{number}/packages/1")).headers["etag"]
        gone = await client.delete(f"/orders/{number}/packages/1", headers={"if-match": etag})
        assert gone.is_success
    await pack(stage, order_id, (tracking(1), {"MUG-BLUE-350": 1}), (tracking(2), {"MUG-BLUE-350": 3}))
    await clerk_does(stage, order_id, "confirmer", {})
    stage.clock.advance(600)
    await update(stage, US)
    assert sorted(sent(stage, order_id)) == [(tracking(1), {LINE: 1}), (tracking(2), {LINE: 3})]


async def test_what_amazon_never_shows_is_told_after_a_day(stage: Stage) -> None:
    stage.world.switches.confirmation_delay_seconds = 1_000_000
    (order_id,) = await closed(stage)
    assert (await update(stage, US)).confirmed == 1
    stage.clock.advance(23 * 3600)
    assert (await update(stage, US)).refused == 0
    stage.clock.advance(2 * 3600)
    assert (await update(stage, US)).refused == 1
    (row,) = await parcels(stage, order_id)
    assert (row.fixer, "does not show it" in row.problem) == ("merchant", True)


async def test_a_ledger_made_anew_learns_of_orders_that_were_closed_long_ago(
    stage: Stage, tmp_path: Path
) -> None:
    (order_id,) = await imported(stage, US, 1)
    await close(stage, US, request([order_id]))
    stage.clock.advance(86_400)
    anew = f"sqlite:///{tmp_path / 'anew.db'}"
    ledger = await SqlLedger.open(anew, sealer=Sealer([Sealer.new_key()]))
    # The tracking update reads on before the import has found the order again.
    async with stage.desk(US, ledger=ledger) as desk:
        assert (await run_update(TrackingUpdate(desk))).confirmed == 0
    stage.clock.advance(86_400)
    async with stage.importing(US, ledger=ledger) as steps:
        assert (await run_steps(steps)).adopted == 1
    async with stage.desk(US, ledger=ledger) as desk:
        report = await run_update(TrackingUpdate(desk))
        assert (report.closed, report.confirmed) == (1, 1)
        assert (await run_update(TrackingUpdate(desk))).closed == 0
    await ledger.close()
    assert at_amazon(stage, order_id) == "SHIPPED"


async def test_two_runs_at_once_leave_one_package_for_each_order(stage: Stage) -> None:
    ids = await closed(stage, 6)
    await asyncio.gather(update(stage, US), update(stage, US))
    assert [len(sent(stage, order_id)) for order_id in ids] == [1] * 6
    assert {tuple(await states(stage, order_id)) for order_id in ids} <= {("accepted",), ("visible",)}


async def test_a_parcel_without_a_tracking_number_is_the_clerks_to_mend(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    async with clerk(stage) as client:
        order = await look(client, placed(stage, order_id)["orderId"])
        assert (await act(client, order, "confirmer", {})).is_success
    stage.clock.advance(60)
    assert (await update(stage, US)).refused + (await stage.ledger.parcel_counts(US.slug))[
        ParcelState.REFUSED
    ] > 0
    (row,) = await parcels(stage, order_id)
    assert (row.state, row.fixer) == (ParcelState.REFUSED, "clerk")
    assert "tracking number" in row.problem
    stage.clock.advance(60)
    await correct(stage, order_id, tracking(5))
    assert (await update(stage, US)).confirmed == 1
    assert sent(stage, order_id) == [(tracking(5), {LINE: 2})]


def _told(stage: Stage) -> tuple[str, str]:
    """Return carrier code and name of the only confirmation."""
    (confirmation,) = stage.world.confirmations
    package = confirmation.body["packageDetail"]
    return package["carrierCode"], package["carrierName"]


def _cancel(body: dict[str, object]) -> None:
    turn("CANCELLED")(body)
    for line in body["orderItems"]:  # type: ignore[attr-defined]
        line["fulfillment"]["quantityUnfulfilled"] = 0


async def _ship_elsewhere(stage: Stage, n: int, *, units: int, label: str = "1Z999AA10000000099") -> None:
    """Let the seller ship units of the first line by hand, in Seller Central."""
    package = {
        "packageReferenceId": "900",
        "createdTime": "2026-11-02T10:00:00Z",
        "carrier": "UPS",
        "trackingNumber": label,
        "packageItems": [{"orderItemId": LINE, "quantity": units}],
    }
    change(stage, n, lambda body: put_package(body, package))


async def test_an_order_that_cannot_be_read_does_not_keep_the_others_from_amazon(stage: Stage) -> None:
    ids = await closed(stage, 3)
    number = placed(stage, ids[1])["orderId"]
    stage.wrap_warehouse = lambda app: _blanking(app, number)
    report = await update(stage, US)
    assert report.confirmed == 2
    (row,) = await parcels(stage, ids[1])
    assert (row.state, row.fixer) == (ParcelState.REFUSED, "engineer")
    assert f"Warehouse order {number} cannot be read: orderitems.0.qty" in row.problem
    # Mended, it is read again and told.
    stage.wrap_warehouse = bare
    assert (await update(stage, US)).confirmed == 1
    assert [len(sent(stage, order_id)) for order_id in ids] == [1, 1, 1]


def _blanking(app: App, number: int) -> App:
    """Return the warehouse with the quantities of one order missing from its lists."""

    async def blanked(scope: Any, receive: Any, send: Any) -> None:
        async def hollow(message: Any) -> None:
            if message["type"] == "http.response.body" and scope["path"] == "/orders":
                page = json.loads(message["body"])
                for order in page["_embedded"][ORDERS]:
                    if order["readOnly"]["orderId"] == number:
                        for line in order["_embedded"][LINES]:
                            line["qty"] = None
                message = message | {"body": json.dumps(page).encode()}
            elif message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].lower() != b"content-length"]
                message = message | {"headers": kept}
            await send(message)

        await app(scope, receive, hollow)

    return blanked
