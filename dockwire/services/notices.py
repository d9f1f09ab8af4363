"""Telling people: facts become mails in the outbox, each fact exactly once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from dockwire.clock import Clock
from dockwire.decisions.telling import due_facts, send_from
from dockwire.errors import DockwireError
from dockwire.model.connection import Connection
from dockwire.model.notice import NotedRun, NoticeKind
from dockwire.model.record import Fact, FactKind, Mail, OrderState
from dockwire.ports import Ledger

Compose = Callable[[Connection, Iterable[Fact]], list[Mail]]
_AT_ONCE = 10_000
_ARRIVED = {FactKind.ORDER_CREATED, FactKind.ORDER_ADOPTED}


class Teller(Protocol):
    """What telling people needs; the desk of any run has it."""

    @property
    def connection(self) -> Connection:
        """Whose people are told."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Where facts and mails are."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def owner(self) -> str:
        """Identifies the run."""
        ...


@dataclass(frozen=True, slots=True)
class Counter:
    """A desk without remote systems: enough to watch a connection and to tell its people."""

    connection: Connection
    ledger: Ledger
    clock: Clock
    owner: str


async def post_notices(desk: Teller, compose: Compose) -> int:
    """Compose mails for all facts that are due and untold; return how many mails are new in the outbox.

    The mails and the mark on their facts are one transaction: neither a crash nor another run tells
    anything twice. What waits for a digest stays untold; what is not urgent is not sent in quiet hours.
    """
    ledger, contacts, slug = desk.ledger, desk.connection.contacts, desk.connection.slug
    await _note_first_orders(desk)
    posted = 0
    while due := due_facts(await ledger.untold_since(slug), contacts, desk.clock.now()):
        facts = await ledger.untold_facts(slug, limit=_AT_ONCE, kinds=due)
        now = desk.clock.now()
        mails = [
            replace(mail, not_before=send_from(NoticeKind(mail.kind), contacts, now))
            for mail in compose(desk.connection, facts)
        ]
        # False: another run has told some of them meanwhile; what is left is read again.
        if await ledger.post_mail(mails, [fact.id for fact in facts], now=now):
            posted += len(mails)
    return posted


async def record_failure(desk: Teller, *, flow: str, error: DockwireError) -> None:
    """Record a failed run, so that the people who want to know are told; once for each run."""
    detail = {"flow": flow, "reason": str(error), "fixer": error.fixer.value}
    run = NotedRun(desk.owner, FactKind.RUN_FAILED, desk.connection.slug, detail)
    # Noted, so that the watch knows that this one has told of itself.
    await desk.ledger.note_runs([run], now=desk.clock.now())


async def _note_first_orders(desk: Teller) -> None:
    """Record once in a connection's life that orders are flowing."""
    slug = desk.connection.slug
    if not _ARRIVED & set(await desk.ledger.untold_since(slug)):
        return
    mark = NoticeKind.ORDERS_FLOWING.value
    if await desk.ledger.notice_mark(slug, mark) is None:
        created = (await desk.ledger.counts(slug)).get(OrderState.CREATED, 0)
        now = desk.clock.now()
        fact = Fact(FactKind.ORDERS_FLOWING, now, slug, detail={"orders": str(created)})
        await desk.ledger.move_notice_mark(slug, mark, [fact], before=None, now=now)
