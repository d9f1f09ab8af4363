"""Parcels that are no more: their package is gone, or their warehouse order was opened again.

What Amazon was never told of is forgotten. What it took, or may have taken, is told to a person and never
sent again as it stands. Without a digest a parcel counts as changed when it comes back.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, select, update

from dockwire.errors import Fixer
from dockwire.ledger.facts import write_facts
from dockwire.ledger.parcel_outcomes import reason, told
from dockwire.ledger.plans import placed_for
from dockwire.ledger.tables import orders, parcels
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, WarehouseOrderId
from dockwire.model.parcel import ParcelState
from dockwire.model.record import Fact, FactKind, Problem

_TAKEN = (ParcelState.ACCEPTED, ParcelState.VISIBLE)


def gone_from_order(tracking: str) -> Problem:
    """Say that Amazon has a package which the warehouse order does not have any more."""
    return Problem(
        "package_gone",
        f"Amazon was told of a package with tracking number {tracking}, which the warehouse order has no "
        "longer; correct the shipment in Seller Central.",
        Fixer.MERCHANT,
    )


def opened_again(tracking: str) -> Problem:
    """Say that Amazon has a package of an order that is open, or cancelled, in the warehouse."""
    return Problem(
        "reopened",
        f"The warehouse order is not closed any more, and Amazon was told of its package with tracking "
        f"number {tracking}; close it again, or settle it with the buyer.",
        Fixer.CLERK,
    )


def withdraw_reopened(
    link: Link, connection: Connection, numbers: Sequence[WarehouseOrderId], *, now: datetime
) -> None:
    """Withdraw the parcels of warehouse orders that are not closed, or not any more."""
    query = (
        select(parcels, orders.c.amazon_order_id)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(
            placed_for(connection.slug, connection.warehouse),
            orders.c.warehouse_order_id.in_(numbers),
            parcels.c.digest != "",
        )
        .order_by(parcels.c.id)
        .with_for_update(of=parcels)
    )
    facts: list[Fact] = []
    for row in link.execute(query):
        facts += withdraw(link, connection, AmazonOrderId(row.amazon_order_id), [row], opened_again, now=now)
    write_facts(link, facts)


def withdraw(
    link: Link,
    connection: Connection,
    order_id: AmazonOrderId,
    rows: Sequence[Row[Any]],
    why: Callable[[str], Problem],
    *,
    now: datetime,
) -> list[Fact]:
    """Withdraw parcels once and return what people have to know of it."""
    facts: list[Fact] = []
    for row in rows:
        if not row.digest:
            continue
        tracking = json.loads(row.content)["tracking"] if row.content else ""
        problem = None if row.sent_digest is None else why(tracking)
        state = ParcelState.NOT_NEEDED if problem is None else ParcelState.REFUSED
        # Amazon took it: that stays true, whatever becomes of it here.
        _end(link, row, row.state if row.state in _TAKEN else state, problem)
        if problem is not None:
            detail = {"package": row.reference} | reason(problem)
            facts.append(Fact(FactKind.CHANGE_NEEDS_PERSON, now, connection.slug, order_id, detail))
    return facts


def _end(link: Link, row: Row[Any], state: str, problem: Problem | None) -> None:
    link.execute(
        update(parcels)
        .where(parcels.c.id == row.id)
        .values(state=state, digest="", problem=told(problem), version=row.version + 1)
    )
