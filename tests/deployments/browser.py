"""Debian's Chromium without a screen, and Prefect's pages in it, as a person uses them."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 240_000.0
"""Milliseconds; pages of a busy machine take their time."""
_BUSY = 503
_WIDE, _NARROW, _HIGH = 1280, 320, 1600
_LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((_WIDE, "light"), (_NARROW, "dark"))


@contextmanager
def opened_page(*, scripts: bool = True) -> Iterator[Page]:
    """Give a page of a fresh browser, which speaks English and lives in UTC; it may refuse to run scripts."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert found, f"no browser is installed ({', '.join(_BROWSERS)}); 'make browser' installs Chromium"
    with sync_playwright() as driver:
        # Containers lack what Chromium's own sandbox needs; only pages of this test are opened.
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=_PATIENCE)
        expect.set_options(timeout=_PATIENCE)
        try:
            yield _page(browser, scripts=scripts)
        finally:
            browser.close()


def another_page(page: Page, zone: str = "UTC") -> Page:
    """Return a page of the same browser that knows nothing of the first one, and runs scripts."""
    assert page.context.browser is not None
    return _page(page.context.browser, scripts=True, zone=zone)


def _page(browser: Browser, *, scripts: bool, zone: str = "UTC") -> Page:
    page = browser.new_page(
        viewport={"width": _WIDE, "height": _HIGH},
        locale="en-US",
        timezone_id=zone,
        java_script_enabled=scripts,
    )
    page.set_default_timeout(_PATIENCE)
    return page


def pictured(page: Page, folder: Path, name: str) -> None:
    """Keep what a page looks like by day on a wide screen, and by night on a narrow one."""
    folder.mkdir(exist_ok=True)
    for width, scheme in _LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")


def fits(page: Page) -> bool:
    """Say whether nothing of a page reaches beyond a narrow screen, and leave it on a wide one."""
    page.set_viewport_size({"width": _NARROW, "height": 800})
    widest: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": _WIDE, "height": _HIGH})
    return widest <= _NARROW


class PrefectPages:
    """What a person does in Prefect's pages."""

    def __init__(self, page: Page, api: str, pictures: Path) -> None:
        self.page = page
        self._api = api
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
        self._send(self.page.get_by_role("button", name="Submit"), "/create_flow_run")
        self.page.wait_for_url("**tab=Runs")

    def expect_state(self, name: str) -> None:
        """Wait until the page of a run shows a state."""
        expect(self.page.locator(".state-badge").first).to_have_text(name)

    def retry(self) -> None:
        """Press the button that takes a run up again, and say yes."""
        self.page.get_by_role("button", name="Retry").click()
        self._send(self.page.get_by_role("dialog").get_by_role("button", name="Retry"), "/set_state")

    def open_waiting_run(self, name: str) -> None:
        """Open the list of runs, and in it one by its name."""
        self.page.goto(f"{self._base}/runs")
        self.page.get_by_role("link", name=name, exact=True).first.click()
        # The list shows states too.
        self.page.wait_for_url("**/flow-run/*")

    def ask_to_resume(self) -> Locator:
        """Press the button that lets a suspended run go on, and return the form that asks for its input."""
        self._await_question()
        self.page.get_by_role("button", name="Resume").first.click()
        return self.page.get_by_role("dialog")

    def _await_question(self) -> None:
        """A run is shown as suspended before Prefect keeps what may be answered, which the form reads once."""
        run = urlsplit(self.page.url).path.rsplit("/", 1)[-1]
        kept, give_up = f"{self._api}/flow_runs/{run}/input/filter", time.monotonic() + _PATIENCE / 1000
        while not (
            (answer := self.page.request.post(kept, data={"prefix": "suspended-"})).ok and answer.json()
        ):
            assert time.monotonic() < give_up, answer.text()
            self.page.wait_for_timeout(200)

    def answer(self, form: Locator) -> None:
        """Send what was filled into the form."""
        self._send(form.get_by_role("button", name="Submit"), "/resume")

    def picture(self, name: str) -> None:
        """Keep what the page looks like, for a person who wants to see it."""
        self._pictures.mkdir(exist_ok=True)
        self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    def _send(self, button: Locator, path: str) -> None:
        """Press a button that sends something, until it is answered; Prefect refuses while its database is busy."""
        status = _BUSY
        while status == _BUSY:
            with self.page.expect_response(lambda answer: answer.url.endswith(path)) as answered:
                button.click()
            status = answered.value.status
