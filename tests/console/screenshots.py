"""Pictures of the console's pages on an invented day, for the documentation.

::

    make screenshots

Writes ``docs/screenshots/NAME.png`` of every page of the menu, of an order and of what ends a hold, 1280 pixels wide.
Clock and data are fixed, so pictures change only where pages do.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect

from dockwire.model.console import Role
from tests.console.shop import a_days_work
from tests.console.town import PASSWORD, Town, opened_town
from tests.deployments.browser import opened_page
from tests.servers import serve

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_SIZE, _LARGEST = (1280, 760), 150_000
_ROW = "tr[data-sa-pk]"


def main() -> None:
    """Take all pictures anew."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        town = asyncio.run(_town(f"sqlite:///{Path(folder) / 'ledger.db'}"))
        with serve(town.app) as url, opened_page() as page:
            page.set_viewport_size({"width": _SIZE[0], "height": _SIZE[1]})
            page.emulate_media(reduced_motion="reduce", color_scheme="light")
            _sign_in(page, url)
            for name in _pages(page, url):
                _take(page, name)
        asyncio.run(town.ledger.close())


async def _town(url: str) -> Town:
    town = await opened_town(url)
    await a_days_work(town)
    return town


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


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state()
    page.evaluate("document.activeElement?.blur()")
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    if path.stat().st_size > _LARGEST:
        sys.exit(f"{path} has more than {_LARGEST} bytes: show less on the page")
    print(path)  # noqa: T201 - what a person runs by hand


if __name__ == "__main__":
    main()
