"""Mail that waits until a server took it."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, insert, literal, or_, select, update
from sqlalchemy import Connection as Link

from dockwire.ledger.notice_tables import mail_refusals
from dockwire.ledger.tables import events, outbox
from dockwire.model.ids import ConnectionSlug
from dockwire.model.notice import Delivery, MailRow, MailState
from dockwire.model.record import Mail

_IN_ONE = 1000
"""Facts that one statement names."""


def post_mail(link: Link, mails: Sequence[Mail], told: Sequence[int], *, now: datetime) -> bool:
    """Add mails and mark the facts they tell, unless somebody else told one of them."""
    if _told_already(link, told):
        return False
    known = set(
        link.scalars(
            select(outbox.c.message_id).where(outbox.c.message_id.in_([mail.message_id for mail in mails]))
        )
    )
    rows = [
        {
            "message_id": mail.message_id,
            "connection": mail.connection,
            "kind": mail.kind,
            "recipients": json.dumps(mail.recipients),
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "posted": now,
            "not_before": mail.not_before or now,
        }
        for mail in {mail.message_id: mail for mail in mails}.values()
        if mail.message_id not in known
    ]
    if rows:
        link.execute(insert(outbox), rows)
    for some in _chunks(told):
        link.execute(update(events).where(events.c.id.in_(some)).values(told=True))
    return True


def _told_already(link: Link, told: Sequence[int]) -> bool:
    """Lock these facts and return whether another run has told one of them."""
    left = 0
    for some in _chunks(told):
        query = select(events.c.id).where(events.c.id.in_(some), events.c.told.is_(False))
        left += len(link.scalars(query.order_by(events.c.id).with_for_update()).all())
    return left < len(set(told))


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    """Yield the ids in parts that one statement can name, in the order in which all lock them."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _IN_ONE):
        yield ordered[start : start + _IN_ONE]


def take_mail(
    link: Link, slug: ConnectionSlug, *, owner: str, now: datetime, seconds: float, limit: int
) -> list[Mail]:
    """Lease due mail."""
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now, outbox.c.lease_owner == owner)
    rows = link.execute(
        select(outbox)
        .where(outbox.c.connection == slug, outbox.c.sent.is_(None), outbox.c.not_before <= now, free)
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        link.execute(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds))
        )
    left = _left(link, [row.id for row in rows])
    return [
        Mail(
            message_id=row.message_id,
            connection=ConnectionSlug(row.connection),
            kind=row.kind,
            recipients=tuple(json.loads(row.recipients)),
            subject=row.subject,
            text=row.text,
            html=row.html,
            id=row.id,
            attempts=row.attempts,
            not_before=row.not_before,
            left=tuple(left.get(row.id) or json.loads(row.recipients)),
        )
        for row in rows
    ]


def _left(link: Link, mails: Sequence[int]) -> dict[int, list[str]]:
    """Return the addresses that may still be sent to, for mails that some address was refused of."""
    query = select(mail_refusals).where(mail_refusals.c.mail_id.in_(mails), mail_refusals.c.final.is_(False))
    left: dict[int, list[str]] = {}
    for row in link.execute(query.order_by(mail_refusals.c.address)):
        left.setdefault(row.mail_id, []).append(row.address)
    return left


def mail_sent(link: Link, mail_id: int, *, now: datetime) -> None:
    """Record that a server took it: no address is left for later."""
    link.execute(delete(mail_refusals).where(_for_later(mail_id)))
    link.execute(
        update(outbox)
        .where(outbox.c.id == mail_id)
        .values(sent=now, attempts=outbox.c.attempts + 1, last_error=None, lease_owner=None, lease_until=None)
    )


def _for_later(mail_id: int) -> ColumnElement[bool]:
    return (mail_refusals.c.mail_id == mail_id) & mail_refusals.c.final.is_(False)


