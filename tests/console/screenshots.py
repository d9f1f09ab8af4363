"""Pictures of the console's pages in an invented shop, for the documentation.

::

    make screenshots

Writes ``docs/screenshots/NAME.png`` of every page of the menu, of an order, of what ends a hold, and of orders that
are shipped and closed in an embedded warehouse; 1280 pixels wide. Clock and data are fixed, so pictures change only
where pages do.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize, expect

from dockwire.model.console import Role
from tests.console.packing import NUMBERS, Packing, opened_packing
from tests.console.shop import a_days_work
from tests.console.town import PASSWORD, Town, opened_town
from tests.deployments.browser import opened_page
from tests.servers import serve

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_SIZE: ViewportSize = {"width": 1280, "height": 760}
_LARGEST, _MARGIN = 150_000, 16
_DOWN_TO = {
    "home": "[aria-labelledby=console-days]",
    "ship-and-close": "#ship-form",
    "closed": "#ship-result",
}
"""What the picture of a page ends with, where that is not a screen."""
_ROW = "tr[data-sa-pk]"


def main() -> None:
    """Take all pictures anew."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(_days())
    asyncio.run(_closing())


async def _days() -> None:
    with TemporaryDirectory() as folder:
        town = await opened_town(f"sqlite:///{Path(folder) / 'ledger.db'}")
        await a_days_work(town)
        await asyncio.to_thread(_visit, town, _pages)
        await town.ledger.close()


async def _closing() -> None:
    with TemporaryDirectory() as folder:
        async with opened_packing(Path(folder)) as packing:
            await asyncio.to_thread(
                _visit, packing.town, lambda page, url: _closing_pages(page, url, packing)
            )


def _visit(town: Town, pages: Callable[[Page, str], Iterator[str]]) -> None:
    with serve(town.app) as url, opened_page() as page:
        page.set_viewport_size(_SIZE)
        page.emulate_media(reduced_motion="reduce", color_scheme="light")
        _sign_in(page, url)
        for name in pages(page, url):
            _take(page, name)


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill(Role.CLERK)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Open user menu").first).to_be_attached()


def _pages(page: Page, url: str) -> Iterator[str]:
    """Open one page after the other and yield what to call its picture."""
    page.goto(f"{url}/orders/list")
    links = page.locator("#sidebar-menu a[href]").evaluate_all("all => all.map((each) => each.href)")
    for link in dict.fromkeys([f"{url}/", *links]):
        page.goto(link)
        name = page.url.removeprefix(url).split("/")[1].split("?")[0] or "home"
        # A home page that only leads to the orders has no picture of its own.
        if link != f"{url}/" or name == "home":
            yield name
    page.goto(f"{url}/orders/list?filter=state__in=confirmed")
    page.locator(_ROW).first.press("Enter")
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    yield "order"
    page.goto(f"{url}/holds/list?filter=code__in=unmapped_sku")
    page.locator(_ROW).first.press("Enter")
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_role("heading", name="Give the SKU its name")).to_be_visible()
    yield "hold"
    page.emulate_media(color_scheme="dark")
    page.goto(f"{url}/board/list")
    yield "board-dark"


def _closing_pages(page: Page, url: str, packing: Packing) -> Iterator[str]:
    """Type what a clerk types, with a charge that divides unevenly, and see it closed."""
    page.goto(f"{url}/ship-and-close?{'&'.join(f'pk={row}' for row in packing.rows)}")
    page.get_by_label("Kind").select_option("materials")
    page.get_by_label("Label").fill("Void fill")
    page.get_by_label("Units").fill("4")
    page.get_by_label("Price of a unit").fill("2.50")
    page.get_by_label("Unit", exact=True).fill("bag")
    page.get_by_label("evenly").check()
    for row, number in zip(packing.rows, NUMBERS, strict=True):
        page.locator(f"#tracking-{row}").fill(number)
    expect(page.locator("#ship-sum")).to_have_text("10.00 USD")
    yield "ship-and-close"
    page.get_by_role("button", name="Ship and close").click()
    expect(page.locator("#ship-result")).to_be_attached()
    packing.work()
    page.reload()
    expect(page.locator("#ship-result")).to_contain_text("3 of 3 closed")
    yield "closed"


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state()
    page.evaluate("document.activeElement?.blur()")
    page.set_viewport_size(_size(page, name))
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    page.set_viewport_size(_SIZE)
    if path.stat().st_size > _LARGEST:
        sys.exit(f"{path} has more than {_LARGEST} bytes: show less on the page")
    print(path)  # noqa: T201 - what a person runs by hand


def _size(page: Page, name: str) -> ViewportSize:
    """Return how large the picture is to be: the side menu is as high as the window."""
    if name not in _DOWN_TO:
        return _SIZE
    page.evaluate("window.scrollTo(0, 0)")
    last = page.locator(_DOWN_TO[name]).bounding_box()
    assert last is not None
    return {"width": _SIZE["width"], "height": round(last["y"] + last["height"]) + _MARGIN}


if __name__ == "__main__":
    main()
