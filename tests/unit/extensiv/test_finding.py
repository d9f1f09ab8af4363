"""Finding orders by their references, and reading customers, facilities and items to the end."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.errors import NotFound
from dockwire.extensiv import WarehouseClient, rql
from dockwire.model.ids import CustomerId
from dockwire.model.warehouse import Party, PlacedStatus
from dockwire.warehouse import Switches, Warehouse, load_seed
from dockwire.warehouse import rql as the_other_side
from tests.unit.extensiv.stock import ACME, BOREALIS, Noting, draft, noting, opened
from tests.unit.warehouse.houses import open_house

AWKWARD = [
    "a+b",
    "a/b",
    "a(b)c",
    "a,b",
    "100%",
    "%41",
    "%2B",
    "a;b==c",
    "it's",
    'say "x"',
    "*",
    "a*",
    "x y",
    " lead",
    "a&b=c",
    "a#b?c",
    "ü/ß 山田",
    "a\\b",
    "a|b^c~d",
    "REF-1",
    "-CANCELED-",
]


@pytest.fixture
def house(database_url: str) -> Iterator[Warehouse]:
    """Give a warehouse, once on each kind of database: they compare texts in their own ways."""
    warehouse = open_house(database_url)
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize("reference", AWKWARD)
async def test_a_reference_of_any_characters_is_found_alone(client: WarehouseClient, reference: str) -> None:
    placed = await client.create_order(draft(reference))
    await client.create_order(draft("A"))
    found = await client.find_order(placed.reference, ACME)
    assert found is not None
    assert found.order_id == placed.order_id


async def test_awkward_references_are_found_together(client: WarehouseClient) -> None:
    placed = [await client.create_order(draft(reference)) for reference in AWKWARD]
    found = await client.find_orders([order.reference for order in placed] + ["no such"], ACME)
    assert {reference: order.order_id for reference, order in found.items()} == {
        order.reference: order.order_id for order in placed
    }


@given(reference=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40))
def test_an_encoded_value_is_one_comparison_and_reads_back(reference: str) -> None:
    parsed = the_other_side.parse(rql.equals("referenceNum", reference))
    assert isinstance(parsed, the_other_side.Comparison)
    assert parsed.values == (the_other_side.Value(reference),)
    several = the_other_side.parse(rql.one_of("referenceNum", [reference, "R-2"]))
    assert isinstance(several, the_other_side.Comparison)
    assert [value.text for value in several.values] == [reference, "R-2"]


async def test_hundreds_of_references_take_a_few_calls(client: WarehouseClient, app: Noting) -> None:
    references = [f"111-0000001-{number:07}" for number in range(130)]
    await asyncio.gather(*(client.create_order(draft(reference)) for reference in references[::2]))
    app.seen.clear()
    found = await client.find_orders([*references, *references], ACME)
    assert sorted(found) == references[::2]
    assert app.count("GET /orders") == 3


async def test_no_references_take_no_call(client: WarehouseClient, app: Noting) -> None:
    assert await client.find_orders([], ACME) == {}
    assert app.seen == []


async def test_orders_of_others_and_longer_references_are_not_ours(client: WarehouseClient) -> None:
    await client.create_order(draft("R-1", customer_id=BOREALIS))
    await client.create_order(draft("R-11"))
    await client.create_order(draft("R-1-1"))
    assert await client.find_order("R-1", ACME) is None


async def test_a_live_order_wins_over_cancelled_ones(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(cancelled_frees_reference=True))
    async with opened(noting(house)) as client:
        first = await client.create_order(draft("R-1"))
        await client.cancel_order(first, "reason")
        assert (await client.find_order("R-1", ACME)).status is PlacedStatus.CANCELLED  # type: ignore[union-attr]  # it is there
        live = await client.create_order(draft("R-1"))
        last = await client.find_order("R-1", ACME)
    house.close()
    assert last is not None
    assert (last.order_id, last.status) == (live.order_id, PlacedStatus.OPEN)


async def test_items_are_read_to_the_last_page(
    client: WarehouseClient, house: Warehouse, app: Noting
) -> None:
    more = [{"customer": "Acme", "sku": f"SKU/{number:03} ü"} for number in range(250)]
    load_seed(house, {"items": more})
    items = await client.items(ACME)
    assert len(items) == len({item.sku for item in items}) == 254
    assert {item.sku for item in items if not item.active} == {"OLD"}
    assert {row["sku"] for row in more} < {item.sku for item in items}
    assert app.count("/items") == 3


async def test_customers_and_facilities_are_listed(client: WarehouseClient) -> None:
    assert await client.customers() == [Party(11, "Acme"), Party(12, "Borealis")]
    assert {party.name for party in await client.facilities(ACME)} == {"Reno", "Hamburg"}
    assert await client.facilities(BOREALIS) == [Party(3, "Reno")]


async def test_an_unknown_customer_has_neither_items_nor_facilities(client: WarehouseClient) -> None:
    with pytest.raises(NotFound):
        await client.facilities(CustomerId(99))
    with pytest.raises(NotFound):
        await client.items(CustomerId(99))
    assert await client.find_order("R-1", CustomerId(99)) is None
