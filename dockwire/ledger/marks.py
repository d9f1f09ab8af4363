"""Up to where closed warehouse orders have been read."""

from datetime import datetime

from sqlalchemy import Connection as Link
from sqlalchemy import insert, select, update

from dockwire.ledger.tables import orders, shipping_marks
from dockwire.model.connection import Connection
from dockwire.model.ids import CustomerId
from dockwire.model.record import OrderState


def shipping_mark(link: Link, connection: Connection) -> datetime | None:
    """Return up to where closed orders have been read."""
    query = select(shipping_marks.c.mark).where(shipping_marks.c.connection == connection.slug)
    return link.scalar(query)


def shipping_customers(link: Link, connection: Connection) -> list[CustomerId]:
    """Return the warehouse customers that have orders of the connection: more than one where it moved."""
    query = (
        select(orders.c.customer_id)
        .where(
            orders.c.connection == connection.slug,
            orders.c.state == OrderState.CREATED,
            orders.c.warehouse == connection.warehouse,
        )
        .distinct()
    )
    return sorted({connection.customer_id, *map(CustomerId, link.scalars(query))})


def move_mark(link: Link, connection: Connection, mark: datetime, *, seen: datetime | None) -> None:
    """Move the mark to where closed orders have been read, if it still is where that reading began."""
    if seen is None:
        if shipping_mark(link, connection) is None:
            link.execute(insert(shipping_marks).values(connection=connection.slug, mark=mark))
        return
    link.execute(
        update(shipping_marks)
        .where(shipping_marks.c.connection == connection.slug, shipping_marks.c.mark == seen)
        .values(mark=mark)
    )


def look_back(link: Link, connection: Connection, moment: datetime) -> None:
    """Have closed orders read again from a moment on: an order may have been closed before it was ours."""
    mark = shipping_mark(link, connection)
    if mark is None:
        # A first reading may be under way; it would pass the order over and set the mark behind it.
        first = connection.import_since
        link.execute(insert(shipping_marks).values(connection=connection.slug, mark=first))
    elif moment < mark:
        link.execute(
            update(shipping_marks).where(shipping_marks.c.connection == connection.slug).values(mark=moment)
        )
