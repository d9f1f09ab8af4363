"""Lists of the console in Debian's Chromium, for a reader in Berlin: times of filters, exports, columns."""

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from dockwire.model.order import Order, Window
from tests.builders import NOW, order
from tests.console.orders import four_orders
from tests.console.town import PASSWORD, Town, opened_town
from tests.deployments.browser import another_page, opened_page
from tests.servers import serve
from tests.unit.ledger.acts import number, read

TABLE = ".table-responsive:has(tr[data-sa-pk])"
ROW, WHEN = "tr[data-sa-pk]", '#filter-rows input[type="datetime-local"]'
SUMMER, WINTER = number(70), number(71)
TYPED = (
    # In summer Berlin is two hours ahead of UTC, in winter one.
    ("2027-07-01T09:00", "2027-07-01T07:00:00Z", SUMMER),
    ("2027-12-01T09:00", "2027-12-01T08:00:00Z", WINTER),
)

_SCROLLED = """() => [...document.querySelectorAll(".table-responsive:has(caption), aside")].filter((each) =>
    each.offsetWidth - each.clientWidth > 2 ||
    (getComputedStyle(each).overflowY !== "hidden" && each.scrollHeight > each.clientHeight)
).map((each) => each.className)"""
"""Small tables, and the menu, that show a scrollbar without need."""


async def _town(url: str) -> Town:
    town = await opened_town(url)
    await four_orders(town.ledger)
    many = [order(order_id=number(place)) for place in range(10, 66)]
    await read(town.ledger, *many, _due(SUMMER, 7), _due(WINTER, 12))
    return town


def _due(order_id: str, month: int) -> Order:
    """Return an order to ship by 8:30 in Berlin."""
    hour = 6 if month == 7 else 7  # of UTC
    return order(order_id=order_id, ship_by=Window(NOW, datetime(2027, month, 1, hour, 30, tzinfo=UTC)))


def test_lists_speak_the_readers_time_and_export_all_that_matches(sqlite_url: str, tmp_path: Path) -> None:
    town = asyncio.run(_town(sqlite_url))
    troubles: list[str] = []
    with serve(town.app) as url, opened_page() as other:
        page = another_page(other, "Europe/Berlin")
        page.set_viewport_size({"width": 1280, "height": 800})
        _sign_in(page, url)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        for typed, sent, found in TYPED:
            page.goto(f"{url}/orders/list?sort=ship_by__desc")
            _filter_ship_by(page, typed)
            expect(page.locator(ROW)).to_have_count(50)
            asked = parse_qs(urlsplit(page.url).query)["filter"]
            assert asked == [f"ship_by__before={sent}"]
            expect(page.locator(ROW).first).to_contain_text(found)
        # What was asked stands there as it was typed, in words and in its field.
        expect(page.locator("#active-filters")).to_contain_text("Dec 1, 2027, 9:00 AM")
        page.get_by_role("button", name="Filters").click()
        expect(page.locator(WHEN).first).to_have_value("2027-12-01T09:00")
        expect(page.locator("#console-zone")).to_have_text("Times are in your zone, Europe/Berlin.")
        page.keyboard.press("Escape")

        _export(page, tmp_path / "all.csv", "All 62 matching rows")
        _look_at_all_columns(page, url)
    assert troubles == []
    asyncio.run(town.ledger.close())


def _sign_in(page: Page, url: str) -> None:
    """Sign in; the name stays after a wrong password."""
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill("clerk")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Wrong name or password.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("clerk")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Find orders")).to_be_visible()


def _filter_ship_by(page: Page, typed: str) -> None:
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("#console-zone")).to_be_hidden()
    page.get_by_label("Field").select_option("ship_by")
    page.get_by_label("Filter", exact=True).select_option("before")
    page.locator(WHEN).first.fill(typed)
    expect(page.locator("#console-zone")).to_be_visible()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**filter=**")


def _look_at_all_columns(page: Page, url: str) -> None:
    """See what fits, ask for all columns, and go through them by keys without losing sight of the orders' numbers."""
    for name in ("orders", "board", "holds"):
        page.goto(f"{url}/{name}")
        assert page.locator(TABLE).evaluate("each => each.scrollWidth - each.clientWidth") <= 0, name
    for name in ("", "board", "connections"):
        page.goto(f"{url}/{name}")
        assert page.evaluate(_SCROLLED) == [], name
    page.goto(f"{url}/orders")
    _tick_and_find_the_rows_where_they_were(page)
    page.get_by_role("button", name="Columns").click()
    for box in page.locator(".column-visibility-toggle").all():
        box.check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th[data-column]")).to_have_count(16)
    # The list's own script takes the focus when it begins.
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator("thead a").first.focus()
    for _ in range(page.locator("thead a").count() - 1):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="First seen")).to_be_focused()
    assert page.locator(TABLE).evaluate("each => each.scrollLeft") > 0
    for cell in (
        "thead th[data-column=amazon_order_id]",
        f"{ROW}:nth-child(2) td[data-column=amazon_order_id]",
    ):
        on_top = "each => { const at = each.getBoundingClientRect(); return document.elementFromPoint(at.x + 20, at.y + 12); }"
        assert page.locator(cell).evaluate(f"each => each.contains(({on_top})(each))"), cell


def _tick_and_find_the_rows_where_they_were(page: Page) -> None:
    top, chosen = "each => each.getBoundingClientRect().top", page.get_by_role("button", name="With selected")
    before = page.locator(TABLE).evaluate(top)
    expect(chosen).to_be_hidden()
    page.locator(f"{ROW} input[type=checkbox]").first.check()
    expect(chosen).to_be_visible()
    assert page.locator(TABLE).evaluate(top) == before
    page.locator(f"{ROW} input[type=checkbox]").first.uncheck()
    expect(chosen).to_be_hidden()


def _export(page: Page, to: Path, choice: str) -> None:
    """Export as the dialog offers it: the columns that the page shows, of all rows."""
    shown = page.locator("thead th[data-column]").all_text_contents()
    page.get_by_text("Export", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(choice)).to_be_checked()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    download.value.save_as(to)
    with to.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), list(rows[0])) == (62, [each.strip() for each in shown])
