"""Find Orders: what is found by what, what leaves as CSV, and what is done to a selection."""

import asyncio
import csv
import io
import re
from codecs import BOM_UTF8
from dataclasses import replace
from datetime import timedelta
from html import unescape
from itertools import permutations
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.engine import Engine

from dockwire.console.urgent_first import urgent
from dockwire.console.words import SHIPPING
from dockwire.ledger.tables import orders
from dockwire.ledger.watching import to_be_shipped
from dockwire.model.console import Role
from dockwire.model.order import OrderStatus, Window
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, OrderState, Shipping
from tests.builders import NOW, order
from tests.console.orders import FORMULA, HELD, NEW, SCRIPT, SHIPPED, TO_SHIP, four_orders
from tests.console.town import Town, opened_town, post
from tests.unit.ledger.acts import ACME, number, read, state_of
from tests.unit.ledger.shipments import claimed, created, plan
from tests.unit.ledger.test_shipping_states import parcels_of

ALL = {HELD, SHIPPED, TO_SHIP, NEW}
FOUND = [
    ("", ALL),
    ("q=111-00000", ALL),
    (f"q={SHIPPED}", {SHIPPED}),
    ("q=17", {SHIPPED}),
    ("q=1Z5", {SHIPPED}),
    (f"q=%20{SHIPPED.replace('-', '%20')}%C2%A0", {SHIPPED}),
    (f"q={SHIPPED.replace('-', '')}", {SHIPPED}),
    (f"q={SHIPPED.replace('-', '%E2%80%93')}", {SHIPPED}),
    ("q=11100000", ALL),
    ("q=%2317", {SHIPPED}),
    ("q=1%20z5", {SHIPPED}),
    ("q=1Z", set()),
    ("q=111_0000001", set()),
    ("q=%25", set()),
    ("q=99999999999999999999", set()),
    ("filter=connection__in=acme-us", ALL),
    ("filter=connection__in=other", set()),
    ("filter=marketplace_id__in=ATVPDKIKX0DER", ALL),
    ("filter=marketplace_id__in=A2EUQ1WTGCTBG2", set()),
    ("filter=state__in=held", {HELD}),
    ("filter=state__in=to_ship", {TO_SHIP}),
    ("filter=state__in=to_confirm,new", {SHIPPED, NEW}),
    ("filter=state__in=confirmed,refused,not_needed", set()),
    ("filter=amazon_status__in=UNSHIPPED", ALL),
    ("filter=prime__is_true", {HELD}),
    ("filter=prime__is_false", ALL - {HELD}),
    ("filter=service_level__eq=NEXT_DAY", {HELD}),
    ("filter=carrier__in=UPS", {SHIPPED}),
    ("filter=carrier__in=FedEx", set()),
    ("filter=skus__eq=NOBODY", {HELD}),
    ("filter=skus__eq=NOBOD", set()),
    ("filter=skus__startswith=SKU-", {SHIPPED, TO_SHIP}),
    ("filter=skus__startswith=%25", set()),
    ("filter=ship_by__before=2026-11-03T09:00", set()),
    ("filter=ship_by__from=2026-11-03T09:00", None),
    ("filter=ship_by__after=2026-11-03T09:00", ALL),
    ("filter=ship_by__between=2026-11-03T08:00..2026-11-03T10:00", ALL),
    ("filter=ship_by__within_hours=25", ALL),
    ("filter=ship_by__within_hours=2", set()),
    ("filter=prime__is_true AND state__in=new", set()),
    ("filter=prime__is_true OR state__in=new", {HELD, NEW}),
    ("filter=ship_by__within_hours=soon", None),
    ("filter=ship_by__before=tomorrow", None),
    ("filter=sealed__eq=1", None),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_orders_are_found_by_anything_a_clerk_has_in_hand(
    request: pytest.FixtureRequest, kind: str
) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await four_orders(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    for query, wanted in FOUND:
        answer = await browser.get(f"/orders/list?{query}")
        assert answer.status_code == (400 if wanted is None else 200), query
        assert {each for each in ALL if f">{each}<" in answer.text} == (wanted or set()), query
    for column in ("amazon_order_id", "ship_by", "warehouse_order_id", "first_seen"):
        pages = [
            (await browser.get(f"/orders/list?sort={column}__desc&page_size=25&page={page}")).text
            for page in (1, 2)
        ]
        assert [sum(f">{each}<" in page for each in ALL) for page in pages] == [4, 0], column
    await browser.aclose()
    await town.ledger.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_filter_of_the_state_finds_what_shows_it(request: pytest.FixtureRequest, kind: str) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await town.ledger.register(ACME, now=NOW)
    packed = [(), *([each] for each in ParcelState), *permutations(ParcelState, 2)]
    for place, states in enumerate(packed, start=10):
        await created(town.ledger, place, order(order_id=number(place)))
        if states:
            await parcels_of(town.ledger, place, *states)
    await created(town.ledger, 9, order(order_id=number(9)))
    (closing,) = await town.ledger.begin_submission(ACME, plan(9, order_id=number(9)), now=NOW)
    closing = await claimed(town.ledger, closing)
    await town.ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=NOW)
    browser = await town.signed_in(Role.VIEWER)
    page = (await browser.get("/orders/list?page_size=100")).text
    shown = dict(
        re.findall(
            r">\s*(111-\d{7}-0000001)\s*<.*?data-column=\"state\".*?<span[^>]*>\s*([^<]*?)\s*<",
            page,
            re.DOTALL,
        )
    )
    assert len(shown) == len(packed) + 1
    for value, words in SHIPPING.items():
        found = (await browser.get(f"/orders/list?page_size=100&filter=state__in={value}")).text
        assert {each for each in shown if f">{each}<" in found} == {
            each for each in shown if shown[each] == words
        }, value
    with town.ledger.reading_sessions()() as session:
        board, first = [
            set(session.scalars(select(orders.c.id).where(condition)))
            for condition in (to_be_shipped(), urgent())
        ]
    assert board == first
    assert 0 < len(first) < len(shown)
    await browser.aclose()
    await town.ledger.close()


async def test_an_order_is_found_by_the_tracking_number_that_it_was_closed_with(town: Town) -> None:
    await town.ledger.register(ACME, now=NOW)
    await created(town.ledger, 9, order(order_id=number(9)))
    (closing,) = await town.ledger.begin_submission(ACME, plan(9, order_id=number(9)), now=NOW)
    browser = await town.signed_in(Role.VIEWER)
    asked = f"/orders/list?q={closing.tracking.lower()}"
    assert f">{number(9)}<" not in (await browser.get(asked)).text
    closing = await claimed(town.ledger, closing)
    await town.ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=NOW)
    assert f">{number(9)}<" in (await browser.get(asked)).text


