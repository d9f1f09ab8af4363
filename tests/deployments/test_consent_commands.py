"""``dockwire consent`` as an operator uses it: what it prints, stores and refuses."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from blocks import AmazonApplication, AmazonSellerAccount
from deployments.consent import app
from dockwire.clock import SystemClock
from dockwire.model.marketplaces import Region
from dockwire.simulators.amazon import World, build_app
from tests.servers import serve

EU_SELLER = "A3SIMEUROPE001"
CALLBACK = "https://dockwire.example/callback"


def walked(link: str, *, seller: str) -> httpx.Response:
    """Open a link in a browser, sign in and allow; return the last answer that is not Amazon's."""
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=120) as browser:
        page = browser.get(link)
        for filled in ({"seller": seller, "primary": "yes", "step": "sign-in"}, {"step": "allow"}):
            hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
            fields = {name: unescape(value) for name, value in hidden} | filled
            away = filled.get("step") == "allow" and CALLBACK in fields["redirect_uri"]
            page = browser.post(page.url.copy_with(query=None), data=fields, follow_redirects=not away)
        return page


@dataclass
class Desk:
    """The simulated Amazon, stored blocks, and the commands in this process."""

    world: World

    def run(self, *words: str, code: int = 0, said: str | None = None, **environment: str) -> Result:
        result = CliRunner(env=environment).invoke(app, [*words], input=said)
        assert result.exit_code == code, result.output
        return result

    def data(self, *words: str, **more: Any) -> Any:
        return json.loads(self.run(*words, "--json", **more).stdout)

    def stored(self) -> AmazonSellerAccount:
        block = AmazonSellerAccount.load("desk-eu")
        assert isinstance(block, AmazonSellerAccount)
        return block


@pytest.fixture
def desk(tmp_path: Path, prefect: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Store an application and a European seller account without consent."""
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    world = World(1, clock=SystemClock())
    known = world.application
    with serve(build_app(world)) as amazon:
        house = AmazonApplication(
            application_id=known.application_id,
            client_id=known.client_id,
            client_secret=SecretStr(known.client_secret),
            redirect_uri=CALLBACK,
            regions=[Region.EU],
            seller_central=amazon,
        )
        house.save("house", overwrite=True)
        seller = AmazonSellerAccount(application=house, region=Region.EU, token_url=f"{amazon}/auth/o2/token")
        seller.save("desk-eu", overwrite=True)
        yield Desk(world)


def test_a_pasted_redirect_becomes_a_stored_consent_that_covers_the_region(desk: Desk) -> None:
    printed = desk.run("url", "desk-eu", "--marketplace", "DE", "--minutes", "1440").stdout
    back = walked(printed.splitlines()[0], seller=EU_SELLER).headers["location"]
    assert back.startswith(CALLBACK)
    wrong = desk.run("finish", "desk-eu", "--redirected", printed.splitlines()[0], code=1)
    assert "this is the link that the seller opens" in wrong.stderr
    # Pasted at the prompt, so that it stays out of the shell's history.
    told = desk.run("finish", "desk-eu", said=f"{back}\n").stdout
    assert f"seller {EU_SELLER} has authorised the application for region EU, good until" in told
    stored = desk.stored()
    assert (stored.seller_id, stored.refresh_token.get_secret_value()[:5]) == (EU_SELLER, "Atzr|")
    assert stored.application is not None
    assert stored.application._block_document_name == "house"
    assert "used already" in desk.run("finish", "desk-eu", "--redirected", back, code=1).stderr
    covered = desk.data("url", "desk-eu", "--marketplace", "FR")
    assert (covered["needed"], "no new consent is needed" in covered["sentence"]) == (False, True)
    again = desk.data("url", "desk-eu", "--marketplace", "FR", "--again")
    assert again["url"].startswith("http://127.0.0.1:")
    listed = desk.data("list")
    (row,) = [row for row in listed["consents"] if row["seller"] == "desk-eu"]
    assert (row["how"], row["days_left"], row["state"]) == ("website", 365, "good")
    assert "Atzr|" not in json.dumps(listed)
    assert "desk-eu" in desk.run("list").stdout


def test_a_self_authorised_token_comes_from_prompt_or_environment(desk: Desk) -> None:
    token = desk.world.sellers[EU_SELLER].refresh_token
    wish = ("record", "desk-eu", "--granted", "2026-01-31", "--seller-id", EU_SELLER)
    prompted = desk.run(*wish, said=f"{token}\n")
    assert "good until 2027-01-31" in prompted.stdout
    assert token not in prompted.output
    assert desk.stored().refresh_token.get_secret_value() == token
    told = desk.data(*wish[:4], "--token-env", "HANDED_OVER", "--private", HANDED_OVER=token)
    assert (told["expires"], told["how"]) == (None, "self")
    told = desk.data("record", "desk-eu", "--stored", "--granted", "2026-02-01")
    assert told["expires"] == "2027-02-01"


RECORD = ("record", "desk-eu", "--granted", "2026-01-31")
MISTAKES: list[tuple[tuple[str, ...], str | None, str]] = [
    (("url", "nobody", "--marketplace", "DE"), None, "there is no seller account 'nobody'; stored are:"),
    (("url", "desk-eu", "--marketplace", "US"), None, "US lies in region NA"),
    (("url", "desk-eu", "--marketplace", "XX"), None, "--marketplace: no Amazon marketplace 'XX'"),
    (("receive", "desk-eu", "--marketplace", "DE"), None, "does not lead to this machine"),
    (("finish", "desk-eu", "--redirected", "x"), None, "not the address that Amazon redirects to"),
    (RECORD, "amzn.mws.1-2-3\n", "the token is an MWS auth token"),
    ((*RECORD[:3], "2999-01-31"), "Atzr|x\n", "that day is still to come"),
    (RECORD, "Atzr|x\n", "--seller-id"),
    ((*RECORD, "--token-env", "NOT_THERE"), None, "environment variable NOT_THERE is not set"),
]


def test_a_mistake_is_one_sentence(desk: Desk) -> None:
    for words, said, sentence in MISTAKES:
        refused = desk.run(*words, said=said, code=1)
        assert sentence in refused.stderr
        assert "Traceback" not in refused.output
    assert desk.stored().waits


def test_a_seller_whose_region_the_application_does_not_serve_is_told_which_does(desk: Desk) -> None:
    block = desk.stored()
    west = AmazonApplication(
        application_id="amzn1.sp.solution.west",
        client_id="west",
        client_secret=SecretStr("secret of the west"),
        regions=[Region.NA],
    )
    west.save("west", overwrite=True)
    block.application = west
    block.save("desk-eu", overwrite=True)
    refused = desk.run("url", "desk-eu", "--marketplace", "DE", code=1)
    assert "west does not serve (it serves NA): name application house, which does" in refused.stderr
