"""Which keys seal the values of a database, and sealing them anew; for the ledger and the warehouse alike.

A database keeps the fingerprints of the keys that seal, or may seal, something in it. So a key that was
dropped too early is noticed when the database is opened, not at the first order that does not open.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    Table,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from dockwire.sealing import Sealer, SealError

_AT_ONCE = 500

Place = tuple[Any, ...]
"""The primary key of a row."""


@dataclass(slots=True)
class Step:
    """What one batch of a column did."""

    looked: int = 0
    sealed_anew: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    """Values by the fingerprint of the key that seals them, before this step."""
    next_after: Place | None = None
    """Where the next batch begins; None when there is none."""


def sealed_columns(metadata: MetaData) -> Iterator[Column[Any]]:
    """Yield every column that holds sealed values: they are named ``sealed`` or ``..._sealed``."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name == "sealed" or column.name.endswith("_sealed"):
                yield column


def use_keys(link: Connection, table: Table, sealer: Sealer, database: str) -> None:
    """Check that every key that seals something is at hand, and write down the one that seals from now on.

    A database that has no fingerprints yet gets those of all keys: any may have sealed something. Only when
    a noted key is missing are all values looked at; one that seals nothing is forgotten.

    Raises:
        SealError: a key is missing.
    """
    noted = set(link.scalars(select(table.c.fingerprint)))
    at_hand = sealer.fingerprints
    missing = noted - set(at_hand)
    if missing and _some_stay_shut(link, table.metadata, sealer):
        raise SealError(
            f"values in {database} are sealed with the encryption key {', '.join(sorted(missing))}, which is not "
            "configured: put it back behind the newest one (DOCKWIRE_ENCRYPTION_KEYS, or the key file in the "
            "state folder) and run 'dockwire key rotate' before you drop it"
        )
    if missing:
        link.execute(delete(table).where(table.c.fingerprint.in_(missing)))
    new = at_hand[:1] if noted - missing else at_hand
    for name in [name for name in new if name not in noted]:
        link.execute(insert(table).values(fingerprint=name))


def reseal(link: Connection, column: Column[Any], sealer: Sealer, *, after: Place | None, limit: int) -> Step:
    """Seal a batch of a column's values with the newest key.

    A value that somebody changes meanwhile is left alone: it is sealed with the newest key anyway.
    """
    rows = _batch(link, column, after=after, limit=limit)
    step = _counted(rows, sealer, limit)
    newest = sealer.fingerprints[0]
    for row in rows:
        *place, value = row
        if value and sealer.key_of(value) != newest:
            at = [key == part for key, part in zip(_keys(column), place, strict=True)]
            changed = update(column.table).where(*at, column == value)
            step.sealed_anew += link.execute(changed.values({column: sealer.rotate(value)})).rowcount
    return step


def count(link: Connection, column: Column[Any], sealer: Sealer, *, after: Place | None, limit: int) -> Step:
    """Count a batch of a column's values by the key that seals them.

    Raises:
        SealError: no key opens one of them.
    """
    return _counted(_batch(link, column, after=after, limit=limit), sealer, limit)


def forget_keys(link: Connection, table: Table, in_use: set[str], sealer: Sealer) -> None:
    """Take off the list what seals nothing any more; the newest key stays on it."""
    staying = in_use | {sealer.fingerprints[0]}
    link.execute(delete(table).where(table.c.fingerprint.not_in(staying)))


def _some_stay_shut(link: Connection, metadata: MetaData, sealer: Sealer) -> bool:
    """Whether there are values that no key opens."""
    for column in sealed_columns(metadata):
        after: Place | None = ()
        while after is not None:
            try:
                after = count(link, column, sealer, after=after or None, limit=_AT_ONCE).next_after
            except SealError:
                return True
    return False


def _keys(column: Column[Any]) -> list[Column[Any]]:
    return list(column.table.primary_key.columns)


def _batch(link: Connection, column: Column[Any], *, after: Place | None, limit: int) -> list[Row[Any]]:
    keys = _keys(column)
    query = select(*keys, column).order_by(*keys).limit(limit)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    return list(link.execute(query))


def _counted(rows: list[Row[Any]], sealer: Sealer, limit: int) -> Step:
    step = Step(looked=len(rows), next_after=tuple(rows[-1])[:-1] if len(rows) == limit else None)
    step.keys.update(sealer.key_of(row[-1]) for row in rows if row[-1])
    return step


def scrub_file(engine: Engine) -> bool:
    """Overwrite what a SQLite file has freed, its log included; return False when somebody keeps it busy."""
    # Not inside a transaction, which every connection of the engine begins by itself.
    link = engine.raw_connection()
    try:
        link.cursor().execute("VACUUM")
        busy, *_ = link.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() or (1,)
    except sqlite3.OperationalError:
        return False
    else:
        return not busy
    finally:
        link.close()
