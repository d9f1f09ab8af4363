"""Telling people: facts become mails in the outbox, each fact exactly once."""

from collections.abc import Callable, Iterable

from dockwire.errors import DockwireError
from dockwire.model.connection import Connection
from dockwire.model.record import Fact, FactKind, Mail
from dockwire.services.desk import Desk

Compose = Callable[[Connection, Iterable[Fact]], list[Mail]]
_AT_ONCE = 1000


async def post_notices(desk: Desk, compose: Compose) -> int:
    """Compose mails for all facts nobody was told yet; return how many mails are new in the outbox.

    The mails and the mark on their facts are one transaction: neither a crash nor another run tells
    anything twice.
    """
    posted = 0
    while facts := await desk.ledger.untold_facts(desk.connection.slug, limit=_AT_ONCE):
        mails = compose(desk.connection, facts)
        # False: another run has told some of them meanwhile; what is left is read again.
        if await desk.ledger.post_mail(mails, [fact.id for fact in facts], now=desk.clock.now()):
            posted += len(mails)
    return posted


async def record_failure(desk: Desk, *, flow: str, error: DockwireError) -> None:
    """Record a failed run, so that the people who want to know are told."""
    await desk.ledger.add_fact(
        Fact(
            FactKind.RUN_FAILED,
            desk.clock.now(),
            desk.connection.slug,
            detail={"flow": flow, "reason": str(error), "fixer": error.fixer.value},
        )
    )
