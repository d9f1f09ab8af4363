"""``dockwire connection add``: from a merchant's yes to the first imported order and its mail; asked, and scripted."""

import asyncio
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments import registry
from deployments.applying import carry_out, plan_apply
from deployments.command import connection
from deployments.connections_file import ConnectionsFile
from deployments.stored_blocks import read_blocks
from dockwire.mail.folder import keep_mail
from tests.deployments.pages import Pages
from tests.deployments.test_consent_commands import walked
from tests.deployments.town import SELLER, Town
from tests.prefect_server import asking
from tests.servers import port_for_later
from tests.stage import CREDENTIAL, LEVELS

MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("--marketplace", "XX"), "--marketplace: no Amazon marketplace 'XX'"),
    (("--marketplace", "BR"), "does not take part in BR; Amazon names: US, CA, MX"),
    (("--customer", "99"), "--customer: '99' is not one of 1 (Harbour Goods)"),
    (("--facility", "Dock Two"), "--facility: 'Dock Two' is not one of 1 (Dock One)"),
    (
        ("--ship-method", "STANDARD=Pigeon/1"),
        "--ship-method: the warehouse has no carrier 'Pigeon'; it has: UPS/01",
    ),
    (("--ship-method", "STANDARD=UPS/99"), "--ship-method: UPS has no service '99'"),
    (("--contact", "gossip=a@example.com"), "--contact: 'gossip' is no kind of mail"),
    (("--contact", "orders_held=nobody"), "--contact: 'nobody' is not one e-mail address"),
    (("--terms", "missing.md"), "--terms: missing.md: No such file"),
    (("--terms", "terms.md", "--accepted-by", "  "), "--accepted-by: the name is empty"),
    (("--terms", "terms.md"), "--accepted-by is needed where nobody can be asked"),
    (("--client-secret-env", "the secret itself"), "there is no environment variable of this name"),
    (("--token-env", "WMS_SECRET"), "the seller's consent is revoked, has ended or was never given"),
    (("--import-since", "yesterday"), "--import-since: 'yesterday' is no day"),
    (("--consent", "perhaps"), "--consent: 'perhaps' is not one of receive, paste, self or later"),
]


@dataclass
class Shop:
    """A town, and the command in this process, in a folder of its own."""

    town: Town
    port: int

    @property
    def file(self) -> Path:
        """The connections file, as the command names it when nobody says otherwise."""
        return self.town.folder / "connections.toml"

    def accounts(self) -> dict[str, str]:
        """Return the answers that make all accounts."""
        known = self.town.world.application
        return {
            "application": "house",
            "application-id": known.application_id,
            "client-id": known.client_id,
            "client-secret-env": "SELLER_SECRET",
            "redirect-uri": f"http://127.0.0.1:{self.port}/callback",
            "seller-central": self.town.amazon,
            "endpoint": self.town.amazon,
            "token-url": f"{self.town.amazon}/auth/o2/token",
            "warehouse-url": self.town.stock,
            "warehouse-client-id": CREDENTIAL["client_id"],
            "warehouse-secret-env": "WMS_SECRET",
            "warehouse-login": CREDENTIAL["user_login"],
        }

    def run(self, *words: str, code: int = 0, said: str | None = None) -> Result:
        """Run the command in this process."""
        result = CliRunner().invoke(connection, ["add", *words], input=said)
        assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
        return result

    def blocks(self) -> set[str]:
        """Return what is stored, as the file would name it."""
        return {block.place for block in asyncio.run(read_blocks()).values()}


