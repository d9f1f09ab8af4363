"""What a page of the console costs beside the bare SQL of the same question, over 200,000 orders.

    .venv/bin/python -m benchmarks.console [--orders 200000] [--rounds 7] [--database sqlite postgresql]

Page and bare statements take turns in one run, so that what else the machine does slows both; the medians are
printed as a table. ``SQL`` is the time of the page's own statements, ``ratio`` that to the bare ones: the rows of
one page and their count. The memory of this process, console and all, is printed before and after 200 pages.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import Engine, create_engine, event

from benchmarks.console_orders import filled
from dockwire.model.console import Role
from tests.console.town import Town, opened_town, post
from tests.databases import PostgresServer

_FOUND = "SELECT id, amazon_order_id, ship_by FROM orders o WHERE {} ORDER BY ship_by DESC, id DESC LIMIT 50"
_COUNT = "SELECT count(*) FROM orders o WHERE {}"
_PARCEL = "EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = o.id AND {})"
_CONFIRMED = (
    _PARCEL.format("p.state IN ('accepted', 'visible')")
    + " AND NOT "
    + _PARCEL.format("p.state IN ('refused', 'to_send', 'sent')")
)
_OPEN = "amazon_status IN ('UNSHIPPED', 'PARTIALLY_SHIPPED') AND ship_by IS NOT NULL"
QUESTIONS = {
    "first page": ("orders", "", "1 = 1"),
    "page 400": ("orders", "page=400", "1 = 1"),
    "search: order": ("orders", "q=111-0123", "amazon_order_id LIKE '111-0123%'"),
    "search: tracking": (
        "orders",
        "q=1Z00012345",
        "id IN (SELECT order_id FROM parcels WHERE tracking_key = '1Z00012345')",
    ),
    "connection": ("orders", "filter=connection__in=seller-2", "connection = 'seller-2'"),
    "state: held": ("orders", "filter=state__in=held", "state = 'held'"),
    "state: to ship": (
        "orders",
        "filter=state__in=to_ship",
        "state = 'created' AND NOT " + _PARCEL.format("1 = 1"),
    ),
    "state: all that waits": (
        "orders",
        "filter=state__in=to_ship,to_confirm,refused,new,held",
        "state IN ('new', 'held') OR state = 'created' AND NOT "
        + _PARCEL.format("1 = 1")
        + " OR "
        + _PARCEL.format("p.state IN ('refused', 'to_send', 'sent')"),
    ),
    "state: shipped, confirmed": ("orders", "filter=state__in=confirmed", _CONFIRMED),
    "Prime": ("orders", "filter=prime__is_true", "prime"),
    "ship-by within 48 h": (
        "orders",
        "filter=ship_by__within_hours=48 AND state__in=held,new",
        "ship_by < '2026-11-04 09:00:00' AND state IN ('held', 'new')",
    ),
    "SKU": (
        "orders",
        "filter=skus__eq=SKU-00042",
        "id IN (SELECT order_id FROM order_lines WHERE sku = 'SKU-00042')",
    ),
    "carrier": (
        "orders",
        "filter=carrier__in=FedEx",
        "id IN (SELECT order_id FROM parcels WHERE carrier = 'FedEx')",
    ),
    "board": ("board", "", _OPEN),
    "holds": ("holds", "", "EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.resolved IS NULL)"),
}
_EXPORT = "filter=state__in=held"
_HOME = "SELECT connection, state, count(*) FROM orders GROUP BY connection, state"
"""Home shows more: its ratio is to this alone."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--orders", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--pages", type=int, default=200)
    options.add_argument("--database", nargs="+", default=["sqlite", "postgresql"])
    wanted = options.parse_args()
    for kind in wanted.database:
        with _database(kind) as url:
            print(f"\n{kind}, {wanted.orders:,} orders\n")
            asyncio.run(measure(url, wanted.orders, wanted.rounds, wanted.pages))


