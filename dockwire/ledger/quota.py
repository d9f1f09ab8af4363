"""Shared quota buckets: one row each, taken by one atomic statement.

The generic cell rate algorithm keeps one number, the theoretical arrival time of the next call in
the steady stream. A call may come up to ``burst - 1`` intervals before it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, case, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from dockwire.ledger.tables import quota_buckets as buckets

_ROUNDING = 1e-6
"""Seconds; far below any interval, far above the error of a double holding seconds since 1970."""


def take(connection: Connection, key: str, *, rate: float, burst: int, now: datetime) -> float:
    """Take a token and return 0, or return the seconds until there is one."""
    moment = now.timestamp()
    effective = func.coalesce(buckets.c.rate, rate)
    started = _later(buckets.c.arrival, moment)
    statement = (
        _insert(connection)
        .values(key=key, arrival=moment + 1 / rate)
        .on_conflict_do_update(
            index_elements=[buckets.c.key],
            set_={"arrival": started + 1.0 / effective},
            where=started - moment <= (burst - 1) / effective + _ROUNDING,
        )
        .returning(buckets.c.arrival)
    )
    if connection.execute(statement).one_or_none() is not None:
        return 0.0
    row = connection.execute(select(buckets).where(buckets.c.key == key)).one()
    allowed = row.arrival - (burst - 1) / (row.rate or rate)
    return max(float(allowed - moment), _ROUNDING)


def observe(connection: Connection, key: str, *, rate: float, now: datetime) -> None:
    """Remember the announced rate."""
    connection.execute(
        _insert(connection)
        .values(key=key, arrival=now.timestamp(), rate=rate)
        .on_conflict_do_update(index_elements=[buckets.c.key], set_={"rate": rate})
    )


def penalise(connection: Connection, key: str, *, rate: float, burst: int, now: datetime) -> None:
    """Empty the bucket, so that the next token comes one interval from now."""
    moment = now.timestamp()
    effective = func.coalesce(buckets.c.rate, rate)
    connection.execute(
        _insert(connection)
        .values(key=key, arrival=moment + burst / rate)
        .on_conflict_do_update(
            index_elements=[buckets.c.key],
            set_={"arrival": _later(buckets.c.arrival, moment + burst / effective)},
        )
    )


def _insert(connection: Connection) -> postgresql.Insert | sqlite.Insert:
    # Both dialects spell "insert or update" alike; only the classes differ.
    if connection.dialect.name == "postgresql":
        return postgresql.insert(buckets)
    return sqlite.insert(buckets)


def _later(stored: ColumnElement[float], moment: Any) -> ColumnElement[float]:
    other = literal(moment, Float) if isinstance(moment, float) else moment
    return case((stored > other, stored), else_=other)
