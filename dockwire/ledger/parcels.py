"""Parcels on their way to Amazon: one row each, matched by Amazon's package reference."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection as Link
from sqlalchemy import Row, insert, select, update

from dockwire.decisions.repacking import take_over
from dockwire.ledger.facts import write_facts
from dockwire.ledger.on_hold import end_on_hold
from dockwire.ledger.overrides import has_override
from dockwire.ledger.parcel_outcomes import reason, told
from dockwire.ledger.plans import placed_for
from dockwire.ledger.tables import orders, parcels
from dockwire.ledger.used_numbers import plain_number
from dockwire.ledger.withdrawals import gone_from_order, withdraw
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import Parcel, ParcelState, Stored
from dockwire.model.record import Fact, FactKind, Problem

_PARCELS = TypeAdapter(Parcel)
_SHOWN = 100
"""Characters of carrier and tracking number that lists show and find by."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """The columns of a parcel, or of the problem that stands in its place."""

    reference: str
    content: str
    digest: str
    state: ParcelState
    problem: Problem | None = None
    carrier: str | None = None
    tracking: str | None = None

    def values(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "content": self.content,
            "digest": self.digest,
            "state": self.state,
            "problem": told(self.problem),
            "carrier": self.carrier,
            "tracking": self.tracking,
            "tracking_key": plain_number(self.tracking or ""),
        }


def store_parcels(
    link: Link,
    connection: Connection,
    found: Sequence[tuple[WarehouseOrderId, Sequence[Parcel | Problem]]],
    *,
    now: datetime,
) -> Stored:
    """Store the parcels of closed warehouse orders that are the connection's.

    A parcel whose content did not change stays as it is; one that changed is to be sent again. A new one
    takes the place of one that Amazon was told of and that is gone. A problem in a parcel's place is kept
    as a refused parcel of the order.
    """
    ours = _ours(link, connection, [number for number, _ in found])
    changed: Counter[WarehouseOrderId] = Counter()
    facts: list[Fact] = []
    # Every transaction locks in one order, so that two never wait for each other.
    for number, listed in sorted(found, key=itemgetter(0)):
        if (row := ours.get(number)) is None:
            continue
        order_id = AmazonOrderId(row.amazon_order_id)
        known = _known(link, row.id)
        entries = _entries(listed, number, known)
        for entry in entries:
            before = known.get(entry.reference)
            if before is not None and before.digest == entry.digest:
                continue
            changed[number] += 1
            _store(link, connection, row.id, entry, before, now)
            if entry.problem is not None:
                facts.append(
                    Fact(FactKind.SHIPMENT_REFUSED, now, connection.slug, order_id, reason(entry.problem))
                )
        listed_now = {entry.reference for entry in entries}
        gone = [each for reference, each in known.items() if reference not in listed_now]
        facts += withdraw(link, connection, order_id, gone, gone_from_order, now=now)
    write_facts(link, facts)
    return Stored(len(changed), changed.total())


def _ours(
    link: Link, connection: Connection, numbers: Sequence[WarehouseOrderId]
) -> dict[WarehouseOrderId, Row[Any]]:
    query = select(orders.c.warehouse_order_id, orders.c.id, orders.c.amazon_order_id).where(
        placed_for(connection.slug, connection.warehouse),
        orders.c.warehouse_order_id.in_(numbers),
    )
    return {row.warehouse_order_id: row for row in link.execute(query)}


def retry_parcels(link: Link, slug: ConnectionSlug, order_id: AmazonOrderId) -> int:
    """Make the refused parcels of an order due again; return how many there are."""
    ids = select(orders.c.id).where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
    done = link.execute(
        update(parcels)
        .where(
            parcels.c.order_id.in_(ids),
            parcels.c.state.in_((ParcelState.REFUSED, ParcelState.TO_SEND)),
            # Without content, or withdrawn, there is nothing to send: the warehouse order comes first.
            parcels.c.content != "",
            parcels.c.digest != "",
        )
        .values(
            state=ParcelState.TO_SEND,
            problem=None,
            not_before=None,
            attempts=0,
            version=parcels.c.version + 1,
        )
    )
    return int(done.rowcount)


def _known(link: Link, order_id: int) -> dict[str, Row[Any]]:
    query = select(parcels).where(parcels.c.order_id == order_id).order_by(parcels.c.id)
    return {row.reference: row for row in link.execute(query.with_for_update())}


def _entries(
    listed: Sequence[Parcel | Problem], number: WarehouseOrderId, known: dict[str, Row[Any]]
) -> list[_Entry]:
    packed = [each for each in listed if isinstance(each, Parcel)]
    names = {parcel.reference for parcel in packed}
    gone = [
        _PARCELS.validate_json(row.content)
        for row in known.values()
        if row.reference not in names and row.sent_digest is not None and row.content
    ]
    new = [parcel for parcel in packed if parcel.reference not in known]
    placed = dict(zip((parcel.reference for parcel in new), take_over(new, gone), strict=True))
    return [
        _standing_in(each, number, place)
        if isinstance(each, Problem)
        else _entry(placed.get(each.reference, each))
        for place, each in enumerate(listed)
    ]


def _standing_in(problem: Problem, number: WarehouseOrderId, place: int) -> _Entry:
    # No package of Amazon's has this reference: it only marks the place.
    reference = f"problem-{number}-{place}"
    return _Entry(reference, "", _digest(told(problem) or ""), ParcelState.REFUSED, problem)


def _entry(parcel: Parcel) -> _Entry:
    content = _PARCELS.dump_python(parcel, mode="json")
    # Another ship date alone is nothing to tell: touching an order moves it where the warehouse gives no
    # time of closing, and Amazon takes only so many edits of a package.
    digest = _digest(json.dumps(content | {"shipped": None}))
    return _Entry(
        parcel.reference,
        json.dumps(content, ensure_ascii=False),
        digest,
        ParcelState.TO_SEND,
        carrier=(parcel.carrier_name or parcel.carrier_code)[:_SHOWN],
        tracking=parcel.tracking[:_SHOWN],
    )


def _store(
    link: Link,
    connection: Connection,
    order_id: int,
    entry: _Entry,
    before: Row[Any] | None,
    now: datetime,
) -> None:
    if before is None:
        new = {"connection": connection.slug, "order_id": order_id, "first_seen": now, "version": 1}
        link.execute(insert(parcels).values(entry.values() | new))
        # What a person decides with the hold in view may not write it down again.
        moved = update(orders).where(orders.c.id == order_id, has_override(OverrideKind.ON_HOLD))
        link.execute(moved.values(version=orders.c.version + 1))
        end_on_hold(link, order_id, now=now)
        return
    again = {"version": before.version + 1, "attempts": 0, "not_before": None}
    link.execute(update(parcels).where(parcels.c.id == before.id).values(entry.values() | again))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
