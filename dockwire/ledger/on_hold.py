"""Warehouse orders that dockwire put on hold there: the note of it, and the reason for which the order waits."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy import Connection as Link

from dockwire.errors import Fixer
from dockwire.ledger.facts import replace_problems
from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.overrides import write_override
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import holds, orders
from dockwire.model.override import ON_HOLD_THERE, OverrideKind
from dockwire.model.record import Problem

_OPEN = and_(holds.c.code == ON_HOLD_THERE, holds.c.resolved.is_(None))


def note_on_hold(link: Link, row_id: int, reason: str, *, scribe: Scribe, now: datetime) -> None:
    """Keep that the warehouse order was put on hold, and why; for another reason its age goes on."""
    write_override(link, row_id, OverrideKind.ON_HOLD, reason, scribe=scribe, by="dockwire", now=now)
    sentences = link.scalars(select(holds.c.sentence).where(holds.c.order_id == row_id, _OPEN)).all()
    before = tuple(_problem(sentence) for sentence in sentences)
    replace_problems(link, row_id=row_id, before=before, after=(_problem(reason),), now=now)


def end_on_hold(link: Link, row_id: int, *, now: datetime) -> None:
    """Forget that the warehouse order was put on hold: it is released, cancelled or closed."""
    place = (order_overrides.c.order_id == row_id) & (order_overrides.c.kind == OverrideKind.ON_HOLD)
    link.execute(delete(order_overrides).where(place))
    link.execute(update(holds).where(holds.c.order_id == row_id, _OPEN).values(resolved=now))


def waits_there() -> ColumnElement[bool]:
    """Return whether a row of ``orders`` beside an open reason in ``holds`` waits because it is on hold there."""
    noted = select(order_overrides.c.order_id).where(order_overrides.c.kind == OverrideKind.ON_HOLD)
    return and_(orders.c.id.in_(noted), holds.c.code == ON_HOLD_THERE)


def _problem(reason: str) -> Problem:
    return Problem(ON_HOLD_THERE, reason, Fixer.CLERK)
