"""Every page of the console, found as a person finds them: by its menu and its links."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page
from starlette.routing import Mount, Route

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.console import SavedView
from dockwire.model.record import OrderState, Problem, Verdict
from dockwire.model.warehouse import Item
from tests.builders import NOW, line, order
from tests.console.orders import four_orders
from tests.unit.ledger.acts import ACME, number, read
from tests.unit.ledger.stocks import listed, want


async def something_of_everything(ledger: SqlLedger) -> None:
    """Leave orders of every kind, two holds to decide about, stock that differs, and a view of everybody's."""
    await four_orders(ledger)
    await ledger.store_items(ACME.warehouse, ACME.customer_id, [Item("RED-S")], now=NOW)
    held = number(20)
    await read(ledger, order(order_id=held, lines=(line(sku="NOBODY"),)))
    version = next(
        each.version for each in await ledger.due_orders(ACME, now=NOW) if each.order.order_id == held
    )
    reasons = (
        Problem("address_incomplete", "the street is missing", Fixer.MERCHANT),
        Problem("unmapped_sku", "no item for NOBODY", Fixer.CLERK),
        Problem("ship_method_missing", "nothing says how NEXT_DAY is shipped", Fixer.ENGINEER),
    )
    await ledger.record_verdicts(ACME, [Verdict(held, version, OrderState.HELD, reasons)], now=NOW)
    await listed(ledger, AAA=5, BBB=5, CCC=5)
    await want(ledger, AAA=5, BBB=7, CCC=None)
    await ledger.save_view(SavedView("Everybody's", "clerk", True, "orders", "filter=state__in%3Dheld"))


def routes_of(routes: Iterable[Any], method: str = "GET", before: str = "") -> Iterable[tuple[str, str]]:
    """Yield path and name of every route that answers a method, files aside."""
    for each in routes:
        if isinstance(each, Mount) and each.name != "static":
            yield from routes_of(each.routes or [], method, before + each.path)
        elif isinstance(each, Route) and method in (each.methods or ()):
            yield before + each.path, each.name or ""


def every_page(page: Page, url: str, first: Iterable[str]) -> Iterable[str]:
    """Yield the address of each page that can be reached from the first ones, once for each path, while it is open."""
    waiting, seen = [url + path for path in first], set[str]()
    while waiting:
        address = waiting.pop(0)
        path = urlsplit(address).path
        if path in seen or not address.startswith(url):
            continue
        seen.add(path)
        page.goto(address)
        waiting += _links(page)
        yield address


def _links(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "Array.from(document.querySelectorAll('a[href], tr[data-sa-href]'),"
        " each => each.getAttribute('href') || each.dataset.saHref)"
    )
    return [urljoin(page.url, each) for each in found if not each.startswith("#")]