@pytest.fixture
def shop(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Let this process work in the town's folder and on its Prefect server; clear what was stored."""
    for name, value in (town.secrets() | {"DOCKWIRE_STATE_DIR": str(town.folder / "state")}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(town.folder)
    (town.folder / "terms.md").write_text("# Terms\n\nPay on time.\n")
    with asking(town.prefect["PREFECT_API_URL"]):
        shop = Shop(town, port_for_later())
        town.world.application.redirect_uris = (f"http://127.0.0.1:{shop.port}/callback",)
        yield shop
        asyncio.run(_clear(town.folder / "nothing.toml"))


async def _clear(nothing: Path) -> None:
    nothing.write_text("")
    await carry_out(await plan_apply(ConnectionsFile(nothing)), remove=True)
    await registry.remove((await registry.registered()).values())


def options(answers: dict[str, str]) -> list[str]:
    """Return answers as options."""
    return [word for name, value in answers.items() for word in (f"--{name}", value)]


def test_scripted_from_a_merchants_yes_to_the_first_imported_order_and_its_mail(shop: Shop) -> None:
    town, mail = shop.town, keep_mail(shop.town.folder / "mail")
    wish = options(
        shop.accounts()
        | {"marketplace": "US", "seller": "harbour-na", "warehouse": "dock", "customer": "Harbour Goods"}
        | {"facility": "1", "import-since": "2025-11-01", "consent": "receive", "terms": "terms.md"}
        | {"accepted-by": "Kim Seller", "mail": "post", "smtp-server": "127.0.0.1", "smtp-type": "INSECURE"}
        | {"smtp-port": str(mail.port), "mail-from": "dockwire@example.com"}
    )
    wish += [word for level in LEVELS for word in ("--ship-method", f"{level}=UPS/03")]
    wish += ["--contact", "orders_created=clerk@example.com", "--contact", "run_failed=eng@example.com"]
    with subprocess.Popen(
        [sys.executable, "-m", "deployments", "connection", "add", "harbour-us", *wish, "--needs-approval", "--json"],
        cwd=town.folder,
        env=town.environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert not shop.file.exists()
            assert "Thank you" in walked(json.loads(process.stdout.readline())["open"], seller=SELLER).text
            told = json.loads(process.stdout.readline())
            assert process.wait(300) == 0
        finally:
            process.terminate()
    assert told["stored"][-1] == "connections.harbour-us"
    assert {"order-import/harbour-us", "onboarding/harbour-us"} <= set(told["deployments"])
    assert told["first_import"]["numbers"]["would_create"] > 0
    assert told["first_import"]["orders"][0]["order"]
    assert (told["taken_over"], told["left_empty"]) == (None, [])
    text = shop.file.read_text()
    assert [secret for secret in town.secrets().values() if secret in text] == []
    assert "refresh_token" not in text
    assert set(changes(town, shop.file)) == {"unchanged"}
    pages = Pages(town)
    with town.serving():
        run = told["asked"]["run"]
        assert pages.waiting(run)["state"]["name"] == "Suspended"
        pages.resume(run, {"approve": True, "by": "Dana"})
        assert pages.end_of(run, attempt=None)["state_type"] == "COMPLETED"
        checked = town.dockwire("connection", "check", "harbour-us", "--json")
        assert [row for row in checked.data if row["ok"] is False] == []
        deployment = pages.deployment("order-import/harbour-us")
        assert deployment["paused"] is False
        assert pages.first_run_of(deployment["id"])
        pages.first_completed_of(deployment["id"])
    mails = [file.read_text() for file in sorted((town.folder / "mail").glob("*.eml"))]
    mail.stop()
    flowing = [text for text in mails if "Orders are flowing" in text or "orders_flowing" in text]
    assert len(flowing) == 1, mails
    assert "clerk@example.com" in flowing[0]
    assert "eng@example.com" in flowing[0]


def changes(town: Town, file: Path) -> list[str]:
    """Return what applying the file again would change."""
    planned = town.dockwire("apply", str(file), "--plan", "--json")
    return [each["change"] for each in planned.data["changes"]]


def conversation(shop: Shop) -> list[str]:
    """Return what a person types for a connection with new accounts."""
    known = shop.accounts()
    names = ("application-id", "client-id", "client-secret-env", "redirect-uri")
    house = ("warehouse-url", "warehouse-client-id", "warehouse-secret-env", "warehouse-login")
    return [
        "mars", "US",  # a marketplace that does not exist, and one that does
        "2025-11-01", "harbour-na", "house", *(known[name] for name in names[:2]), "", *(known[name] for name in names[2:]),
        "self", "SELLER_TOKEN", SELLER,
        "no name", "dock", known["warehouse-url"], "nobody", *(known[name] for name in house[2:]), "",
        "", "", known["warehouse-client-id"], "", "", "",  # once more: what was right is taken with Enter
        "Pigeon/1", "UPS/03", *[""] * 20,  # customer and facility are the only ones
    ]  # fmt: skip


def test_asked_by_a_person_and_asked_less_the_second_time(shop: Shop) -> None:
    silent = options({name: shop.accounts()[name] for name in ("seller-central", "endpoint", "token-url")})
    closed = ("--mail", "none", "--terms", "none", "--no-inventory", "--no-approval", "--yes")
    typed = conversation(shop)
    shop.file.write_text("# ours\n")
    # Somebody who stops in the middle leaves nothing behind.
    for answers in (typed[:3], typed[:10], typed[:-19]):
        stopped = shop.run("harbour-us", *silent, *closed[:-1], said="\n".join(answers), code=1)
        assert "stopped; nothing was written or stored" in stopped.stderr
        assert "--import-since 2025-11-01" in stopped.stderr
        assert "SELLER_TOKEN" in stopped.stderr or len(answers) < 12
    assert (shop.file.read_text(), shop.blocks()) == ("# ours\n", set())
    added = shop.run("harbour-us", *silent, *closed, said="\n".join(typed))
    assert "no Amazon marketplace 'MARS'" in added.stderr
    assert "the warehouse has no carrier 'Pigeon'" in added.stderr
    assert added.stderr.count("there has to be an answer; Ctrl-C stops") == 1
    assert "once more; Enter takes what was answered before" in added.stderr
    assert "customer 1 (Harbour Goods), the only one" in added.stderr
    assert "would create" in added.stdout
    read = tomllib.loads(shop.file.read_text())
    assert shop.file.read_text().startswith("# ours\n")
    own = read["connections"]["harbour-us"]
    assert own["ship_methods"]["STANDARD"] == {"carrier": "UPS", "service": "03", "scac": "UPSN"}
    assert own["import_since"] == datetime(2025, 11, 1, tzinfo=UTC)
    assert read["sellers"]["harbour-na"]["refresh_token"] == {"env": "SELLER_TOKEN"}
    # Another marketplace of the same seller, with all accounts known; one answer is left to give.
    again = shop.run("harbour-ca", "--marketplace", "CA", "--json", *closed[:-1])
    told = json.loads(again.stdout)
    assert told["stored"] == ["connections.harbour-ca"]
    shared = ["warehouse", "customer_id", "facility_id", "ship_methods"]
    assert (told["taken_over"], told["left_empty"]) == (
        {"from": "harbour-us", "keys": shared},
        ["mail", "contacts"],
    )
    assert (
        tomllib.loads(shop.file.read_text())["connections"]["harbour-ca"]["ship_methods"]
        == own["ship_methods"]
    )
    taken = shop.run("harbour-ca", "--marketplace", "MX", "--json", code=1)
    assert "has a connection harbour-ca already" in taken.stderr
    twin = shop.run("harbour-twin", "--marketplace", "US", "--json", code=1)
    assert "US of this seller has a connection already: harbour-us" in twin.stderr
    away = shop.run("harbour-de", "--marketplace", "DE", "--seller", "harbour-na", "--json", code=1)
    assert "harbour-na is of region NA, and DE lies in EU" in away.stderr
    # From another file: what is stored is named there by reference, and a stored name is not taken over.
    other = shop.town.folder / "other.toml"
    stored = shop.run("harbour-us", "--file", str(other), "--json", code=1)
    assert "a connection harbour-us is stored already" in stored.stderr
    empty = ("--ship-method", "none", "--marketplace", "MX", "--file", str(other))
    left = json.loads(shop.run("harbour-mx", *empty, "--json").stdout)["left_empty"]
    assert left == ["ship_methods", "mail", "contacts"]
    assert "ship_methods" not in other.read_text()
    named = tomllib.loads(other.read_text())
    assert named["applications"]["house"]["client_secret"] == {"block": "amazon-application/house"}
    assert named["warehouses"]["dock"]["client_secret"] == {"block": "warehouse-account/dock"}


MORE = """
[mail.post]
smtp_server = "127.0.0.1"
smtp_type   = "INSECURE"

[connections.harbour-us.contacts]
quiet_hours    = "20:00-07:00"
orders_created = { to = ["clerk@example.com"], digest = "08:00" }
"""


def test_what_no_option_says_is_taken_over_from_the_sellers_other_connection(shop: Shop) -> None:
    path = shop.town.connections("harbour-us")
    extra = 'mail = "post"\nmail_from = "house@example.com"\nterms = "terms.md"\nneeds_approval = true\n'
    plain = path.read_text().replace("import_since", f'{extra}sku_map = {{ A = "B" }}\nimport_since')
    path.write_text(plain + MORE)
    assert shop.town.dockwire("apply", str(path)).code == 0
    ask = ("harbour-mx", "--marketplace", "MX", "--seller", "town-na", "--json")
    refused = shop.run(*ask, code=1)
    assert "--accepted-by is needed where nobody can be asked" in refused.stderr
    told = json.loads(shop.run(*ask, "--accepted-by", "Kim Seller").stdout)
    assert told["taken_over"]["from"] == "harbour-us"
    assert {"ship_methods", "contacts", "mail", "mail_from", "terms", "needs_approval", "sku_map"} <= set(
        told["taken_over"]["keys"]
    )
    assert (told["left_empty"], told["asked"]["connection"]) == ([], "harbour-mx")
    tables = tomllib.loads(path.read_text())["connections"]
    own = {"marketplace", "import_since"}
    assert {key: value for key, value in tables["harbour-mx"].items() if key not in own} == {
        key: value for key, value in tables["harbour-us"].items() if key not in own
    }
    # Who is asked is proposed the same: 20 times Enter, and no at the end.
    person = ("harbour-ca", "--marketplace", "CA", "--seller", "town-na", "--accepted-by", "Kim Seller")
    asked = shop.run(*person, said="\n" * 20 + "n\n", code=1)
    assert "Enter takes what harbour-mx, the seller's other connection, has" in asked.stderr
    preview = asked.stdout[asked.stdout.index("[connections.harbour-ca]") :].partition("the first import")[0]
    shown = tomllib.loads(preview)["connections"]["harbour-ca"]
    assert {key: value for key, value in shown.items() if key not in own} == {
        key: value for key, value in tables["harbour-us"].items() if key not in own
    }
    # From another file it is what is stored; the name of the terms' file is not.
    other = shop.town.folder / "other.toml"
    elsewhere = ("harbour-ca", "--marketplace", "CA", "--seller", "town-na", "--file", str(other), "--json")
    assert (
        "--terms is needed where nobody can be asked: harbour-mx has terms"
        in shop.run(*elsewhere, code=1).stderr
    )
    told = json.loads(shop.run(*elsewhere, "--terms", "none", "--no-approval").stdout)
    assert (told["taken_over"]["from"], told["asked"]) == ("harbour-mx", None)
    copied = tomllib.loads(other.read_text())["connections"]["harbour-ca"]
    assert copied["contacts"]["quiet_hours"] == "20:00-07:00"
    assert copied["contacts"]["orders_created"]["to"] == ["clerk@example.com"]
    assert copied["ship_methods"] == tables["harbour-us"]["ship_methods"]
    assert (copied["mail"], copied["sku_map"], "terms" in copied) == ("post", {"A": "B"}, False)
    assert set(changes(shop.town, other)) <= {"unchanged", "not in this file"}


def test_a_wrong_option_is_one_sentence_and_leaves_nothing(shop: Shop) -> None:
    right = shop.accounts() | {
        "marketplace": "US",
        "seller": "harbour-na",
        "warehouse": "dock",
        "token-env": "SELLER_TOKEN",
        "seller-id": SELLER,
    }
    unmapped = shop.run("harbour-us", *options(right), "--json", code=1)
    assert (
        "--ship-method is needed where nobody can be asked: LEVEL=CARRIER/SERVICE for STANDARD"
        in unmapped.stderr
    )
    assert "the warehouse has: UPS/01" in unmapped.stderr
    right["ship-method"] = "STANDARD=UPS/03"
    for words, sentence in MISTAKES:
        given: dict[str, Any] = right | {
            name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)
        }
        refused = shop.run("harbour-us", *options(given), "--json", code=1)
        assert sentence in refused.stderr, (words, refused.stderr)
        assert "Traceback" not in refused.output
        assert "the secret itself is never" in refused.stderr or "the secret itself" not in refused.stderr
    assert not shop.file.exists()
    assert shop.blocks() == set()
