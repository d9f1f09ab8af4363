"""Overrides of single orders: read beside the order, written kind by kind, each with who and when."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, exists, insert, select
from sqlalchemy import Connection as Link

from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import orders
from dockwire.model.ids import AmazonItemId
from dockwire.model.override import (
    NO_OVERRIDES,
    AddressCorrection,
    OverrideKind,
    OverrideNote,
    Overrides,
)
from dockwire.model.warehouse import Routing

_FIELDS: dict[OverrideKind, tuple[str, TypeAdapter[Any]]] = {
    OverrideKind.SHIP_METHOD: ("ship_method", TypeAdapter(Routing | None)),
    OverrideKind.SKUS: ("skus", TypeAdapter(dict[AmazonItemId, str])),
    OverrideKind.ADDRESS: ("address", TypeAdapter(AddressCorrection | None)),
    OverrideKind.RELEASE: ("released", TypeAdapter(frozenset[str])),
    OverrideKind.SKIP: ("skip", TypeAdapter(str | None)),
    OverrideKind.HOLD: ("hold", TypeAdapter(str | None)),
    OverrideKind.CANCEL: ("cancel", TypeAdapter(str | None)),
    OverrideKind.CANCEL_UNDONE: ("cancel_undone", TypeAdapter(bool)),
    OverrideKind.ON_HOLD: ("on_hold", TypeAdapter(str | None)),
    OverrideKind.LIFTED: ("lifted", TypeAdapter(bool)),
    OverrideKind.RELEASE_THERE: ("release_there", TypeAdapter(bool)),
    OverrideKind.ASK_AGAIN: ("ask_again", TypeAdapter(bool)),
}

_WISHES = (
    OverrideKind.HOLD,
    OverrideKind.CANCEL,
    OverrideKind.CANCEL_UNDONE,
    OverrideKind.LIFTED,
    OverrideKind.RELEASE_THERE,
)
_STOPS = (OverrideKind.HOLD, OverrideKind.CANCEL, OverrideKind.ON_HOLD, OverrideKind.LIFTED)
_OWN = (OverrideKind.ON_HOLD, OverrideKind.LIFTED)
"""Notes of dockwire itself, which no person decided."""


def overrides_of(link: Link, row_ids: Iterable[int], scribe: Scribe) -> dict[int, Overrides]:
    """Return the overrides of these rows of ``orders`` that have some."""
    query = select(order_overrides).where(order_overrides.c.order_id.in_(list(row_ids)))
    found: dict[int, Overrides] = {}
    for row in link.execute(query):
        name, adapter = _FIELDS[OverrideKind(row.kind)]
        value = adapter.validate_python(scribe.open_value(row.sealed))
        found[row.order_id] = replace(found.get(row.order_id, NO_OVERRIDES), **{name: value})
    return found


def notes_of(link: Link, row_ids: Iterable[int]) -> dict[int, tuple[OverrideNote, ...]]:
    """Return who overrode what of these rows, oldest first."""
    query = (
        select(order_overrides.c.order_id, order_overrides.c.kind, order_overrides.c.by, order_overrides.c.at)
        .where(order_overrides.c.order_id.in_(list(row_ids)))
        .where(order_overrides.c.kind.not_in(_OWN))
        .order_by(order_overrides.c.at, order_overrides.c.kind)
    )
    found: dict[int, tuple[OverrideNote, ...]] = {}
    for row in link.execute(query):
        note = OverrideNote(OverrideKind(row.kind), row.by, row.at)
        found[row.order_id] = (*found.get(row.order_id, ()), note)
    return found


def write_overrides(
    link: Link, row_id: int, wanted: Overrides, *, scribe: Scribe, by: str, now: datetime
) -> None:
    """Make the overrides of a row these; what is the same keeps its who and when."""
    before = overrides_of(link, [row_id], scribe).get(row_id, NO_OVERRIDES)
    for kind, (name, _) in _FIELDS.items():
        if (value := getattr(wanted, name)) != getattr(before, name):
            write_override(link, row_id, kind, value, scribe=scribe, by=by, now=now)


def write_override(
    link: Link, row_id: int, kind: OverrideKind, value: Any, *, scribe: Scribe, by: str, now: datetime
) -> None:
    """Write one override in place of the one before; an empty value ends it."""
    link.execute(
        delete(order_overrides).where(order_overrides.c.order_id == row_id, order_overrides.c.kind == kind)
    )
    if value:
        _, adapter = _FIELDS[kind]
        sealed = scribe.seal_value(adapter.dump_python(value, mode="json"))
        row = {"order_id": row_id, "kind": kind, "sealed": sealed, "by": by, "at": now, "not_before": now}
        link.execute(insert(order_overrides).values(row))


def forget_address(link: Link, row_id: int) -> None:
    """Delete a corrected address, which is personal data as Amazon's is."""
    place = (order_overrides.c.order_id == row_id) & (order_overrides.c.kind == OverrideKind.ADDRESS)
    link.execute(delete(order_overrides).where(place))


def is_stopped(link: Link, row_id: int) -> bool:
    """Return whether a person wants the warehouse order held or cancelled, or dockwire put it on hold."""
    stops = order_overrides.c.order_id == row_id, order_overrides.c.kind.in_(_STOPS)
    return link.execute(select(order_overrides.c.kind).where(*stops).limit(1)).first() is not None


def end_wishes(link: Link, row_id: int, *, keeps_cancel: bool = False) -> None:
    """Delete what a person wanted done with the warehouse order: it was tried.

    With ``keeps_cancel`` the cancellation stays, and goes on to stop the closing.
    """
    ended = [kind for kind in _WISHES if not (keeps_cancel and kind is OverrideKind.CANCEL)]
    wishes = order_overrides.c.order_id == row_id, order_overrides.c.kind.in_(ended)
    link.execute(delete(order_overrides).where(*wishes))


def has_override(*kinds: OverrideKind) -> ColumnElement[bool]:
    """Return whether a row of ``orders`` has an override of one of these kinds, as an SQL expression."""
    here = (order_overrides.c.order_id == orders.c.id) & order_overrides.c.kind.in_(kinds)
    return exists().where(here).correlate(orders)
