"""What no other run says: orders about to ship late, and once a day what waits for somebody."""

from datetime import timedelta

from dockwire.decisions.ship_by import FORGOTTEN, warning
from dockwire.decisions.telling import digest_after
from dockwire.model.contacts import DAILY
from dockwire.model.notice import NoticeKind, WaitingReason
from dockwire.model.record import Fact, FactKind
from dockwire.services.notices import Teller

_AT_ONCE = 500


async def watch_ship_by(desk: Teller) -> int:
    """Record orders that have to ship soon or are late, each once for either; return how many are new.

    Looks into the ledger only, and only for connections whose contacts asked for it.
    """
    contacts, slug = desk.connection.contacts, desk.connection.slug
    asked = contacts.asked(NoticeKind.SHIP_BY_RISK)
    if not (asked.to or asked.escalate):
        return 0
    now, told = desk.clock.now(), 0
    until = now + timedelta(hours=contacts.ship_by_hours)
    while rows := await desk.ledger.orders_at_risk(
        slug, since=now - FORGOTTEN, until=until, now=now, limit=_AT_ONCE
    ):
        written = await desk.ledger.warn_of_orders(slug, [warning(row, now) for row in rows], now=now)
        told += written
        if not written:
            break
    return told


async def watch_holds(desk: Teller) -> int:
    """Record, once a day at the digest's hour, why orders wait; return how many reasons."""
    contacts, slug = desk.connection.contacts, desk.connection.slug
    asked = contacts.asked(NoticeKind.HOLDS_DIGEST)
    if not asked.to:
        return 0
    mark, now = NoticeKind.HOLDS_DIGEST.value, desk.clock.now()
    before = await desk.ledger.notice_mark(slug, mark)
    if before is None:
        # The first digest comes at the next hour for it, not at the moment somebody asks for one.
        await desk.ledger.move_notice_mark(slug, mark, [], before=None, now=now)
        return 0
    if digest_after(before, asked.digest or DAILY, contacts.zone) > now:
        return 0
    facts = [_waiting(desk, reason) for reason in await desk.ledger.waiting_reasons(slug)]
    moved = await desk.ledger.move_notice_mark(slug, mark, facts, before=before, now=now)
    return len(facts) if moved else 0


def _waiting(desk: Teller, reason: WaitingReason) -> Fact:
    now = desk.clock.now()
    detail = {
        "code": reason.code,
        "reason": reason.sentence,
        "fixer": reason.fixer.value,
        "orders": str(reason.orders),
        "since": reason.since.isoformat(),
        "age": _age(now - reason.since),
        "example": reason.example,
    }
    return Fact(FactKind.HOLDS_WAIT, now, desk.connection.slug, detail=detail)


def _age(waited: timedelta) -> str:
    if waited >= timedelta(days=2):
        return f"{waited.days} days"
    hours = int(waited.total_seconds() // 3600)
    return f"{hours} hours" if hours != 1 else "1 hour"
