"""Stock read from the warehouse: exact, complete, and no row lost in silence."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dockwire.errors import Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.ids import FacilityId
from dockwire.model.stock_rows import ItemAlias, KitPart, StockItem, StockRow, UnreadableRow
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.extensiv.stock import ACME, BOREALIS, RENO, Noting, draft, line, noting, opened, rules
from tests.unit.extensiv.test_answers import deaf_to_accept
from tests.unit.warehouse.houses import line as goods
from tests.unit.warehouse.houses import receipt
from tests.unit.warehouse.test_adjustments import adjustment

HAMBURG = FacilityId(4)
SUMMARIES = "/inventory/stocksummaries$"


def row(sku: str, available: str, **changes: Any) -> StockRow:
    """Return a row of Acme's mugs in Reno."""
    fields: dict[str, Any] = {
        "item_id": {"MUG": 1, "TEA": 2}.get(sku, 0),
        "qualifier": "",
        "facility_id": RENO,
        "on_hold": Decimal(0),
        "ordered_not_allocated": Decimal(0),
    }
    return StockRow(sku=sku, available=Decimal(available), **fields | changes)


def told(sku: Any = "MUG", available: Any = 3, item_id: Any = 1, **changes: Any) -> dict[str, Any]:
    """Return a row as the warehouse sends it."""
    return {
        "itemIdentifier": {"sku": sku, "id": item_id},
        "qualifier": "",
        "facilityId": 3,
        "totalReceived": 10,
        "allocated": 7,
        "available": available,
        "onHold": 0,
        "orderedNotAllocated": None,
    } | changes


async def answered(house: Warehouse, *rows: Any) -> list[StockRow | UnreadableRow]:
    """Return what the client makes of these rows."""
    body = {"totalResults": len(rows), "summaries": list(rows)}
    answer = {"kind": "status", "status": 200, "json_body": body}
    async with opened(noting(house, rules({"path": SUMMARIES, "effect": answer}))) as client:
        return (await client.stock(ACME, RENO))[0]


async def test_stock_of_one_customer_in_one_facility(house: Warehouse, client: WarehouseClient) -> None:
    for body in (
        receipt(goods("MUG", "0.1"), goods("MUG", 4, qualifier="damaged")),
        receipt(goods("MUG", 7), facilityIdentifier={"id": 4}),
    ):
        house.receive(IN_PROCESS, body, confirmed=True)
    for _ in range(2):
        house.adjust(IN_PROCESS, adjustment(goods("MUG", "0.1")))
    await client.create_order(draft("R-1", lines=(line("MUG", "2"), line("TEA", "9"))))
    rows, _ = await client.stock(ACME, RENO)
    assert sorted(rows, key=str) == [
        row("MUG", "8.3"),
        row("MUG", "4", qualifier="damaged"),
        row("TEA", "0", ordered_not_allocated=Decimal(5)),
    ]
    assert (await client.stock(ACME, HAMBURG))[0] == [row("MUG", "7", facility_id=HAMBURG)]
    # Borealis has an item of the same name.
    assert [each.sku for each in (await client.stock(BOREALIS, RENO))[0]] == ["MUG"]
    assert {type(each) for each in await client.stock_rows(RENO)} == {StockRow}
    assert len(await client.stock_rows(RENO)) == 4
    numbers = [each.number for facility in (RENO, HAMBURG) for each in await client.stock_rows(facility)]
    assert sorted(numbers) == [1, 2, 3, 4, 5]  # one list holds both facilities
    assert await client.stock_rows(RENO, [2]) == [rows[-1]]


async def test_kits_and_aliases_are_told_by_their_parts(client: WarehouseClient) -> None:
    items = await client.stock_items(ACME)
    parts = (KitPart("MUG", "", Decimal(2)), KitPart("TEA", "", Decimal(1)))
    assert items == [
        StockItem(1, "MUG", active=True, unit="Each"),
        StockItem(2, "TEA", active=True, unit="Each"),
        StockItem(3, "SET", active=True, parts=parts, unit="Each"),
        StockItem(4, "OLD", active=False, unit="Each"),
    ]
    assert await client.item_aliases(ACME) == [
        ItemAlias("MUG-ALT", active=True, parts=(KitPart("MUG", "", Decimal(1)),))
    ]


