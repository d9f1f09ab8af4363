"""Conditions put so that every database takes the index that is meant."""

from sqlalchemy import Column, ColumnElement, func


def compared(column: Column[str]) -> ColumnElement[str]:
    """Return a column to be compared row by row, never by an index of it.

    SQLite does not know that a connection has more orders than are named in a list, and would read them all.
    """
    return func.coalesce(column, "")
