"""Ship and close in Debian's Chromium: what has the focus, what is red, what a service code means, why a run failed."""

import asyncio
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from dockwire.model.console import Role
from tests.console.closing_shop import Shop, opened_shop
from tests.console.test_ship_doubts import MIXED
from tests.console.town import PASSWORD
from tests.deployments.browser import fits, opened_page
from tests.deployments.console_visit import hindrances
from tests.e2e.shipping import tracking
from tests.servers import serve


async def test_a_clerk_is_led_to_what_is_next_and_reads_why(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3, which=MIXED, levels=("STANDARD", "EXPEDITED")) as shop:
        await asyncio.to_thread(_visit, shop)


_HIDDEN = "each => each.scrollWidth - each.clientWidth"
"""Pixels of an element that are out of sight."""


def _visit(shop: Shop) -> None:
    with serve(shop.town.app) as url, opened_page() as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/login")
        page.get_by_label("Name").fill(Role.CLERK)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Open user menu").first).to_be_attached()
        page.goto(f"{url}/ship-and-close?{'&'.join(f'pk={row}' for row in shop.rows)}")
        service = page.get_by_label("Service")
        expect(service).to_be_focused()
        page.wait_for_load_state()
        service.fill("02")
        expect(page.locator("#service-means")).to_have_text("2nd Day Air")
        page.get_by_role("button", name="Only 2 by UPS 03 Ground").click()
        expect(page.locator("#service-means")).to_have_text("Ground")
        first, second, third = (page.locator(f"#tracking-{row}") for row in shop.rows)
        expect(first).to_be_focused()

        page.get_by_role("button", name="Ship and close", exact=True).click()
        expect(page.locator("#ship-faults")).to_be_focused()
        page.wait_for_load_state()
        expect(page.locator('input[name^="tracking-"].is-invalid')).to_have_count(2)
        hindered = hindrances(page)
        assert fits(page)
        page.locator("#ship-faults").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(first).to_be_focused()
        # The longest usual number can be read whole, also in a field that is marked, and the table still fits.
        first.fill("9400 1000 0000 0000 0000 00")
        assert first.evaluate(_HIDDEN) <= 0
        assert page.locator("#ship-form .table-responsive").evaluate(_HIDDEN) <= 0
        # A scanner's Enter leads past the order that is not ticked.
        first.fill(tracking(0))
        page.keyboard.press("Enter")
        expect(third).to_be_focused()
        third.fill(tracking(2))
        second.fill(tracking(1))
        third.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".card-footer").get_by_role("button", name="Check")).to_be_focused()
        page.get_by_role("button", name="Ship and close", exact=True).click()
        expect(page.locator("#ship-outcomes")).to_be_visible()
        ((number, run),) = shop.town.desk.runs.items()
        reason = "The warehouse answers every call with words that a clerk is to read whole. " * 6
        message = f"Nothing was written.\n{shop.ids[0]}: {reason}[clerk]"
        shop.town.desk.runs[number] = replace(run, ended=True, state="Failed", message=message)
        page.reload()
        expect(page.locator("#ship-outcomes td").nth(2)).to_contain_text(reason.strip())
        assert fits(page)
        hindered |= hindrances(page)
        # What was typed for the order that was not ticked is there when it is next.
        page.get_by_role("link", name="Ship and close it now").click()
        expect(second).to_have_value(tracking(1))
        expect(page.locator("#ship-kept")).to_have_text("One number is as typed before.")
        expect(page.locator(".card-footer").get_by_role("button", name="Check")).to_be_focused()
        page.goto(f"{url}/ship-and-close?pk={shop.rows[1]}")
        expect(second).to_have_value("")
        assert hindered | hindrances(page) == set()
