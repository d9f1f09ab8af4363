"""A stranger's path: one conversation, the consent page, the 3PL's approval in Prefect, the first orders."""

import json
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from deployments.adding.ship_methods import STANDARD_LEVELS
from dockwire.mail.folder import keep_mail
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.browser import PrefectPages, another_page, opened_page
from tests.deployments.pages import Pages
from tests.deployments.person import Person
from tests.deployments.town import SELLER, Town
from tests.servers import port_for_later
from tests.stage import CREDENTIAL

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.timeout(900)
"""Servers, commands and a browser, each a process of its own, on a machine that may be busy."""

ADD = ("connection", "add", "acme-us")
RECEIVE = ("consent", "receive", "acme-na", "--marketplace", "US")


@pytest.fixture(scope="module")
def plain_page() -> Iterator[Page]:
    """Start a browser that runs no scripts."""
    with opened_page(scripts=False) as opened:
        yield opened


@pytest.fixture
def person(lone_town: Town, plain_page: Page, tmp_path: Path) -> Person:
    return Person(lone_town, plain_page, tmp_path / "pictures")


def file(town: Town) -> str:
    """Return the documentation's file, for this town; its redirect URI is registered at Amazon."""
    callback = f"http://127.0.0.1:{port_for_later()}/callback"
    town.world.application.redirect_uris = (callback,)
    text = (DOCS / "examples" / "consent.toml").read_text("utf-8")
    places = {
        "http://127.0.0.1:8765/callback": callback,
        "http://127.0.0.1:8601": town.amazon,
        "http://127.0.0.1:8602": town.stock,
    }
    for documented, here in places.items():
        assert documented in text
        text = text.replace(documented, here)
    return text


def begin(town: Town, person: Person) -> None:
    """Write the file and apply it."""
    person.exports(
        AMAZON_CLIENT_SECRET=town.world.application.client_secret,
        WMS_CLIENT_SECRET=CREDENTIAL["client_secret"],
    )
    person.writes(file(town))
    applied = person.types("apply", "connections.toml")
    assert applied.code == 0, applied.err
    assert "acme-na waits for its seller's consent: 'dockwire consent receive acme-na" in applied.out


