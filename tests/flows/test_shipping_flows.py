"""Ship and close and tracking update as Prefect runs them: forms, tables, mails, failures in sentences."""

import asyncio
import re
from decimal import Decimal
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter

from dockwire.faults.rules import Rule
from dockwire.model.contacts import Contacts
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from flows.ship_and_close import ship_and_close
from flows.tracking_update import tracking_update
from tasks.warehouse import CLOSED, resource_of
from tests.flows.site import Site, numbers

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

UPS = {"carrier": "UPS", "scac": "UPSN", "service": "03"}


def placed(site: Site) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = site.warehouse.read(IN_PROCESS, read_state)["orders"]
    return orders


async def ready(site: Site) -> list[str]:
    """Import, and return orders that can be closed and that Amazon has to be told of."""
    site.world.populate(24, [("US", 1)])
    await numbers(await site.run())
    by_itself = {
        order.body["orderId"]
        for order in site.world.orders
        if "FBM_SHIP_PLUS" in order.body.get("programs", [])
    }
    return [
        order["referenceNum"]
        for order in placed(site)
        if order["fullyAllocated"] and not order["onHold"] and order["referenceNum"] not in by_itself
    ]


async def close(site: Site, orders: list[str], **form: Any) -> State[Any]:
    """Run the flow with a form as Prefect hands it over."""
    filled = [{"order": order, "tracking": f"1Z999AA1{n:010d}"} for n, order in enumerate(orders)]
    form = {"orders": filled, "routing": UPS} | form
    state: State[Any] = await ship_and_close(site.slug, return_state=True, **form)
    return state


async def table(key: str) -> str:
    found = await Artifact.aget(key)
    assert found is not None
    return str(found.data)


async def told_of_closing(site: Site) -> None:
    """Wait until Prefect has kept what tells the site's tracking update that orders were closed.

    Kept events are asked for: a stream that a busy machine cuts loses what comes meanwhile.
    """
    resource = EventResourceFilter(id=[resource_of(site.slug)])
    async with get_client() as client, asyncio.timeout(180):
        while True:
            # Made anew: it ends at the moment it is made.
            wanted = EventFilter(event=EventNameFilter(name=[CLOSED]), resource=resource)
            if (await client.read_events(filter=wanted, limit=1)).events:
                return
            await asyncio.sleep(0.2)


async def test_a_form_is_previewed_then_closed_then_told_to_amazon(site: Site) -> None:
    orders = (await ready(site))[:3]
    charge = {"type": "materials", "label": "Void fill", "units": 1, "price_per_unit": 10}
    form = {"charges": [charge], "apply": "evenly"}
    assert await numbers(await close(site, orders, dry_run=True, **form)) == {"would_close": 3}
    shown = await table(f"closings-{site.slug}")
    assert [shown.count(share) > 0 for share in ("3.34", "3.33")] == [True, True]
    assert not any(order["tracking"] for order in placed(site))
    assert await numbers(await close(site, orders, **form)) == {"closed": 3}
    before = placed(site)
    again = await close(site, orders, **form)
    assert await numbers(again) == {"closed_already": 3}
    assert again.message == "3 closed already"
    assert placed(site) == before
    added = sum(
        Decimal(str(charge["amount"]))
        for order in before
        for charge in order["charges"]
        if not charge["automatic"]
    )
    assert added == 10
    told = await numbers(await tracking_update(site.slug, return_state=True))
    assert told["confirmed"] == 3
    packages = await table(f"packages-{site.slug}")
    assert all(order in packages for order in orders)
    assert len(site.world.confirmations) == 3


async def test_everything_in_the_way_is_told_at_once_and_nothing_is_written(site: Site) -> None:
    orders = (await ready(site))[:2]
    state = await close(site, [*orders, "999-0000000-0000000"], routing=UPS | {"service": ""})
    assert state.is_failed()
    assert "Nothing was written" in (state.message or "")
    lines = (state.message or "").splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [*orders, "999-0000000-0000000"]
    assert all(line.endswith("[clerk]") for line in lines[1:])
    assert not any(order["tracking"] for order in placed(site))
    problems = await table(f"closings-{site.slug}")
    assert "service" in problems


