"""The console in Debian's Chromium: one visit, with keys and mouse, by day and by night."""

import asyncio
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from dockwire.console.hold_items import AT_ONCE
from dockwire.model.warehouse import Item
from tests.builders import NOW, order
from tests.console.orders import four_orders
from tests.console.town import PASSWORD, Town, opened_town
from tests.deployments.browser import fits, opened_page, pictured
from tests.servers import serve
from tests.unit.ledger.acts import ACME, number, read

ROW, BOX, CHECKED = "tr[data-sa-pk]", '[data-sa-hook="row-checkbox"]', '[data-sa-hook="row-checkbox"]:checked'


async def _town(url: str) -> Town:
    town = await opened_town(url)
    await four_orders(town.ledger)
    many = [Item("RED-S"), *(Item(f"CUP-{n}") for n in range(AT_ONCE))]
    await town.ledger.store_items(ACME.warehouse, ACME.customer_id, many, now=NOW)
    await read(town.ledger, *[order(order_id=number(place)) for place in range(10, 16)])
    return town


def _listens(page: Page) -> None:
    """Wait until a page's scripts have begun: what is in sight before takes keys and clicks as the browser would."""
    page.wait_for_load_state()


def test_a_clerk_signs_in_finds_selects_and_acts(sqlite_url: str, tmp_path: Path) -> None:
    town = asyncio.run(_town(sqlite_url))
    troubles: list[str] = []
    with serve(town.app) as url, opened_page() as page:
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((url, "data:")) else troubles.append(asked.url),
        )
        page.goto(url)
        pictured(page, tmp_path / "pictures", "sign-in")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_label("Name").fill("clerk")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("img", name="In from Amazon by hour of today")).to_be_visible()
        pictured(page, tmp_path / "pictures", "home")
        assert fits(page)
        # From the day one key leads to the orders.
        page.keyboard.press("Enter")
        expect(page.locator(ROW)).to_have_count(10)
        expect(page.get_by_role("heading", name="Find orders")).to_be_visible()
        _listens(page)

        # The mouse: a click of Shift takes all between, one of Ctrl takes one out again.
        page.locator(ROW).nth(1).locator(BOX).click()
        page.locator(ROW).nth(4).locator("td").nth(3).click(modifiers=["Shift"])
        expect(page.locator(CHECKED)).to_have_count(4)
        page.locator(ROW).nth(2).locator("td").nth(3).click(modifiers=["Control"])
        expect(page.locator(CHECKED)).to_have_count(3)
        assert len(page.context.pages) == 1
        expect(page.get_by_role("button", name=re.compile(r"With selected \( ?3 ?\)"))).to_be_visible()
        pictured(page, tmp_path / "pictures", "orders")

        # Keys alone: find the held order, take it, try it again.
        page.get_by_role("searchbox").fill(number(1))
        page.keyboard.press("Enter")
        expect(page.locator(ROW)).to_have_count(1)
        # The list's own script takes the focus when it begins.
        _listens(page)
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.locator(ROW).focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name=re.compile("With selected")).press("Enter")
        page.get_by_text("Try again").first.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Try again").press("Enter")
        expect(page.get_by_text("Done for 1 of 1 orders.")).to_be_visible()
        assert town.desk.started == [("order-import", "acme-us")]

        _listens(page)
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.locator(ROW).press("Enter")
        expect(page.get_by_role("heading", name=f"Order {number(1)}")).to_be_visible()
        pictured(page, tmp_path / "pictures", "order")
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        # Its kept answers are opened by keys, and its address is shown on a page of its own.
        page.get_by_text("Amazon's order as it was read last").press("Enter")
        expect(page.get_by_label("Amazon's order as it was read last")).to_contain_text("(hidden)")
        assert fits(page)
        page.get_by_role("button", name="Show the ship-to address").press("Enter")
        expect(page.get_by_role("definition").filter(has_text="Ann Example")).to_be_visible()
        page.get_by_role("link", name="Back to the order").press("Enter")
        expect(page.get_by_role("region", name="What happened")).to_contain_text("Read for the first time")

        # A hold is fixed in place: its SKU gets its name in the warehouse, and the order goes on.
        page.goto(f"{url}/holds/list")
        pictured(page, tmp_path / "pictures", "holds")
        page.locator(ROW).filter(has_text="SKU without an item").press("Enter")
        page.get_by_role("link", name="Decide").click()
        expect(page.get_by_role("heading", name="SKU without an item")).to_be_visible()
        _listens(page)
        pictured(page, tmp_path / "pictures", "hold")
        form = page.get_by_role("form", name="Give the SKU its name in the warehouse")
        expect(page.locator("#hold-items option")).to_have_count(AT_ONCE)
        form.get_by_label("Warehouse SKU").press_sequentially("red")
        expect(page.locator("#hold-items option")).to_have_count(1)
        form.get_by_label("Warehouse SKU").fill("RED-X")
        form.get_by_role("button", name="Save").click()
        expect(page.locator("#console-outcomes")).to_contain_text("has no item")
        expect(form.get_by_label("Warehouse SKU")).to_have_value("RED-X")
        form.get_by_label("Warehouse SKU").fill("RED-S")
        form.get_by_role("button", name="Save").click()
        expect(page.locator("#console-outcomes")).to_contain_text("alias: NOBODY is RED-S")
        pictured(page, tmp_path / "pictures", "decided")
        for name, path in (("board", "board/list"), ("stock", "stock/list"), ("connections", "connections")):
            page.goto(f"{url}/{path}")
            pictured(page, tmp_path / "pictures", name)

        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_label("Open user menu").last.click()
        page.get_by_role("button", name="Sign out").last.click()
        page.goto(f"{url}/orders/list")
        expect(page.get_by_label("Password")).to_be_visible()
    assert troubles == []
    asyncio.run(town.ledger.close())
