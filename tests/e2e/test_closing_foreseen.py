"""What Amazon would refuse is found before an order is closed and charged, and corrections still go out."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from dockwire.simulators.amazon.packages import put_package
from tests.e2e.orders import change
from tests.e2e.shipping import (
    REOPEN,
    at_amazon,
    close,
    do,
    imported,
    manual,
    pack,
    placed,
    request,
    sent,
    tracking,
    update,
)
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
OLD = "1Z999AA10000000555"


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path) as opened:
        yield opened


async def test_packages_without_tracking_numbers_are_found_before_closing(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    sku = placed(stage, ids[0])["items"][0]["sku"]
    await pack(stage, ids[0], ("", {sku: 1}), ("", {sku: 1}))
    report = await close(stage, US, request(ids, charges=[("Box", "5")]))
    assert [each.code for each in report.plan.problems[ids[0]]] == ["tracking_missing"]
    assert (placed(stage, ids[0])["status"], manual(placed(stage, ids[0]))) == (0, [])


async def test_a_package_with_another_number_is_warned_of_as_what_amazon_will_hear(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    sku = placed(stage, ids[0])["items"][0]["sku"]
    await pack(stage, ids[0], (OLD, {sku: 2}))
    report = await close(stage, US, request(ids))
    (doubt,) = report.plan.warnings[ids[0]]
    assert (doubt.code, OLD in doubt.sentence) == ("tracking_unused", True)
    stage.clock.advance(60)
    await update(stage, US)
    assert [label for label, _ in sent(stage, ids[0])] == [OLD]


async def test_an_order_that_amazon_has_as_shipped_by_another_parcel_is_not_closed(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    package: dict[str, Any] = {
        "packageReferenceId": "900",
        "createdTime": "2026-11-02T10:00:00Z",
        "carrier": "UPS",
        "trackingNumber": OLD,
        "packageItems": [{"orderItemId": f"{1:014d}", "quantity": 2}],
    }
    change(stage, 1, lambda body: put_package(body, package))
    stage.clock.advance(600)
    await stage.run(US, refresh=True)
    assert at_amazon(stage, ids[0]) == "SHIPPED"
    report = await close(stage, US, request(ids, charges=[("Box", "5")]))
    assert [each.code for each in report.plan.problems[ids[0]]] == ["already_fulfilled"]
    assert manual(placed(stage, ids[0])) == []


async def test_a_corrected_number_of_an_order_that_amazon_took_is_closed_and_told(stage: Stage) -> None:
    ids = await imported(stage, US, 1)
    wanted = request(ids)
    assert (await close(stage, US, wanted)).done
    stage.clock.advance(60)
    await update(stage, US)
    stage.clock.advance(600)
    await stage.run(US, refresh=True)
    assert at_amazon(stage, ids[0]) == "SHIPPED"
    await do(stage, ids[0], REOPEN)
    form = wanted.orders[0].model_copy(update={"tracking": tracking(99)})
    assert (await close(stage, US, wanted.model_copy(update={"orders": (form,)}))).done
    stage.clock.advance(60)
    await update(stage, US)
    assert [label for label, _ in sent(stage, ids[0])] == [tracking(99)]


async def test_one_tracking_number_for_two_orders_is_warned_of(stage: Stage) -> None:
    ids = await imported(stage, US, 2)
    wanted = request(ids)
    forms = tuple(form.model_copy(update={"tracking": tracking(0)}) for form in wanted.orders)
    report = await close(stage, US, wanted.model_copy(update={"orders": forms}))
    assert {handle: [each.code for each in found] for handle, found in report.plan.warnings.items()} == {
        order_id: ["tracking_shared"] for order_id in ids
    }
