"""What a clerk does in the console of a running installation."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.deployments.browser import fits, pictured
from tests.deployments.town import Town

PASSWORD = "correct horse battery"
ROW = "tr[data-sa-pk]"


def signed_in(page: Page, town: Town, name: str = "kim") -> None:
    """Let a clerk into the console that ``dockwire up`` serves, and show the first page."""
    added = town.dockwire("user", "add", name, "--role", "clerk", "--password-stdin", typed=f"{PASSWORD}\n")
    assert added.code == 0, added.err
    (address,) = re.findall(r"the console is at (\S+)", (town.folder / "up.log").read_text())
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Find orders").click()
    expect(page.get_by_role("heading", name="Find orders")).to_be_visible()


def shipped_evenly(page: Page, numbers: Sequence[str], pictures: Path) -> list[str]:
    """Find what is to ship, take three orders by Shift, and close them with 10.00 divided evenly.

    Returns the orders in the order of the page, once the run has closed them all.
    """
    troubles: list[str] = []
    page.emulate_media(reduced_motion="reduce")
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(page.url.split("?")[0] + "?filter=state__in%3Dto_ship&sort=ship_by__asc")
    page.locator(ROW).first.locator('[data-sa-hook="row-checkbox"]').click()
    page.locator(ROW).nth(len(numbers) - 1).locator("td").nth(3).click(modifiers=["Shift"])
    page.get_by_role("button", name=re.compile("With selected")).click()
    page.get_by_text("Ship and close").first.click()
    expect(page.get_by_role("heading", name=f"Ship and close {len(numbers)} orders")).to_be_visible()
    # Its script listens once the page is there as a whole.
    page.wait_for_load_state()

    # The lists follow the carrier: its SCAC comes by itself, its services are offered.
    carrier, scac = page.get_by_label("Carrier"), page.get_by_label("SCAC")
    carrier.fill("Harbour Couriers")
    expect(scac).to_have_value("HRBC")
    expect(page.get_by_label("Service")).to_have_value("")
    expect(page.locator("#ship-service option")).to_have_count(1)
    carrier.fill("UPS")
    expect(scac).to_have_value("UPSN")
    page.get_by_label("Service").fill("03")

    page.get_by_label("Label").fill("Void fill")
    page.get_by_role("button", name="Add a charge").click()
    expect(page.get_by_label("Label")).to_have_count(2)
    page.get_by_label("Price of a unit").first.fill("10")
    page.get_by_label("evenly").check()
    expect(page.locator("#ship-sum")).to_have_text("10.00 USD")
    expect(page.locator("[data-ship-added]")).to_have_text(["3.34", "3.33", "3.33"])
    pictured(page, pictures, "preview")

    # Without a number nothing is sent, and what was typed stays.
    page.get_by_role("button", name="Ship and close", exact=True).click()
    expect(page.locator("#ship-faults")).to_contain_text("The tracking number is blank")
    expect(page.get_by_label("Price of a unit").first).to_have_value("10")
    page.wait_for_load_state()
    pictured(page, pictures, "problems")
    hindered = hindrances(page)
    page.locator('input[name^="tracking-"]').first.press("Enter")
    expect(page.locator('input[name^="tracking-"]').nth(1)).to_be_focused()
    page.get_by_label("Paste tracking numbers").fill("\n".join(numbers))
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_text(f"{len(numbers)} tracking numbers are filled in.")).to_be_visible()
    assert fits(page)
    orders = page.locator("tr[data-ship-row] a").all_inner_texts()
    page.get_by_role("button", name="Ship and close", exact=True).click()
    expect(page.get_by_text(f"{len(numbers)} of {len(numbers)} closed.")).to_be_visible()
    expect(page.locator("#ship-outcomes .bg-green-lt")).to_have_count(len(numbers))
    expect(page.locator("#ship-result")).to_have_attribute("data-ended", "yes")
    pictured(page, pictures, "result")
    assert hindered | hindrances(page) == set()
    assert troubles == []
    return orders


def hindrances(page: Page) -> set[str]:
    """Return what seriously hinders readers without mouse or sight, by day and by night."""
    found = set()
    looks: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for scheme in looks:
        page.emulate_media(color_scheme=scheme)
        for rule in Axe().run(page).response["violations"]:
            if rule["impact"] in ("serious", "critical"):
                found |= {f"{rule['id']}: {node['html'][:120]}" for node in rule["nodes"]}
    return found
