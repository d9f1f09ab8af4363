"""A stranger's path: from a connections file without a token, over the consent page, to the first order."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from deployments.prefect_server import free_port
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.browser import opened_page
from tests.deployments.person import Person
from tests.deployments.town import SELLER, Said, Town
from tests.stage import CREDENTIAL

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.timeout(900)
"""A dozen commands, each a process of its own, on a machine that may be busy."""

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
    callback = f"http://127.0.0.1:{free_port()}/callback"
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


def begin(town: Town, person: Person) -> Said:
    """Write the file and apply it."""
    person.exports(
        AMAZON_CLIENT_SECRET=town.world.application.client_secret,
        WMS_CLIENT_SECRET=CREDENTIAL["client_secret"],
    )
    person.writes(file(town))
    applied = person.types("apply", "connections.toml")
    assert applied.code == 0, applied.err
    return applied


def test_a_stranger_connects_a_seller_and_sees_the_first_order(
    lone_town: Town, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    applied = begin(lone_town, person)
    assert "acme-na waits for its seller's consent: 'dockwire consent receive acme-na" in applied.out
    with person.begins(*RECEIVE) as receiving:
        person.opens(receiving.first.removeprefix("open "))
        person.sees("Sign in", "sign-in")
        person.chooses("Seller account", SELLER)
        person.clicks("Sign in")
        asked = person.sees("Authorize Dockside warehouse link", "consent")
        assert "Direct-to-Consumer Shipping" in asked.inner_text()
        person.clicks("Allow")
        thanks = person.sees("Thank you", "thanks").inner_text()
        assert f"Seller {SELLER} has authorised the application for region NA" in thanks
        received = receiving.ended()
    assert received.code == 0, received.err
    assert f"seller {SELLER} has authorised the application for region NA, good until" in received.out
    checked = person.types("connection", "check", "acme-us")
    assert checked.code == 0, checked.out
    imported = person.types("run", "order-import", "acme-us")
    assert imported.code == 0, imported.err
    listed = person.types("orders", "list")
    deployed = person.types("deploy")
    seconds = time.monotonic() - begun
    assert "order-import/acme-us" in deployed.out, deployed.err
    stored = {order["referenceNum"] for order in lone_town.warehouse.read(IN_PROCESS, read_state)["orders"]}
    assert stored
    assert {line.split()[0] for line in listed.out.splitlines() if " created " in line} == stored
    with capsys.disabled():
        # The workers of a parallel run keep stdout to themselves.
        told = f"{person.steps}; {seconds:.0f} seconds from the empty folder to {len(stored)} orders"
        sys.stderr.write(f"\na stranger's path: {told}\n")
    # A promise to people: whoever makes the path longer says so here.
    assert (len(person.steps.commands), person.steps.fields, person.steps.clicks) == (8, 21, 2)
    documented = (
        (DOCS / "consent.md").read_text("utf-8").replace("docs/examples/consent.toml", "connections.toml")
    )
    assert [command for command in person.steps.commands if command not in documented] == []


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