@contextmanager
def _database(kind: str) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{Path(folder) / 'ledger.db'}"
            return
        server = PostgresServer()
        try:
            # As small as servers before PostgreSQL 15 have it: lists of ids outgrow it at this size.
            yield server.url(server.create()) + "&options=-chash_mem_multiplier%3D1"
        finally:
            server.stop()


@dataclass
class Statements:
    """What the database was asked, and for how long; counts what every engine of this process sends."""

    count: int = 0
    seconds: float = 0.0
    began: float = 0.0

    def listen(self) -> None:
        """Count from now on."""
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def _after(self, *_: Any) -> None:
        self.count += 1
        self.seconds += time.perf_counter() - self.began

    def reset(self) -> None:
        """Begin anew."""
        self.count, self.seconds = 0, 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what the console is asked, and the bare statements."""

    name: str
    ask: Callable[[], Awaitable[httpx.Response]]
    bare: tuple[str, ...]


async def measure(url: str, count: int, rounds: int, pages: int) -> None:
    """Fill a ledger and print the table and the memory."""
    town = await opened_town(url)
    engine = create_engine(url)
    filled(engine, count)
    browser, statements = await town.signed_in(Role.CLERK), Statements()
    statements.listen()
    print("| question | orders | bare, ms | SQL, ms | ratio | whole page, ms | statements |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for each in _questions(browser):
        print(await _row(engine, statements, each, rounds))
    await _memory(browser, pages)
    engine.dispose()
    await _close(town)


def _questions(browser: httpx.AsyncClient) -> Iterator[Question]:
    for name, (key, query, where) in QUESTIONS.items():
        page = _FOUND.replace("LIMIT 50", "LIMIT 50 OFFSET 19950") if "page=" in query else _FOUND
        if key != "orders":
            page = page.replace("DESC", "ASC")
        path = f"/{key}/list?{query}"
        yield Question(name, partial(browser.get, path), (page.format(where), _COUNT.format(where)))
    yield Question("home", partial(browser.get, "/"), (_HOME,))
    held = QUESTIONS["state: held"][2]
    export = partial(
        post,
        browser,
        "/_api/orders/action",
        data={"format": "csv", "scope": "all"},
        name="export",
    )
    bare = (_FOUND.replace(" LIMIT 50", "").format(held),)
    yield Question("export of all held", partial(export, _list_query=f"?{_EXPORT}"), bare)


async def _row(engine: Engine, statements: Statements, each: Question, rounds: int) -> str:
    bare, own, whole = [], [], []
    for turn in range(rounds + 1):
        began = time.perf_counter()
        with engine.connect() as link:
            found = [link.exec_driver_sql(sql.replace("%", "%%")).fetchall() for sql in each.bare]
        took = time.perf_counter() - began
        statements.reset()
        began = time.perf_counter()
        answer = await each.ask()
        answer.raise_for_status()
        if turn:  # The first one of each only warms up.
            bare.append(took)
            own.append(statements.seconds)
            whole.append(time.perf_counter() - began)
    first, second, third = (statistics.median(some) * 1000 for some in (bare, own, whole))
    rows = found[-1][0][0] if len(found) > 1 else len(found[0])
    return f"| {each.name} | {rows:,} | {first:.1f} | {second:.1f} | {second / first:.1f} | {third:.0f} | {statements.count} |"


async def _memory(browser: httpx.AsyncClient, pages: int) -> None:
    for _ in range(20):
        await browser.get("/orders/list")
    before = _rss()
    for number in range(pages):
        await browser.get(f"/orders/list?page={number + 1}&sort=ship_by__asc")
    print(f"\nmemory: {before} MB before {pages} pages, {_rss()} MB after")


def _rss() -> int:
    (line,) = [
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS")
    ]
    return int(line.split()[1]) // 1024


async def _close(town: Town) -> None:
    for client in town.clients:
        await client.aclose()
    await town.ledger.close()


if __name__ == "__main__":
    main()
