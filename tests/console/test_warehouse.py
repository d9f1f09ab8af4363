"""The embedded warehouse's own tables in the console: found by index, named, and without anything personal."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from dockwire.model.console import Role
from dockwire.sealing import Sealer
from dockwire.warehouse import WarehouseTables, load_seed
from tests.console.orders import FORMULA, SCRIPT, four_orders
from tests.console.town import Town, opened_town, post
from tests.unit.warehouse.houses import KEY, create, line, open_house, receipt, visiting

MORE: dict[str, Any] = {
    "items": [{"customer": "Acme", "sku": sku, "description": SCRIPT} for sku in (FORMULA, SCRIPT, "A_B")],
    "receipts": [
        {"customer": "Acme", "facility": "Hamburg", "reference": "IN-3", "sku": SCRIPT, "qty": "2.5"}
    ],
}
LISTS = ("orders", "items", "stock", "receipts", "customers")
FOUND = [
    (
        "items",
        "",
        ["&lt;script&gt;alert(1)&lt;/script&gt;", FORMULA, "A_B", "MUG", "MUG", "OLD", "SET", "TEA"],
    ),
    ("items", "q=MU", ["MUG", "MUG"]),
    ("items", "q=%25", []),
    ("items", "q=A%25B", []),
    ("items", "filter=customer_id__in=12", ["MUG"]),
    ("items", "filter=customer_id__in=11 AND sku__eq=MUG", ["MUG"]),
    ("items", "filter=sku__startswith=T", ["TEA"]),
    ("items", "filter=customer_id__in=x", None),
    ("items", "filter=customer_id__in=99999999999", None),
    ("stock", "", ["&lt;script&gt;alert(1)&lt;/script&gt;", "MUG", "MUG", "TEA"]),
    ("stock", "q=TE", ["TEA"]),
    ("stock", "filter=customer_id__in=12", ["MUG"]),
    ("stock", "filter=item_id__eq=MUG", ["MUG", "MUG"]),
    ("stock", "filter=item_id__startswith=%3C", ["&lt;script&gt;alert(1)&lt;/script&gt;"]),
    ("receipts", "q=IN", ["IN-1", "IN-2", "IN-3"]),
    ("receipts", "filter=status__in=0", ["ASN-1"]),
    ("receipts", "filter=customer_id__in=12", ["IN-2"]),
    ("receipts", "filter=reference__startswith=IN-3", ["IN-3"]),
    ("orders", "", ["R-1", "R-2"]),
    ("orders", "q=R-2", ["R-2"]),
    ("orders", "filter=status__in=0", ["R-1", "R-2"]),
    ("orders", "filter=status__in=1,2,7", []),
    ("orders", "filter=customer_id__in=12", []),
    ("customers", "", ["Acme", "Borealis"]),
    ("customers", "q=Bor", ["Borealis"]),
    ("orders", "filter=sealed__eq=1", None),
]
NAMES = re.compile(
    r">\s*(&lt;script&gt;alert\(1\)&lt;/script&gt;|=HYPERLINK\(1\)|A_B|MUG|OLD|SET|TEA|IN-\d|ASN-1|R-\d|Acme|Borealis)\s*<"
)


async def opened_both(ledger_url: str, warehouse_url: str) -> tuple[Town, WarehouseTables]:
    """Open a console on a ledger and on a warehouse with stock, an announced receipt and two orders."""
    house = open_house(warehouse_url)
    load_seed(house, MORE)
    async with visiting(house) as client:
        for reference in ("R-1", "R-2"):
            await create(client, reference, line("MUG", 3))
        announced = receipt(line("TEA", 1), referenceNum="ASN-1", notes="call Ann Example")
        assert (await client.post("/inventory/receivers", json=announced)).status_code == 201
    house.close()
    tables = WarehouseTables.open(warehouse_url, sealer=Sealer([KEY]))
    return await opened_town(ledger_url, tables), tables


@contextmanager
def noted() -> Iterator[list[str]]:
    """Note the statements that are carried out."""
    seen: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_warehouses_tables_are_found_and_nothing_personal_is_read(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    if kind == "sqlite":
        ledger, house = request.getfixturevalue("sqlite_url"), f"sqlite:///{tmp_path / 'house.db'}"
    else:
        urls = request.getfixturevalue("postgresql_urls")
        ledger, house = urls(), urls()
    town, tables = await opened_both(ledger, house)
    browser = await town.signed_in(Role.VIEWER)
    with noted() as statements:
        for name, query, wanted in FOUND:
            answer = await browser.get(f"/warehouse-{name}/list?{query}")
            assert answer.status_code == (400 if wanted is None else 200), (name, query)
            if wanted is not None:
                body = answer.text.partition("<tbody")[2].partition("</tbody>")[0]
                first = [found for row in body.split("<tr")[1:] for found in NAMES.findall(row)[:1]]
                assert sorted(first) == wanted, (name, query)
            assert SCRIPT not in answer.text
        for name in LISTS:
            known = 11 if name == "customers" else 1
            assert (await browser.get(f"/warehouse-{name}/detail?pk={known}")).status_code == 200, name
            assert (await browser.get(f"/warehouse-{name}/detail?pk=99")).status_code == 404, name
            assert (await browser.get(f"/warehouse-{name}/create")).status_code == 403, name
    assert not [each for each in statements if re.search(r"sealed|members|INSERT INTO (?!console)", each)]
    await browser.aclose()
    tables.close()
    await town.ledger.close()


async def test_stock_is_told_and_exported_without_a_formula(sqlite_url: str, tmp_path: Path) -> None:
    town, tables = await opened_both(sqlite_url, f"sqlite:///{tmp_path / 'house.db'}")
    await four_orders(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    rows = {}
    for name in ("items", "stock", "receipts"):
        query = {"name": "export", "all": "1", "_list_query": ""}
        data = {"format": "csv", "scope": "all"}
        answer = await post(browser, f"/_api/warehouse-{name}/action", data=data, **query)
        rows[name] = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    stored = {(row["Customer"], row["SKU"]): (row["Available"], row["Active"]) for row in rows["items"]}
    assert stored == {
        ("Acme", "MUG"): ("4", "yes"),
        ("Acme", "TEA"): ("4", "yes"),
        ("Acme", "SET"): ("0", "yes"),
        ("Acme", "OLD"): ("0", "no"),
        ("Acme", f"'{FORMULA}"): ("0", "yes"),
        ("Acme", SCRIPT): ("2.5", "yes"),
        ("Acme", "A_B"): ("0", "yes"),
        ("Borealis", "MUG"): ("5", "yes"),
    }
    assert [
        (row["SKU"], row["Facility"], row["Received"], row["Taken by orders"]) for row in rows["stock"]
    ] == [
        (SCRIPT, "Hamburg", "2.5", "0"),
        ("MUG", "Reno", "5", "0"),
        ("TEA", "Reno", "4", "0"),
        ("MUG", "Reno", "10", "6"),
    ]
    assert {row["Reference"]: (row["Goods"], row["Status"]) for row in rows["receipts"]}["IN-1"] == (
        "MUG: 10, TEA: 4",
        "closed",
    )
    # The ledger's own lists stay the ledger's.
    assert ">held<" in (await browser.get("/orders/list")).text.replace("\n", "")
    assert len([act for _, act, _ in await town.trail() if act == "export"]) == 3
    await browser.aclose()
    tables.close()
    await town.ledger.close()


async def test_a_warehouse_that_does_not_answer_is_told_and_the_ledger_goes_on(
    sqlite_url: str, tmp_path: Path
) -> None:
    town, tables = await opened_both(sqlite_url, f"sqlite:///{tmp_path / 'house.db'}")
    browser = await town.signed_in()
    with sqlite3.connect(tmp_path / "house.db") as link:
        link.execute("ALTER TABLE items RENAME TO away")
    link.close()
    export = {"name": "export", "pks": ["1"], "data": {"format": "csv", "scope": "selected"}}
    for answer in (
        await browser.get("/warehouse-items/list"),
        await browser.get("/warehouse-items/detail?pk=1"),
        await post(browser, "/_api/warehouse-items/action", **export),
    ):
        assert (answer.status_code, "database does not answer" in answer.text) == (503, True), answer.url
    assert (await browser.get("/orders/list")).status_code == 200
    await browser.aclose()
    tables.close()
    await town.ledger.close()


async def test_without_the_embedded_warehouse_its_pages_are_absent(town: Town) -> None:
    browser = await town.signed_in()
    for name in LISTS:
        assert (await browser.get(f"/warehouse-{name}/list")).status_code == 404
    assert "Warehouse stock" not in (await browser.get("/")).text