def mail_delivered(
    link: Link, mail_id: int, delivery: Delivery, *, error: str, now: datetime, not_before: datetime
) -> None:
    """Record which addresses were refused; the mail is done when no address is left for later."""
    link.execute(delete(mail_refusals).where(_for_later(mail_id)))
    refusals = [(address, True) for address in delivery.refused]
    refusals += [(address, False) for address in delivery.later]
    if refusals:
        rows = [
            {"mail_id": mail_id, "address": address, "at": now, "final": final} for address, final in refusals
        ]
        link.execute(insert(mail_refusals), rows)
    if delivery.later:
        mail_failed(link, mail_id, error=error, not_before=not_before)
        return
    mail_sent(link, mail_id, now=now)
    if error:
        link.execute(update(outbox).where(outbox.c.id == mail_id).values(last_error=error))


def list_mail(
    link: Link, *, connection: ConnectionSlug | None, states: Sequence[MailState], limit: int
) -> list[MailRow]:
    """Return mails, those first that wait longest."""
    state = _state()
    query = select(outbox, state.label("state")).order_by(outbox.c.id).limit(limit)
    if connection is not None:
        query = query.where(outbox.c.connection == connection)
    if states:
        query = query.where(state.in_(states))
    rows = link.execute(query).all()
    refused = select(mail_refusals).where(mail_refusals.c.mail_id.in_([row.id for row in rows]))
    by_mail: dict[int, list[str]] = {}
    for row in link.execute(refused.where(mail_refusals.c.final).order_by(mail_refusals.c.address)):
        by_mail.setdefault(row.mail_id, []).append(row.address)
    return [
        MailRow(
            id=row.id,
            connection=ConnectionSlug(row.connection),
            kind=row.kind,
            subject=row.subject,
            recipients=tuple(json.loads(row.recipients)),
            state=MailState(row.state),
            posted=row.posted,
            not_before=row.not_before,
            sent=row.sent,
            attempts=row.attempts,
            error=row.last_error or "",
            refused=tuple(by_mail.get(row.id, ())),
        )
        for row in rows
    ]


def _state() -> ColumnElement[Any]:
    refused = exists().where(mail_refusals.c.mail_id == outbox.c.id, mail_refusals.c.final).correlate(outbox)
    return case(
        (outbox.c.sent.is_not(None) & refused, literal(MailState.REFUSED)),
        (outbox.c.sent.is_not(None), literal(MailState.SENT)),
        (outbox.c.last_error.is_not(None), literal(MailState.FAILED)),
        else_=literal(MailState.WAITING),
    )


def retry_mail(link: Link, *, connection: ConnectionSlug | None, mail_id: int | None, now: datetime) -> int:
    """Make failed mails due, and refused addresses once more; return how many mails."""
    query = select(outbox.c.id).where(_state().in_((MailState.FAILED, MailState.REFUSED)))
    if connection is not None:
        query = query.where(outbox.c.connection == connection)
    if mail_id is not None:
        query = query.where(outbox.c.id == mail_id)
    ids = link.scalars(query).all()
    for some in _chunks(ids):
        link.execute(update(outbox).where(outbox.c.id.in_(some)).values(sent=None, not_before=now))
        link.execute(update(mail_refusals).where(mail_refusals.c.mail_id.in_(some)).values(final=False))
    return len(ids)


def mail_failed(link: Link, mail_id: int, *, error: str, not_before: datetime) -> None:
    """Record a failure and wait."""
    link.execute(
        update(outbox)
        .where(outbox.c.id == mail_id)
        .values(
            attempts=outbox.c.attempts + 1,
            last_error=error,
            not_before=not_before,
            lease_owner=None,
            lease_until=None,
        )
    )


def release_mail(link: Link, slug: ConnectionSlug, *, owner: str) -> None:
    """Give back what was taken and not tried."""
    link.execute(
        update(outbox)
        .where(outbox.c.connection == slug, outbox.c.sent.is_(None), outbox.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )
