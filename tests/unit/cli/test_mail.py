"""``dockwire mail``: what people would get, what waits, failed or was refused, and sending it again."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dockwire.cli.mail import app
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.notice import Delivery, NoticeKind
from dockwire.model.record import Mail
from dockwire.sealing import Sealer
from tests.builders import NOW
from tests.unit.ledger.acts import ACME

TO = ("one@example.com", "two@example.com")


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the commands to an empty state folder."""
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


def four_mails(folder: Path) -> None:
    """Leave one mail sent, one failed, one refused in part and one waiting."""

    async def fill() -> None:
        ledger = await SqlLedger.open(
            f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer(load_keys(folder, []))
        )
        await ledger.register(ACME, now=NOW)
        names = ("sent", "failed", "refused", "waiting")
        mails = [
            Mail(f"<{name}@x>", ACME.slug, "run_failed", TO, f"it is {name}", "t", "h") for name in names
        ]
        await ledger.post_mail(mails, [], now=NOW)
        sent, failed, refused, _ = await ledger.take_mail(ACME.slug, owner="me", now=NOW, seconds=60)
        await ledger.mail_sent(sent.id, now=NOW)
        await ledger.mail_failed(failed.id, error="the mail server does not answer", not_before=NOW)
        await ledger.mail_delivered(refused.id, Delivery(refused=TO[1:]), error="", now=NOW, not_before=NOW)
        await ledger.close()

    asyncio.run(fill())


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_can_be_looked_at(state: Path, kind: NoticeKind) -> None:
    page = state / "page.html"
    said = dockwire("preview", kind, "--html", str(page), "--text")
    assert said.exit_code == 0, said.output
    assert "Subject: [acme-us] " in said.output
    assert "What to do: " in said.output
    assert page.read_text().startswith("<!DOCTYPE html>")
    told = json.loads(dockwire("preview", kind, "--json").output)
    assert told["subject"] in said.output
    assert not (state / "ledger.db").exists()


def test_a_preview_speaks_as_a_connection_does_and_says_who_gets_it(state: Path) -> None:
    four_mails(state)
    said = dockwire("preview", "orders_held", "--connection", ACME.slug)
    assert "To: engineer@example.com" in said.output
    said = dockwire("preview", "run_late", "--connection", ACME.slug)
    assert "To: (nobody asks for it)" in said.output
    said = dockwire("preview", "run_late", "--connection", "acme-uk")
    assert said.exit_code == 1
    assert "no connection 'acme-uk' in the ledger, which knows those that have run: acme-us" in said.output


def test_what_was_not_sent_is_listed_with_its_reason_and_tried_again_on_request(state: Path) -> None:
    four_mails(state)
    listed = json.loads(dockwire("list", "--json").output)
    assert [(row["state"], row["subject"]) for row in listed] == [
        (name, f"it is {name}") for name in ("failed", "refused", "waiting")
    ]
    assert listed[0]["why"] == "the mail server does not answer"
    assert listed[1]["refused"] == ["two@example.com"]
    assert "refused for good: two@example.com; the others have it" in dockwire("list").output
    assert len(json.loads(dockwire("list", "--state", "sent", "--json").output)) == 1
    waiting = str(listed[2]["mail"])
    said = dockwire("retry", waiting)
    assert said.exit_code == 1
    assert f"mail {waiting} has neither failed nor been refused" in said.output
    assert json.loads(dockwire("retry", str(listed[0]["mail"]), "--json").output) == {"due": 1}
    assert "2 mails are due" in dockwire("retry").output
    assert "no mail waits" in dockwire("list", "--connection", "acme-uk").output
