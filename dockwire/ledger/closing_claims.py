"""Who closes an order: one request at a time, and nothing that an earlier one did is forgotten."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy import Connection as Link

from dockwire.ledger.closings import BEFORE, read_closing
from dockwire.ledger.overrides import is_stopped
from dockwire.ledger.plans import compared
from dockwire.ledger.tables import closings, orders, parcels
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import Closing, ClosingClaim, ClosingState

_TAKEN_OVER = "Another request took the order over; look at it before this one is repeated."


def claim_closing(
    link: Link,
    connection: Connection,
    closing: Closing,
    *,
    now: datetime,
    seconds: int,
    known: Collection[str] = (),
) -> ClosingClaim:
    """Commit to closing an order, if no other request began to within so many seconds and nothing stops it.

    Nor may another request than the ``known`` ones have closed it: the order was read before that.

    What another one began before that falls back to planned: it can no longer be recorded as closed.
    """
    mine = _row(connection, closing)
    row = link.execute(select(closings.c.id, closings.c.order_id).where(mine)).one()
    # Claims for one order queue here, and a person's decisions about it with them.
    link.execute(select(orders.c.id).where(orders.c.id == row.order_id).with_for_update())
    others = and_(closings.c.order_id == row.order_id, closings.c.id != row.id)
    theirs = and_(others, closings.c.state == ClosingState.CLOSING)
    if _any(link, theirs, closings.c.at > now - timedelta(seconds=seconds)):
        return ClosingClaim.BUSY
    ours = closings.c.connection == connection.slug
    if _any(link, others, ours, closings.c.state == ClosingState.CLOSED, closings.c.token.not_in(known)):
        return ClosingClaim.MOVED
    if is_stopped(link, row.order_id):
        still = link.scalar(select(closings.c.id).where(mine, closings.c.state == closing.state))
        return ClosingClaim.MOVED if still is None else ClosingClaim.STOPPED
    done = link.execute(
        update(closings)
        .where(mine, closings.c.state == closing.state)
        .values(state=ClosingState.CLOSING, before=BEFORE.dump_json(closing.before).decode(), at=now)
    )
    if not done.rowcount:
        return ClosingClaim.MOVED
    link.execute(
        update(closings).where(theirs).values(state=ClosingState.PLANNED, sentence=_TAKEN_OVER, at=now)
    )
    return ClosingClaim.OURS


def _any(link: Link, *conditions: ColumnElement[bool]) -> bool:
    return link.execute(select(closings.c.id).where(*conditions).limit(1)).first() is not None


def reopen_closing(link: Link, connection: Connection, closing: Closing, *, now: datetime) -> None:
    """Record that an order of a request, recorded as closed, was opened again in the warehouse."""
    link.execute(
        update(closings)
        .where(_row(connection, closing), closings.c.state == ClosingState.CLOSED)
        .values(
            state=ClosingState.PLANNED,
            sentence="The order was opened again.",
            total=None,
            automatic=None,
            at=now,
        )
    )


def earlier_closings(
    link: Link, connection: Connection, order_ids: Sequence[AmazonOrderId], *, token: str
) -> dict[AmazonOrderId, list[Closing]]:
    """Return what other requests did, or are doing, to orders: closed ones, and those being closed."""
    query = (
        select(closings, orders.c.amazon_order_id)
        .join(orders, orders.c.id == closings.c.order_id)
        .where(
            compared(closings.c.connection) == connection.slug,
            closings.c.token != token,
            closings.c.state.in_((ClosingState.CLOSED, ClosingState.CLOSING)),
            orders.c.amazon_order_id.in_(order_ids),
        )
        .order_by(closings.c.id)
    )
    found: dict[AmazonOrderId, list[Closing]] = {}
    for row in link.execute(query):
        found.setdefault(AmazonOrderId(row.amazon_order_id), []).append(read_closing(row))
    return found


def taken_references(
    link: Link, connection: Connection, order_ids: Sequence[AmazonOrderId]
) -> dict[AmazonOrderId, frozenset[str]]:
    """Return the references of orders' parcels that Amazon took before, as they are now or otherwise."""
    query = (
        select(orders.c.amazon_order_id, parcels.c.reference)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(
            compared(parcels.c.connection) == connection.slug,
            parcels.c.sent_digest.is_not(None),
            orders.c.amazon_order_id.in_(order_ids),
        )
    )
    found: dict[AmazonOrderId, frozenset[str]] = {}
    for row in link.execute(query):
        order_id = AmazonOrderId(row.amazon_order_id)
        found[order_id] = found.get(order_id, frozenset()) | {row.reference}
    return found


def _row(connection: Connection, closing: Closing) -> ColumnElement[bool]:
    return and_(
        closings.c.connection == connection.slug,
        closings.c.token == closing.token,
        closings.c.position == closing.position,
    )
