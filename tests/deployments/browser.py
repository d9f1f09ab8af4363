"""Debian's Chromium without a screen, and Prefect's pages in it, as a person uses them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 60_000.0
"""Milliseconds; pages of a busy machine take their time."""


@contextmanager
def opened_page() -> Iterator[Page]:
    """Give a page of a fresh browser, which speaks English and lives in UTC."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert found, f"no browser is installed ({', '.join(_BROWSERS)}); 'make browser' installs Chromium"
    with sync_playwright() as driver:
        # Containers lack what Chromium's own sandbox needs; only pages of this test are opened.
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1600}, locale="en-US", timezone_id="UTC")
        page.set_default_timeout(_PATIENCE)
        expect.set_options(timeout=_PATIENCE)
        try:
            yield page
        finally:
            browser.close()


class PrefectPages:
    """What a person does in Prefect's pages."""

    def __init__(self, page: Page, api: str, pictures: Path) -> None:
        self.page = page
        self._base = api.removesuffix("/api")
        self._pictures = pictures

    def open_run_form(self, deployment: str) -> None:
        """Open the form that starts a deployment with parameters."""
        self.page.goto(f"{self._base}/deployments/deployment/{deployment}/run")

    def open_run(self, run: str) -> None:
        """Open the page of a flow run."""
        self.page.goto(f"{self._base}/runs/flow-run/{run}")

    def field(self, label: str, position: int = 0) -> Locator:
        """Return the input under a label; the form repeats labels, in the order of the screen."""
        under = f'//label[starts-with(normalize-space(.), "{label}")]/following::*[self::textarea or self::input][1]'
        return self.page.locator(f"xpath={under}").nth(position)

    def add_item(self, position: int) -> None:
        """Press the form's n-th button that adds an item to a list."""
        self.page.get_by_role("button", name="Add item").nth(position).click()

    def choose(self, shown: str, wanted: str) -> None:
        """Change the choice that shows one value to another."""
        self.page.get_by_role("button", name=shown, exact=True).press("ArrowDown")
        self.page.locator(".p-select-option").filter(has_text=wanted).click()

    def submit(self) -> None:
        """Send the form and wait until the page has taken it."""
        self.page.get_by_role("button", name="Submit").click()
        self.page.wait_for_url("**tab=Runs")

    def expect_state(self, name: str) -> None:
        """Wait until the page of a run shows a state."""
        expect(self.page.locator(".state-badge").first).to_have_text(name)

    def retry(self) -> None:
        """Press the button that takes a run up again, and say yes."""
        self.page.get_by_role("button", name="Retry").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Retry").click()

    def picture(self, name: str) -> None:
        """Keep what the page looks like, for a person who wants to see it."""
        self._pictures.mkdir(exist_ok=True)
        self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)
