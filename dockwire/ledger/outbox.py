"""Mail that waits until a server took it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection as Link
from sqlalchemy import insert, or_, select, update

from dockwire.ledger.tables import events, outbox
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Mail


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
            "not_before": now,
        }
        for mail in {mail.message_id: mail for mail in mails}.values()
        if mail.message_id not in known
    ]
    if rows:
        link.execute(insert(outbox), rows)
    if told:
        link.execute(update(events).where(events.c.id.in_(told)).values(told=True))
    return True


def _told_already(link: Link, told: Sequence[int]) -> bool:
    """Lock these facts and return whether another run has told one of them."""
    query = select(events.c.id).where(events.c.id.in_(told), events.c.told.is_(False))
    left = link.scalars(query.order_by(events.c.id).with_for_update()).all()
    return len(left) < len(set(told))


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
        )
        for row in rows
    ]


def mail_sent(link: Link, mail_id: int, *, now: datetime) -> None:
    """Record that a server took it."""
    link.execute(
        update(outbox)
        .where(outbox.c.id == mail_id)
        .values(sent=now, attempts=outbox.c.attempts + 1, last_error=None, lease_owner=None, lease_until=None)
    )


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