def asked(town: Town, mail_port: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the command that adds a connection in this town, and the answers to what it asks."""
    callback = f"http://127.0.0.1:{port_for_later()}/callback"
    town.world.application.redirect_uris = (callback,)
    known = town.world.application
    simulated = {
        "--seller-central": town.amazon,
        "--endpoint": town.amazon,
        "--token-url": f"{town.amazon}/auth/o2/token",
    }
    answers = (
        "US", "2025-11-01",
        "", "", known.application_id, known.client_id, "AMAZON_CLIENT_SECRET", callback, "",
        "", town.stock, CREDENTIAL["client_id"], "WMS_CLIENT_SECRET", CREDENTIAL["user_login"], "",
        "UPS/03", *[""] * (len(STANDARD_LEVELS) - 1),
        "post", "127.0.0.1", "INSECURE", str(mail_port), "", "", "clerk@example.com", "", "engineer@example.com",
        "", "", "", "terms.md", "Kim Seller", "y", "",
    )  # fmt: skip
    return (*ADD, *(word for option in simulated.items() for word in option)), answers


def test_a_stranger_adds_a_connection_the_3pl_approves_it_and_orders_flow(
    lone_town: Town, person: Person, plain_page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town, mail = lone_town, keep_mail(lone_town.folder / "mail")
    (town.folder / "terms.md").write_text("# Terms of Dock One\n\nPay on time.\n")
    command, answers = asked(town, mail.port)
    begun = time.monotonic()
    person.exports(
        AMAZON_CLIENT_SECRET=town.world.application.client_secret,
        WMS_CLIENT_SECRET=CREDENTIAL["client_secret"],
    )
    with person.begins(*command, answers=answers) as adding:
        person.opens(adding.first.removeprefix("open "))
        person.sees("Sign in", "sign-in")
        person.chooses("Seller account", SELLER)
        person.clicks("Sign in")
        consent = person.sees("Authorize Dockside warehouse link", "consent")
        assert "Direct-to-Consumer Shipping" in consent.inner_text()
        person.clicks("Allow")
        thanks = person.sees("Thank you", "thanks").inner_text()
        assert f"Seller {SELLER} has authorised the application for region NA" in thanks
        added = adding.ended()
    assert added.code == 0, added
    assert "temporary server" not in added.err, added.err
    told = tomllib.loads((town.folder / "connections.toml").read_text())["connections"]["acme-us"]["contacts"]
    assert told.pop("orders_created") == ["clerk@example.com"]
    assert told == {kind: ["engineer@example.com"] for kind in ("run_failed", "run_crashed", "run_late")}
    assert "Pay on time." in added.out
    assert "the first import: " in added.out
    with person.serves() as api:
        pages = PrefectPages(another_page(plain_page), api, tmp_path / "pictures")
        person.approves(pages, "onboarding-acme-us", by="Dana", note="Contract 17")
        prefect = Pages(replace(town, prefect={"PREFECT_API_URL": api}))
        imports = prefect.deployment("order-import/acme-us")["id"]
        assert prefect.first_run_of(imports)
        prefect.first_completed_of(imports)
        seconds = time.monotonic() - begun
    mail.stop()
    stored = [order["referenceNum"] for order in town.warehouse.read(IN_PROCESS, read_state)["orders"]]
    assert stored
    flowing = [text for text in mails(town) if "orders_flowing" in text or "Orders are flowing" in text]
    assert [(len(flowing), name in flowing[0]) for name in ("clerk@", "engineer@")] == [(1, True)] * 2
    with capsys.disabled():
        # The workers of a parallel run keep stdout to themselves.
        told = f"{person.steps}; {seconds:.0f} seconds from the empty folder to {len(stored)} orders"
        sys.stderr.write(f"\na stranger's path: {told}\n")
    # A promise to people: whoever makes the path longer says so here.
    steps = person.steps
    assert (len(steps.commands), steps.fields, steps.clicks, steps.enters) == (4, 25, 6, 15)
    page = (DOCS / "onboarding.md").read_text("utf-8")
    typed = [each.replace(town.amazon, "http://127.0.0.1:8601") for each in steps.commands]
    assert [each for each in typed if each not in page] == []


def mails(town: Town) -> list[str]:
    """Return the mails that were sent."""
    return [file.read_text() for file in sorted((town.folder / "mail").glob("*.eml"))]


def test_a_refusal_is_one_sentence_on_the_page_and_in_the_terminal(lone_town: Town, person: Person) -> None:
    begin(lone_town, person)
    with person.begins(*RECEIVE, "--json") as receiving:
        person.opens(json.loads(receiving.first)["open"])
        # Seller, primary user, 'Sign in'; then 'Allow' and 'Cancel'.
        person.presses("Tab", "Tab", "Tab", "Enter")
        person.sees("Authorize Dockside warehouse link", "consent")
        person.presses("Tab", "Tab", "Enter")
        said = person.sees("No consent", "cancelled").inner_text()
        ended = receiving.ended()
    assert ended.code == 1
    assert "The seller did not allow it on Amazon's page" in said
    assert "the seller did not allow it on Amazon's page" in ended.err
    (registered,) = lone_town.world.application.redirect_uris
    lone_town.world.application.redirect_uris = ("https://acme.example/callback",)
    with person.begins(*RECEIVE) as receiving:
        person.opens(receiving.first.removeprefix("open "))
        page = person.sees("We cannot authorize this application", "wrong-redirect-uri").inner_text()
        receiving.process.send_signal(signal.SIGINT)
        ended = receiving.ended()
    assert f"The redirect URI {registered} is not one of the application's" in page
    assert "MD5101" in page
    assert ended.code == 1
    assert f"if that page shows MD5101, register {registered} for the application" in ended.err
    assert "Traceback" not in ended.err
    # Nobody has asked for a token, so none can be stored.
    assert "/auth/o2/token" not in {entry.path for entry in lone_town.world.journal.entries}
