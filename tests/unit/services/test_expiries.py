"""The end of consents and secrets is told in time, once per threshold and connection."""

from datetime import timedelta
from pathlib import Path

import pytest

from dockwire.clock import ManualClock
from dockwire.decisions.expiry import consent_expires
from dockwire.ledger import SqlLedger
from dockwire.ledger.engine import CommitHook
from dockwire.model.consent import ClientSecret, Consent, ConsentWay
from dockwire.model.record import Fact, FactKind
from dockwire.sealing import Sealer
from dockwire.services.expiries import announce_expiries
from tests.builders import NOW, connection

US, CA = connection(), connection(slug="acme-ca", marketplace_code="CA")
SECRET = ClientSecret("house", US.application_id, NOW.date())
CONSENT = Consent(US.account, "acme-na", NOW, consent_expires(NOW), ConsentWay.WEBSITE)
KEY = Sealer.new_key()


async def opened(folder: Path, on_commit: CommitHook | None = None) -> SqlLedger:
    return await SqlLedger.open(
        f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer([KEY]), on_commit=on_commit
    )


async def told(ledger: SqlLedger, clock: ManualClock, *secrets: ClientSecret) -> list[Fact]:
    return await announce_expiries([US, CA], secrets=secrets, ledger=ledger, clock=clock)


async def test_a_year_of_daily_looks_tells_every_connection_five_times(tmp_path: Path) -> None:
    ledger, clock = await opened(tmp_path), ManualClock(NOW)
    await ledger.record_consent(CONSENT)
    days: dict[str, list[str]] = {}
    for _ in range(400):
        for fact in await told(ledger, clock):
            assert fact.kind is FactKind.CONSENT_EXPIRES
            days.setdefault(fact.connection, []).append(fact.detail["days"])
        clock.advance(86_400)
    assert days == {"acme-us": ["60", "30", "7", "1", "0"], "acme-ca": ["60", "30", "7", "1", "0"]}
    await ledger.close()


async def test_of_thresholds_that_nobody_saw_the_last_is_told_and_a_renewal_begins_anew(
    tmp_path: Path,
) -> None:
    ledger, clock = await opened(tmp_path), ManualClock(NOW)
    await ledger.record_consent(CONSENT)
    clock.advance(360 * 86_400)
    assert [fact.detail["days"] for fact in await told(ledger, clock)] == ["5", "5"]
    assert await told(ledger, clock) == []
    now = clock.now()
    await ledger.record_consent(Consent(US.account, "acme-na", now, consent_expires(now), ConsentWay.WEBSITE))
    assert await told(ledger, clock) == []
    clock.advance(305 * 86_400)
    assert [fact.detail["days"] for fact in await told(ledger, clock)] == ["60", "60"]
    await ledger.close()


async def test_what_is_told_says_what_ends_when_and_who_does_what(tmp_path: Path) -> None:
    ledger, clock = await opened(tmp_path), ManualClock(NOW)
    await ledger.record_consent(CONSENT)
    clock.advance(150 * 86_400)
    (secret, _) = await told(ledger, clock, SECRET)
    assert secret.kind is FactKind.SECRET_EXPIRES
    assert secret.detail["fixer"] == "engineer"
    assert "application house ends in 30 days, on 2027-05-01" in secret.detail["reason"]
    assert "secret_changed" in secret.detail["reason"]
    clock.advance(215 * 86_400)
    facts = {(fact.kind, fact.connection): fact.detail for fact in await told(ledger, clock, SECRET)}
    consent = facts[FactKind.CONSENT_EXPIRES, CA.slug]
    assert (consent["days"], consent["fixer"], consent["region"]) == ("0", "merchant", "NA")
    assert "ended on 2027-11-02" in consent["reason"]
    assert "'dockwire consent url acme-na --marketplace CA'" in consent["reason"]
    await ledger.close()


@pytest.mark.parametrize("consent", [None, Consent(US.account, "acme-na", NOW, None, ConsentWay.SELF)])
async def test_what_has_no_known_end_is_not_announced(tmp_path: Path, consent: Consent | None) -> None:
    ledger, clock = await opened(tmp_path), ManualClock(NOW + timedelta(days=4000))
    if consent:
        await ledger.record_consent(consent)
    assert await told(ledger, clock) == []
    await ledger.close()


class Crash(Exception):
    """The process ends here."""


@pytest.mark.parametrize(("point", "left"), [("announce:before-commit", 2), ("announce:after-commit", 0)])
async def test_a_crash_leaves_all_told_or_nothing(tmp_path: Path, point: str, left: int) -> None:
    def crash(where: str) -> None:
        if where == point:
            raise Crash

    ledger, clock = await opened(tmp_path, crash), ManualClock(NOW)
    await ledger.record_consent(CONSENT)
    clock.advance(340 * 86_400)
    with pytest.raises(Crash):
        await told(ledger, clock)
    await ledger.close()
    again = await opened(tmp_path)
    assert len(await told(again, clock)) == left
    await again.close()
