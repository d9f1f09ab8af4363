"""The console for readers without a mouse or without sight: axe-core in Chromium on every page, by day and by night."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dockwire.model.console import Role
from dockwire.warehouse import WarehouseTables
from tests.console.all_pages import every_page, routes_of, something_of_everything
from tests.console.test_warehouse import opened_both
from tests.console.town import PASSWORD, Town
from tests.deployments.browser import opened_page
from tests.servers import serve

Look = tuple[int, Literal["light", "dark"]]
LOOKS: tuple[Look, ...] = ((1280, "light"), (820, "dark"))
"""Contrast depends on the scheme, room on the width: each once."""
NO_PAGES = {"inline-edit", "inline-edit-row", "relation-lookup", "file", "create", "edit", "hold-items"}
"""Routes of starlette-admin that lists without a form have no use for, and those that answer scripts."""
_BOX, _OPENED = '[data-sa-hook="row-checkbox"]', ".dropdown-menu.show:not(#sidebar-menu *), .modal.show"


async def _town(folder: Path) -> tuple[Town, WarehouseTables]:
    town, tables = await opened_both(
        f"sqlite:///{folder / 'ledger.db'}", f"sqlite:///{folder / 'warehouse.db'}"
    )
    await something_of_everything(town.ledger)
    return town, tables


def test_no_page_hinders_readers_without_mouse_or_sight(tmp_path: Path) -> None:
    town, tables = asyncio.run(_town(tmp_path))
    routes = [(path, name) for path, name in routes_of(town.app.routes) if name not in NO_PAGES]
    with serve(town.app) as url, opened_page() as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/login")
        found = _looked_at(page)
        page.get_by_label("Name").fill(Role.ENGINEER)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Open user menu").first).to_be_attached()
        first = [path for path, _ in routes if "{" not in path] + ["/nowhere"]
        seen, known = [], set[str]()
        for address in every_page(page, url, first):
            seen.append(address.removeprefix(url).split("?")[0])
            found |= _looked_at(page)
            found |= _opened(page, known)
        page.goto(f"{url}/orders/list?q=nothing&filter=state__in=held")
        found |= _looked_at(page)

        # On a tablet the board shows what an order needs without scrolling.
        page.goto(f"{url}/board/list")
        page.set_viewport_size({"width": 820, "height": 900})
        need = page.locator('td[data-column="need"]').first.bounding_box()
        assert need is not None
        assert need["x"] + need["width"] <= 820
    assert "\n".join(sorted(found)) == ""
    last_parts = {path.rsplit("/", 1)[-1] for path in seen}
    assert [path for path, _ in routes if path.rsplit("/", 1)[-1] not in last_parts] == []
    asyncio.run(town.ledger.close())
    tables.close()


def _looked_at(page: Page, inside: str | None = None) -> set[str]:
    """Return what hinders readers of a page, or of a part of it, in any look; and whether it is wider than the screen."""
    found = set()
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        where = f"{page.url.split('/', 3)[3].split('?')[0]} {inside or ''}"
        found |= {f"{where}: {each}" for each in _violations(page, inside)}
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.add(f"{where}: wider than {width} pixels")
    return found


def _violations(page: Page, inside: str | None) -> Iterator[str]:
    for rule in Axe().run(page, inside).response["violations"]:
        if rule["impact"] in ("serious", "critical"):
            for node in rule["nodes"]:
                checks = node["any"] + node["all"] + node["none"]
                yield f"{rule['id']}: {node['html'][:120]}: {checks[0]['message'] if checks else ''}"


def _opened(page: Page, known: set[str]) -> set[str]:
    """Open every menu, dialog and section of a page that is not known yet, one after the other, and look at each."""
    found = set()
    page.set_viewport_size({"width": LOOKS[0][0], "height": 900})
    if page.locator(_BOX).count():
        page.locator(_BOX).first.check()
    # The menu's own groups stand open beside the page.
    dropdowns = '[data-bs-toggle="dropdown"]:not(#sidebar-menu *):visible'
    toggles = page.locator(f'{dropdowns}, [data-bs-toggle="modal"]').all()
    for toggle in toggles:
        name = toggle.inner_text() + (toggle.get_attribute("data-sa-name") or "")
        if name in known:
            continue
        known.add(name)
        toggle.dispatch_event("click")
        expect(page.locator(_OPENED).first).to_be_visible()
        found |= _looked_at(page, _OPENED)
        page.reload()
        if page.locator(_BOX).count():
            page.locator(_BOX).first.check()
    if page.locator("details").count():
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found |= _looked_at(page)
    return found