async def test_what_is_not_found_says_what_was_looked_for_and_how_to_go_on(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in(Role.ENGINEER)
    asked = "/orders/list?q=999&filter=state__in%3Dheld&cols=amazon_order_id"
    page = (await browser.get(asked)).text
    told = re.sub(r"\s+", " ", page.partition("<tbody")[2].partition("</tbody>")[0])
    assert ">999</strong> among what the filters leave" in told
    assert "a whole tracking number" in told
    ways = dict(re.findall(r'<a class="btn[^"]*" href="[^"?]*\?([^"]*)">([^<]*)</a>', told))
    assert ways == {
        "q=999&amp;cols=amazon_order_id": "Search without filters",
        "filter=state__in%3Dheld&amp;cols=amazon_order_id": "Clear the search",
        "cols=amazon_order_id": "Clear search and filters",
    }
    assert (
        "Nothing matches the filters" in (await browser.get("/orders/list?filter=state__in%3Dcancelled")).text
    )
    assert "To the first page" in (await browser.get("/orders/list?page=9")).text
    for way, wanted in (("orders", "orders/list"), ("holds?q=1", "holds/list?q=1"), ("audit", "audit/list")):
        answer = await browser.get(f"/{way}")
        assert (answer.status_code, answer.headers["location"].split("8092/")[1]) == (307, wanted)
    for name in ("holds", "stock", "audit"):
        page = (await browser.get(f"/{name}/list?q={SCRIPT}")).text
        assert ("The search looks for" in page, SCRIPT in page) == (True, False), name


async def test_a_row_says_where_an_order_stands(town: Town) -> None:
    await four_orders(town.ledger)
    page = (
        await (await town.signed_in()).get("/orders/list?cols=state,carrier,tracking,skus,marketplace_id")
    ).text
    for shown in (
        ">held<",
        ">to ship<",
        ">shipped, Amazon to be told<",
        ">UPS<",
        ">1Z5<",
        ">NOBODY<",
        ">US<",
        ">new<",
    ):
        assert shown in page.replace("\n", ""), shown
    assert SCRIPT not in page
    story = (await (await town.signed_in()).get("/orders/detail?pk=1")).text
    assert ">Held" in story
    assert SCRIPT not in story
    # No personal data of tests.builders.address().
    assert not [
        word for word in ("Ann Example", "Sample Street", "Springfield", "62701") if word in page + story
    ]


async def test_an_export_has_what_is_shown_and_no_formula(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    query = {"name": "export", "all": "1", "_list_query": "?filter=state__in=new"}
    answer = await post(browser, "/_api/orders/action", data={"format": "csv", "scope": "selected"}, **query)
    assert answer.content.startswith(BOM_UTF8), "Excel takes it for another encoding otherwise"
    (row,) = rows_of(answer)
    assert row["Amazon order"] == NEW
    assert row["SKUs"] == f"'{FORMULA}, {SCRIPT}"
    assert row["Ship by"] == "2026-11-03T09:00:00Z"
    assert ("viewer", "export", "") in await town.trail()


async def test_an_export_is_all_that_matches_with_the_columns_that_are_shown(town: Town) -> None:
    await town.ledger.register(ACME, now=NOW)
    await read(town.ledger, *[order(order_id=number(place)) for place in range(30)])
    browser = await town.signed_in(Role.ENGINEER)
    page = (await browser.get("/orders/list?page_size=25&cols=amazon_order_id,ship_by")).text
    form = unescape(re.findall(r'data-sa-form="([^"]*)"', page)[-1])
    assert "All 30 matching rows" in form
    ticked = [each for each in re.findall(r"<input[^>]*>", form) if " checked" in each]
    assert [re.findall(r'value="(\w+)"', each)[0] for each in ticked] == ["all", "amazon_order_id", "ship_by"]

    query = {"name": "export", "_list_query": "?page_size=25&q=111-000"}
    ship = {"format": "csv", "fields": ["amazon_order_id", "ship_by"]}
    for scope, more, count in (
        ({}, {}, 30),
        ({"scope": "page"}, {}, 25),
        ({"scope": "selected"}, {"pks": "1"}, 1),
    ):
        answer = await post(browser, "/_api/orders/action", data=ship | scope, **query, **more)
        rows = rows_of(answer)
        assert (len(rows), list(rows[0])) == (count, ["Amazon order", "Ship by"]), scope
    trail = (await browser.get("/audit/list?filter=act__eq=export")).text
    for told in (
        "orders: 30 rows, all that match",
        "orders: 25 rows, one page",
        "orders: 1 row, the selected",
    ):
        assert told in trail


def rows_of(answer: Response) -> list[dict[str, str]]:
    """Return the rows of a CSV that was answered."""
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_waiting_orders_are_tried_again_and_each_is_in_the_trail(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in()
    query = {"name": "retry", "pks": ["1", "2", "0", "x", "9" * 40]}
    answer = await post(browser, "/_api/orders/action", data={"import": "on"}, **query)
    assert answer.status_code == 200, answer.text
    assert town.desk.started == [("order-import", "acme-us")]
    done = {(act, order) for user, act, order in await town.trail() if user == "clerk" and order}
    assert done == {("retry_done", HELD), ("retry_refused", NEW)}
    assert await state_of(town.ledger, HELD) is OrderState.HELD
    page = (await browser.get("/orders/list")).text
    assert "Done for 1 of 2 orders." in page

    again = await post(browser, "/_api/orders/action", name="release", pks=["2"])
    assert (again.status_code, "Nothing was done" in again.text) == (400, True)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_most_urgent_order_comes_first_and_what_is_over_last(
    request: pytest.FixtureRequest, kind: str
) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await town.ledger.register(ACME, now=NOW)
    many = range(80)
    due = [NOW + timedelta(hours=place * 7 % len(many)) for place in many]
    over = {place for place in many if place % 2}
    await read(
        town.ledger,
        *[
            order(
                order_id=number(place),
                ship_by=Window(NOW, due[place]),
                status=OrderStatus.SHIPPED if place in over else OrderStatus.UNSHIPPED,
            )
            for place in many
        ],
    )
    browser = await town.signed_in(Role.VIEWER)
    shown = []
    for page in range(1, 5):
        text = (await browser.get(f"/orders/list?page_size=25&page={page}")).text
        shown += re.findall(r">\s*(111-\d{7}-0000001)\s*<", text)
    urgent = sorted(set(many) - over, key=lambda place: due[place])
    behind = sorted(over, key=lambda place: due[place], reverse=True)
    assert shown == [number(place) for place in (*urgent, *behind)]
    text = (await browser.get("/orders/list?page_size=25&sort=ship_by__asc")).text
    assert f">{number(0)}<" in text
    assert f">{number(23)}<" in text
    await browser.aclose()
    await town.ledger.close()


async def test_views_are_saved_for_oneself_or_for_everybody(town: Town) -> None:
    clerk, viewer = await town.signed_in(), await town.signed_in(Role.VIEWER)
    query = "?filter=state__in%3Dheld&sort=ship_by__asc&page=7&evil=1"
    for name, more in (("Mine", {}), (SCRIPT, {"shared": "on"})):
        answer = await post(
            clerk, "/views/save", data={"view": "orders", "name": name, "query": query, **more}
        )
        assert answer.headers["location"].endswith("/orders/list?filter=state__in%3Dheld&sort=ship_by__asc")
    (first, second) = await town.ledger.saved_views("clerk", "orders")
    page = (await viewer.get("/orders/list")).text
    assert ("Mine" in page, "&lt;script&gt;alert(1)" in page, SCRIPT in page) == (False, True, False)
    shared = next(each.id for each in (first, second) if each.shared)
    await post(viewer, "/views/drop", data={"view": "orders", "id": str(shared)})
    assert len(await town.ledger.saved_views("clerk", "orders")) == 2
    for bad in ("x", "9" * 30, "-1"):
        await post(clerk, "/views/drop", data={"view": "orders", "id": bad})
    await post(await town.signed_in(Role.ENGINEER), "/views/drop", data={"view": "orders", "id": str(shared)})
    assert [each.name for each in await town.ledger.saved_views("clerk", "orders")] == ["Mine"]
    assert (await post(clerk, "/views/save", data={"view": "nothing", "name": "x"})).status_code == 404


async def test_a_page_costs_the_same_statements_however_long_it_is(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in()
    seen: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    counts = []
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for query in (f"q={HELD}", ""):
            seen.clear()
            await browser.get(f"/orders/list?{query}")
            counts.append(len([each for each in seen if "SELECT" in each]))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
    assert not [each for each in seen if "sealed" in each]


async def test_a_search_asks_an_index(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in()
    asked: list[tuple[str, Any]] = []

    def note(_link: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for query in (
            "q=111-00",
            "filter=skus__startswith=SKU-",
            "filter=amazon_order_id__startswith=111-00",
        ):
            await browser.get(f"/orders/list?{query}")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with town.ledger.reading_sessions()() as session:
        link = session.connection()
        plans = [
            row[-1]
            for statement, values in asked
            if ">=" in statement
            for row in link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len([each for each in plans if each.startswith("SEARCH")]) >= 6
    assert [each for each in plans if each.startswith("SCAN")] == []


async def test_how_far_orders_are_shipped_is_never_looked_up_in_a_list(town: Town) -> None:
    browser = await town.signed_in(Role.VIEWER)
    asked: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for value in (*Shipping, ",".join((*Shipping, OrderState.HELD))):
            await browser.get(f"/orders/list?filter=state__in={value}")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([each for each in asked if "EXISTS (SELECT" in each]) >= 2 * len(Shipping)
    # PostgreSQL reads a list beyond its work_mem anew for each order.
    assert not [each for each in asked if "IN (SELECT parcels" in each or "IN (SELECT closings" in each]


@pytest.mark.parametrize(
    ("table", "way", "exported"),
    [("parcels", "list", 503), ("console_views", "list", 400), ("events", "detail?pk=1", 200)],
)
async def test_a_ledger_that_does_not_answer_is_told_with_the_menu(
    town: Town, sqlite_url: str, table: str, way: str, exported: int, caplog: pytest.LogCaptureFixture
) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in()
    engine = create_engine(sqlite_url)
    with engine.begin() as link:
        link.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    answer = await browser.get(f"/orders/{way}")
    assert (answer.status_code, "database does not answer" in answer.text) == (503, True)
    assert "Ship-by board" in answer.text
    assert HELD not in caplog.text
    export = await post(browser, "/_api/orders/action", name="export", data={"format": "csv"})
    assert (export.status_code, "SELECT" in export.text) == (exported, False)
    with engine.begin() as link:
        link.execute(text("ALTER TABLE console_sessions RENAME TO gone"))
    engine.dispose()
    # Nobody knows any more who asks.
    answer = await browser.get("/orders/list")
    assert (answer.status_code, "database does not answer" in answer.text) == (503, True)


async def test_a_page_that_takes_too_long_is_given_up_in_words(postgresql_url: str) -> None:
    town = await opened_town(postgresql_url)
    browser = await town.signed_in(Role.VIEWER)
    with town.ledger.reading_sessions()() as session:
        assert session.scalar(text("SHOW statement_timeout")) == "30s"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as link, engine.connect() as other:
        link.execute(text("BEGIN"))
        link.execute(text("LOCK TABLE orders"))
        asked = asyncio.create_task(browser.get("/orders/list"))
        # What PostgreSQL does by itself when the time is over.
        cancel = text(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while not asked.done():
            await asyncio.sleep(0.02)
            other.execute(cancel)
        link.execute(text("ROLLBACK"))
    answer = await asked
    assert (answer.status_code, "longer than 30 seconds" in answer.text) == (503, True)
    engine.dispose()
    await browser.aclose()
    await town.ledger.close()