async def test_many_rows_are_read_page_by_page_in_either_shape(house: Warehouse) -> None:
    skus = [f"S {n:04}+/%-ä" for n in range(1100)]
    load_seed(
        house,
        {
            "items": [{"customer": "Acme", "sku": sku} for sku in skus],
            "receipts": [
                {"customer": "Acme", "facility": "Reno", "reference": "IN-9", "sku": sku, "qty": "1.5"}
                for sku in skus
            ],
        },
    )
    app = noting(house)
    for shape in (app, deaf_to_accept(app)):
        async with opened(shape) as client:
            rows, items = await client.stock(ACME, RENO)
        assert [each.sku for each in rows] == ["MUG", "TEA", *skus]
        assert {each.available for each in rows[2:] if isinstance(each, StockRow)} == {Decimal("1.5")}
        assert len(items) == 1104
    assert app.count("stocksummaries") == 6


async def test_numbers_are_exact(house: Warehouse) -> None:
    # A float would make 123456789.0 of the first; the others are JSON, or nearly, and no quantities.
    numbers = ("123456789.0000000001", "1e99999999999999999999", "1e9999999", "NaN", "-Infinity")
    rows = [told(available=f"#{n}", qualifier=str(n)) for n in range(len(numbers))]
    text = json.dumps({"totalResults": len(rows), "summaries": rows})
    for n, number in enumerate(numbers):
        text = text.replace(f'"#{n}"', number)
    async with opened(replaying(house, text)) as client:
        first, *others = (await client.stock(ACME, RENO))[0]
    assert isinstance(first, StockRow)
    assert first.available == Decimal("123456789.0000000001")
    assert [(type(each), str(each)[:5]) for each in others] == [
        (UnreadableRow, f"row {n}") for n in (2, 3, 4, 5)
    ]


def replaying(house: Warehouse, *pages: str) -> Callable[..., Any]:
    """Return an application that answers stock summaries with these texts in turn, then with the last."""
    left = list(pages)
    app = noting(house)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].endswith("/stocksummaries"):
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/hal+json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(
            {"type": "http.response.body", "body": (left.pop(0) if len(left) > 1 else left[0]).encode()}
        )

    return answer


ODD: list[tuple[Any, str, str]] = [
    ("nothing", "", "the row is no object"),
    ({}, "", "itemIdentifier is missing or no object"),
    (told(item_id=None), "MUG", "itemIdentifier.id is missing or no whole number"),
    (told(sku=7), "", "itemIdentifier.sku is missing or no text"),
    (told(sku="  "), "  ", "itemIdentifier.sku is missing or no text"),
    (told(available=None), "MUG", "available is missing"),
    (told(available="many"), "MUG", "available is no number"),
    (told(available=True), "MUG", "available is no number"),
    (told(available="NaN"), "MUG", "available is no number"),
    (told(available=10**15), "MUG", "available is beyond what a warehouse can hold"),
    (told(available="1e999999999"), "MUG", "available is beyond what a warehouse can hold"),
    (told(onHold=None), "MUG", "onHold is missing"),
    (told(orderedNotAllocated=[]), "MUG", "orderedNotAllocated is no number"),
    (told(qualifier={"a": 1}), "MUG", "qualifier is no text"),
    (told(facilityId="3"), "MUG", "facilityId is missing or no whole number"),
]


