"""Warehouse orders that dockwire put on hold there: the note of it, and the reason for which the order waits."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy import Connection as Link

from dockwire.decisions.stopping import reasons_there
from dockwire.ledger.facts import replace_problems
from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.overrides import overrides_of, write_override
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.shipping_states import TO_STOP
from dockwire.ledger.tables import holds, orders
from dockwire.model.override import NO_OVERRIDES, WAITS_THERE, OverrideKind

_OPEN = and_(holds.c.code.in_(WAITS_THERE), holds.c.resolved.is_(None))
STOPS = (OverrideKind.ON_HOLD, *TO_STOP)
"""Of an order that waits in the warehouse, or is to."""


def note_on_hold(link: Link, row_id: int, reason: str, *, scribe: Scribe, now: datetime) -> None:
    """Keep that the warehouse order was put on hold, and why."""
    write_override(link, row_id, OverrideKind.ON_HOLD, reason, scribe=scribe, by="dockwire", now=now)


def end_on_hold(link: Link, row_id: int, *, now: datetime) -> None:
    """Forget that the warehouse order was put on hold: it is released, cancelled or closed."""
    place = (order_overrides.c.order_id == row_id) & (order_overrides.c.kind == OverrideKind.ON_HOLD)
    link.execute(delete(order_overrides).where(place))
    link.execute(update(holds).where(holds.c.order_id == row_id, _OPEN).values(resolved=now))


def tell_there(link: Link, row_id: int, *, scribe: Scribe, now: datetime) -> None:
    """Let the open reasons of a warehouse order say what an import left of it; one that goes on keeps its age."""
    own = overrides_of(link, [row_id], scribe).get(row_id, NO_OVERRIDES)
    found = open_problems(link, [row_id]).get(row_id, ())
    before = tuple(problem for problem in found if problem.code in WAITS_THERE)
    replace_problems(link, row_id=row_id, before=before, after=reasons_there(own, tried=True), now=now)


def waits_there() -> ColumnElement[bool]:
    """Return whether a row of ``orders`` beside an open reason in ``holds`` waits in the warehouse, or is to."""
    return and_(noted(), holds.c.code.in_(WAITS_THERE))


def noted() -> ColumnElement[bool]:
    """Return whether something is noted of a row of ``orders`` that stops it in the warehouse, by index."""
    return orders.c.id.in_(select(order_overrides.c.order_id).where(order_overrides.c.kind.in_(STOPS)))
