"""Conditions put so that every database takes the index that is meant."""

from sqlalchemy import Column, ColumnElement, and_, func

from dockwire.ledger.tables import orders


def compared(column: Column[str]) -> ColumnElement[str]:
    """Return a column to be compared row by row, never by an index of it.

    SQLite does not know that a connection has more orders than are named in a list, and would read them all.
    """
    return func.coalesce(column, "")


def placed_for(slug: str, warehouse: str) -> ColumnElement[bool]:
    """Return whether a row of ``orders`` is a connection's, in the warehouse where it is now.

    References and numbers repeat where a connection moved to another warehouse.
    """
    return and_(compared(orders.c.connection) == slug, compared(orders.c.warehouse) == warehouse)