@pytest.mark.parametrize(("odd", "sku", "problem"), ODD, ids=lambda value: str(value)[:40])
async def test_a_row_that_cannot_be_read_is_named_between_the_others(
    house: Warehouse, odd: Any, sku: str, problem: str
) -> None:
    found = await answered(house, told("TEA", 4, 2), odd, told("MUG", -2))
    assert found == [
        row("TEA", "4", ordered_not_allocated=None),
        UnreadableRow(2, sku, problem),
        # More was promised than there is: that is a number like another.
        row("MUG", "-2", ordered_not_allocated=None),
    ]
    assert str(found[1]) == f"row 2 ({sku or 'SKU unknown'}): {problem}"


async def test_rows_of_others_are_left_out_even_if_they_cannot_be_read(house: Warehouse) -> None:
    elsewhere = told(available=None, facilityId=4)
    others = told(available=None, item_id=5)
    mine = row("MUG", "3", ordered_not_allocated=None)
    assert await answered(house, elsewhere, others, told()) == [mine]


async def test_a_second_row_for_the_same_goods_is_named(house: Warehouse) -> None:
    found = await answered(house, told(available=3), told(qualifier="damaged"), told(available=4))
    assert found[2] == UnreadableRow(3, "MUG", "the same item and qualifier as row 1")
    assert isinstance(found[1], StockRow)


async def test_members_are_understood_in_any_case_and_new_ones_ignored(house: Warehouse) -> None:
    odd = {name.upper(): value for name, value in told(available="4.50", new={"x": []}).items()}
    assert await answered(house, odd) == [row("MUG", "4.50", ordered_not_allocated=None)]


async def test_an_item_that_cannot_be_read_makes_its_stock_unreadable_too(house: Warehouse) -> None:
    items = [{"itemId": 1, "sku": "MUG", "kit": {"components": [{"qty": 0}]}}, {"itemId": 2, "sku": "TEA"}]
    body = {"totalResults": 2, "_embedded": {"item": items}}
    answer = {"kind": "status", "status": 200, "json_body": body}
    async with opened(noting(house, rules({"path": "/items$", "effect": answer}))) as client:
        rows, found = await client.stock(ACME, RENO)
    assert found == [
        UnreadableRow(1, "MUG", "kit.components[0].qty is not above 0"),
        StockItem(2, "TEA", active=True),
    ]
    # Both customers' mugs: whose they are is not certain.
    assert [(each.sku, type(each)) for each in rows] == [
        ("MUG", UnreadableRow),
        ("TEA", StockRow),
        ("MUG", UnreadableRow),
    ]


async def test_a_list_that_grows_while_it_is_read_is_read_again(house: Warehouse) -> None:
    def page(total: int, *rows: dict[str, Any]) -> str:
        return json.dumps({"totalResults": total, "summaries": rows})

    mug, tea, new = told("MUG", 1), told("TEA", 2, 2), told("MUG", 3, qualifier="a")
    pages = [page(2, mug), page(3, mug), page(3, new), page(3, mug), page(3, tea)]
    async with opened(replaying(house, *pages)) as client:
        rows = await client.stock_rows(RENO)
    assert [each.sku for each in rows] == ["MUG", "MUG", "TEA"]
    async with opened(replaying(house, *[page(n, mug) for n in range(2, 9)])) as client:
        with pytest.raises(Unavailable, match="not what the warehouse's reference promises"):
            await client.stock_rows(RENO)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"summaries": {}}', '{"totalResults": 2, "summaries": []}', "<html>"]
)
async def test_a_broken_list_never_means_that_there_is_nothing(house: Warehouse, text: str) -> None:
    async with opened(replaying(house, text, text, text)) as client:
        with pytest.raises(Unavailable):
            await client.stock(ACME, RENO)


async def test_every_page_asks_for_what_is_ordered_and_not_allocated(
    client: WarehouseClient, app: Noting
) -> None:
    await client.create_order(draft("R-1", lines=(line("TEA", "9"),)))
    rows = await client.stock_rows(RENO, [2])
    assert [each.ordered_not_allocated for each in rows if isinstance(each, StockRow)] == [Decimal(5)]
    assert app.count("/inventory/stocksummaries") == 1
