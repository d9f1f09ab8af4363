"""What the ledger knows of orders that are to be closed, and of what became of a request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import anyio.to_thread
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dockwire.console.fields import iso
from dockwire.console.parts import Parts
from dockwire.console.words import state_in_words
from dockwire.ledger.closings import is_called, read_closing
from dockwire.ledger.plans import compared, placed_for
from dockwire.ledger.shipping_states import shipping_state
from dockwire.ledger.tables import closings, orders
from dockwire.model.record import Closing

T = TypeVar("T")
_AT_ONCE = 500
"""Orders of one statement: databases take only so many values."""


@dataclass(frozen=True, slots=True)
class ShipRow:
    """One order of the page; no personal data."""

    row: int
    order_id: str
    connection: str
    reference: str
    number: str
    """Of the warehouse order; empty where there is none."""
    ship_by: str
    service_level: str
    state: str
    """In words."""

    @property
    def names(self) -> tuple[str, ...]:
        """What people call it."""
        return tuple(name for name in (self.order_id, self.reference, self.number) if name)


async def rows_shown(parts: Parts, rows: Sequence[int]) -> list[ShipRow]:
    """Return orders by their rows in the ledger, in this order; unknown ones are left out."""
    wanted = list(dict.fromkeys(rows))
    found = await _read(parts, lambda session: _some(session, wanted))
    known = {each.row: each for each in found}
    return [known[row] for row in wanted if row in known]


async def rows_of_orders(parts: Parts, connection: str, order_ids: Sequence[str]) -> list[ShipRow]:
    """Return a connection's orders by Amazon's ids, in this order."""

    def read(session: Session) -> list[ShipRow]:
        found = []
        for some in _batches(order_ids):
            mine = compared(orders.c.connection) == connection
            found += [*_rows(session, _query().where(mine, orders.c.amazon_order_id.in_(some)))]
        return found

    known = {each.order_id: each for each in await _read(parts, read)}
    return [known[order_id] for order_id in order_ids if order_id in known]


async def rows_by_name(parts: Parts, connection: str, names: Mapping[str, str]) -> dict[str, ShipRow]:
    """Return a connection's orders by their names in a request: Amazon's id, reference or warehouse number.

    ``names`` has what is known of each: Amazon's id where the request was begun, else the name again.
    """
    known = {each.order_id: each for each in await rows_of_orders(parts, connection, list(names.values()))}
    found = {name: known[order_id] for name, order_id in names.items() if order_id in known}
    unknown = [name for name in names if name not in found]
    if not unknown:
        return found
    place = next((each.warehouse for each in await parts.ledger.connections() if each.slug == connection), "")

    def read(session: Session) -> list[ShipRow]:
        here = placed_for(connection, place)
        return [
            row for some in _batches(unknown) for row in _rows(session, _query().where(here, is_called(some)))
        ]

    for row in await _read(parts, read):
        found |= {name: row for name in unknown if name in row.names}
    return found


async def closings_of(parts: Parts, connection: str, token: str) -> dict[str, Closing]:
    """Return how far each order of a request has come, by its name in the request; none before it was begun."""
    query = (
        select(closings, orders.c.amazon_order_id)
        .join(orders, orders.c.id == closings.c.order_id)
        .where(closings.c.connection == connection, closings.c.token == token)
        .order_by(closings.c.position)
    )
    return await _read(
        parts, lambda session: {row.handle: read_closing(row) for row in session.execute(query)}
    )


def _some(session: Session, wanted: Sequence[int]) -> list[ShipRow]:
    return [row for some in _batches(wanted) for row in _rows(session, _query().where(orders.c.id.in_(some)))]


def _query() -> Select[tuple[object, ...]]:
    return select(
        orders.c.id,
        orders.c.amazon_order_id,
        orders.c.connection,
        orders.c.reference,
        orders.c.warehouse_order_id,
        orders.c.ship_by,
        orders.c.service_level,
        orders.c.state,
        shipping_state().label("shipping"),
    )


def _rows(session: Session, query: Select[tuple[object, ...]]) -> Iterator[ShipRow]:
    for row in session.execute(query):
        yield ShipRow(
            row=row.id,
            order_id=row.amazon_order_id,
            connection=row.connection or "",
            reference=row.reference or "",
            number=str(row.warehouse_order_id or ""),
            ship_by=iso(row.ship_by) if row.ship_by else "",
            service_level=row.service_level,
            state=state_in_words(row.state, row.shipping),
        )


def _batches(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(wanted), _AT_ONCE):
        yield wanted[begin : begin + _AT_ONCE]


async def _read(parts: Parts, reading: Callable[[Session], T]) -> T:
    def read() -> T:
        with parts.ledger.reading_sessions()() as session:
            return reading(session)

    return await anyio.to_thread.run_sync(read)