async def test_an_odd_tracking_number_is_told_in_the_result_and_in_the_table(site: Site) -> None:
    (order, other, *_) = await ready(site)
    form = [{"order": order, "tracking": "ODD-1"}]
    state: State[Any] = await ship_and_close(site.slug, form, UPS, return_state=True)
    assert await numbers(state) == {"closed": 1, "warnings": 1}
    first, second = (state.message or "").splitlines()
    assert first == "1 closed, 1 warnings"
    assert second.startswith(f"{order}: Tracking number ODD1 does not look like one of UPS")
    assert "does not look like one of UPS" in await table(f"closings-{site.slug}")
    # Another order with the number of one that shipped: a dry run names that one.
    form = [{"order": other, "tracking": "ODD1"}]
    state = await ship_and_close(site.slug, form, UPS, dry_run=True, return_state=True)
    assert f"stands on order {order} already, which shipped on " in (state.message or "")
    assert f"stands on order {order} already" in await table(f"closings-{site.slug}")


async def test_a_right_taken_away_fails_the_run_and_a_retry_does_the_rest(site: Site) -> None:
    orders = (await ready(site))[:3]
    site.faults.replace(
        [Rule(method="POST", path="/confirmer$", after=1, effect={"kind": "status", "status": 403})]
    )
    charge = {"label": "Box", "price_per_unit": 3}
    state = await close(site, orders, charges=[charge], apply="evenly")
    # Amazon hears of what was closed all the same.
    await told_of_closing(site)
    assert state.is_failed()
    assert "denies" in (state.message or "")
    assert any(f"Amazon order {order}" in (state.message or "") for order in orders)
    assert (await table(f"closings-{site.slug}")).count("closed") == 1
    site.faults.replace([])
    rest = await numbers(await close(site, orders, charges=[charge], apply="evenly"))
    assert sum(rest.values()) == 3
    assert rest["closed_already"] > 0
    assert [
        [charge["amount"] for charge in order["charges"] if not charge["automatic"]]
        for order in placed(site)
        if order["tracking"]
    ] == [[1]] * 3


async def test_a_refused_shipment_is_mailed_to_those_who_can_mend_it(site: Site) -> None:
    site.block.contacts = Contacts(shipments_refused=("merchant@example.com",))
    await site.block.asave(site.slug, overwrite=True)
    orders = (await ready(site))[:2]
    await numbers(await close(site, orders))
    order = next(order for order in site.world.orders if order.body["orderId"] == orders[0])
    order.body["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
    for line in order.body["orderItems"]:
        line["fulfillment"]["quantityUnfulfilled"] = 0
    told = await numbers(await tracking_update(site.slug, return_state=True))
    assert (told["confirmed"], told["refused"]) == (1, 1)
    _, mail = site.mails()  # the first told that orders are flowing
    assert mail["to"] == "merchant@example.com"
    assert "refused" in mail["subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert orders[0] in text
    assert f"dockwire orders retry {site.slug}" in text
    assert "Amazon says" in text
    await numbers(await tracking_update(site.slug, return_state=True))
    assert len(site.mails()) == 2


async def test_neither_tables_nor_results_tell_who_bought(site: Site) -> None:
    site.world.populate(12, [("US", 1)])
    for order in site.world.orders:
        address = order.body.get("recipient", {}).get("deliveryAddress", {})
        address |= {"name": "Secret Buyer", "addressLine1": "Hidden Street 1", "phone": "555 0123"}
    await numbers(await site.run())
    orders = [order["referenceNum"] for order in placed(site) if not order["onHold"]][:3]
    await close(site, orders)
    await tracking_update(site.slug, return_state=True)
    keys = (
        f"closings-{site.slug}",
        f"packages-{site.slug}",
        f"ship-and-close-{site.slug}",
        f"tracking-update-{site.slug}",
    )
    text = " ".join([await table(key) for key in keys])
    assert orders[0] in text
    assert not re.search(r"Secret Buyer|Hidden Street|555 0123", text)
