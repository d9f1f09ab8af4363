"""Telling in time that a seller's consent or an application's client secret ends."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dockwire.clock import Clock
from dockwire.decisions.expiry import days_left, reached, secret_expires
from dockwire.errors import Fixer
from dockwire.model.connection import Connection
from dockwire.model.consent import ClientSecret, Consent
from dockwire.model.record import Fact, FactKind
from dockwire.ports import Announcement, ConsentLedger


async def announce_expiries(
    connections: Sequence[Connection],
    *,
    secrets: Iterable[ClientSecret],
    ledger: ConsentLedger,
    clock: Clock,
) -> list[Fact]:
    """Write a fact for every connection whose consent or secret reached a threshold; return the new ones.

    Thresholds are 60, 30, 7 and 1 days before the end, and the end itself; each is told once per
    connection. Of thresholds that were passed while nobody looked only the last is told. Repeating the
    call writes nothing new, and a crash leaves all of it written or nothing.

    The facts are ``CONSENT_EXPIRES`` and ``SECRET_EXPIRES`` with ``days`` (left, 0 when it is over),
    ``expires`` (a day), ``reason`` (a sentence with the command that helps) and ``fixer``; the first also
    has ``seller`` and ``region``, the second ``application``.

    Raises:
        LedgerUnavailable: nothing was written.
    """
    now = clock.now()
    consents = {consent.account: consent for consent in await ledger.consents()}
    known = {secret.application_id: secret for secret in secrets}
    due: list[Announcement | None] = []
    for connection in connections:
        due.append(_consent(connection, consents.get(connection.account), now))
        due.append(_secret(connection, known.get(connection.application_id), now))
    return await ledger.announce([each for each in due if each is not None])


def _consent(connection: Connection, consent: Consent | None, now: datetime) -> Announcement | None:
    if consent is None or consent.expires is None:
        return None
    account = consent.account
    sentence = (
        f"The consent of seller {account.seller_id} for region {account.region} {_ends(consent.expires, now)}; "
        f"the seller has to authorise the application again: 'dockwire consent url {consent.seller} "
        f"--marketplace {connection.marketplace_code}' prints the link."
    )
    detail = {"seller": account.seller_id, "region": account.region.value, "fixer": Fixer.MERCHANT.value}
    return _announcement(FactKind.CONSENT_EXPIRES, connection, consent.expires, now, sentence, detail)


def _secret(connection: Connection, secret: ClientSecret | None, now: datetime) -> Announcement | None:
    if secret is None:
        return None
    expires = secret_expires(secret.changed)
    sentence = (
        f"The client secret of application {secret.application} {_ends(expires, now)}; make a new one in "
        "Amazon's developer console, put it and the day (secret_changed) into the application's table of the "
        "connections file and apply that file. Refresh tokens stay good."
    )
    detail = {"application": secret.application, "fixer": Fixer.ENGINEER.value}
    return _announcement(FactKind.SECRET_EXPIRES, connection, expires, now, sentence, detail)


def _announcement(
    kind: FactKind,
    connection: Connection,
    expires: datetime,
    now: datetime,
    sentence: str,
    detail: dict[str, str],
) -> Announcement | None:
    threshold = reached(expires, now)
    if threshold is None:
        return None
    told = {
        "days": str(max(0, days_left(expires, now))),
        "expires": f"{expires:%Y-%m-%d}",
        "reason": sentence,
    }
    return Announcement(Fact(kind, now, connection.slug, detail=told | detail), expires, threshold)


def _ends(expires: datetime, now: datetime) -> str:
    left = days_left(expires, now)
    if left <= 0:
        return f"ended on {expires:%Y-%m-%d}"
    return f"ends in {left} {'day' if left == 1 else 'days'}, on {expires:%Y-%m-%d}"
