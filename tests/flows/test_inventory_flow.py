"""Inventory sync as Prefect runs it: dry at first, its tables and its picture, and refused where it is not wanted."""

from base64 import b64decode
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.client.schemas.objects import State

from deployments.inspect import check_connection
from dockwire.bootstrap import opened_ledger
from dockwire.model.contacts import Contacts
from dockwire.model.ids import CustomerId
from dockwire.model.stock_rules import StockRule, StockRules
from dockwire.settings import read_settings
from dockwire.simulators.amazon.listing_seeds import FULFILLED_BY_AMAZON
from flows.inventory_sync import inventory_sync
from tests.flows.site import Site, numbers

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

SKU = "NOTEBOOK-A5"


async def wanting_stock(site: Site) -> None:
    site.block.stock_sync = True
    site.block.stock = StockRules(default=StockRule(maximum=40))
    site.block.contacts = Contacts(stock_refused=("owner@example.com",))
    await site.block.asave(site.slug, overwrite=True)


async def sync(site: Site, **options: Any) -> State[Any]:
    state: State[Any] = await inventory_sync(site.slug, return_state=True, **options)
    return state


async def shown(key: str) -> str:
    found = await Artifact.aget(key)
    assert found is not None
    return str(found.data)


def offered(site: Site) -> set[int | None]:
    site.world.catch_up()
    return {
        each.offered()
        for each in site.world.listings.of("A3SIMNORTHAM01", "ATVPDKIKX0DER")
        if each.sku not in FULFILLED_BY_AMAZON
    }


async def test_the_first_run_shows_and_the_second_sends(site: Site) -> None:
    await wanting_stock(site)
    trial = await sync(site, dry_run=True)
    assert (trial.message or "").startswith("dry run, nothing sent: ")
    # A trial that was asked for does not count as the first run.
    opening = await sync(site)
    assert (opening.message or "").startswith("first run, nothing sent, the next one sends: ")
    first = await numbers(opening)
    assert first["differences"] > 0
    assert first["sent"] == 0
    assert offered(site) != {40}
    table = await shown(f"quantities-{site.slug}")
    assert "would be sent" in table
    assert f"{SKU} is to be offered at 40: available 10000, maximum 40 -9960." in table
    second = await numbers(await sync(site))
    assert second["sent"] == first["differences"]
    assert offered(site) == {40}
    assert "Amazon ships this SKU from its own warehouse." in await shown(f"left-out-{site.slug}")
    picture = await shown(f"stock-course-{site.slug}")
    assert picture.startswith("data:image/svg+xml;base64,")
    svg = b64decode(picture.partition(",")[2]).decode()
    assert svg.count("<polyline") == 2
    third = await sync(site)
    assert (await numbers(third))["differences"] == 0


async def test_somebody_elses_change_is_in_the_list_of_drift(site: Site) -> None:
    await wanting_stock(site)
    await numbers(await sync(site, dry_run=False))
    # The second run sees at Amazon what the first one sent.
    assert (await numbers(await sync(site)))["verified"] > 0
    assert await shown(f"drift-{site.slug}") == "[]"
    for each in site.world.listings.of("A3SIMNORTHAM01", "ATVPDKIKX0DER"):
        if each.sku == SKU:
            each.offer(99)
    assert (await numbers(await sync(site, everything=True)))["drifted"] == 1
    assert "Amazon offers more than was known" in await shown(f"drift-{site.slug}")
    assert offered(site) == {40}


async def test_the_check_names_what_both_tables_of_names_lead_to_in_vain(site: Site) -> None:
    async def items() -> tuple[bool, str]:
        (told,) = [row for row in await check_connection(site.slug) if row["what"] == "items"]
        return told["ok"], told["detail"]

    assert (await items())[0]
    async with opened_ledger(read_settings()) as ledger:
        aliases = {"A": SKU} | {f"A{n}": f"GONE-{n:02}" for n in range(12)}
        await ledger.replace_aliases("main", CustomerId(1), aliases)
    site.block.sku_map = {"B": "LOST", "C": SKU}
    await site.block.asave(site.slug, overwrite=True)
    ok, told = await items()
    assert not ok
    assert "the SKU map names items the warehouse does not know: LOST; the alias table names" in told
    assert told.endswith("GONE-09 and 2 more")


async def test_a_connection_that_does_not_want_it_is_told_how_to(site: Site) -> None:
    state = await sync(site)
    assert state.is_failed()
    assert "stock_sync = true" in (state.message or "")
