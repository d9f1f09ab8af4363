"""Parcels on their way to Amazon: one row each, matched by Amazon's package reference."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection as Link
from sqlalchemy import Row, insert, select, update

from dockwire.ledger.facts import write_facts
from dockwire.ledger.parcel_reading import DUE
from dockwire.ledger.tables import orders, parcels, shipping_marks
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.parcel import Parcel, ParcelOutcome, ParcelState, Stored
from dockwire.model.record import Fact, FactKind, Problem

_PARCELS = TypeAdapter(Parcel)
_OPEN = (*DUE, ParcelState.REFUSED)


def shipping_mark(link: Link, connection: Connection) -> datetime | None:
    """Return up to where closed orders have been read."""
    query = select(shipping_marks.c.mark).where(shipping_marks.c.connection == connection.slug)
    return link.scalar(query)


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


def store_parcels(
    link: Link,
    connection: Connection,
    found: Sequence[tuple[WarehouseOrderId, Sequence[Parcel | Problem]]],
    *,
    now: datetime,
) -> Stored:
    """Store the parcels of closed warehouse orders that are the connection's.

    A parcel whose content did not change stays as it is; one that changed is to be sent again. A
    problem in a parcel's place is kept as a refused parcel of the order. What the order has no longer
    is not needed, unless Amazon took it before.
    """
    numbers = [number for number, _ in found]
    query = select(orders.c.warehouse_order_id, orders.c.id, orders.c.amazon_order_id).where(
        orders.c.connection == connection.slug,
        # Numbers repeat where a connection moved to another warehouse.
        orders.c.warehouse == connection.warehouse,
        orders.c.warehouse_order_id.in_(numbers),
    )
    ours = {row.warehouse_order_id: row for row in link.execute(query)}
    changed: Counter[WarehouseOrderId] = Counter()
    facts: list[Fact] = []
    # Every transaction locks in one order, so that two never wait for each other.
    for number, listed in sorted(found, key=itemgetter(0)):
        if (row := ours.get(number)) is None:
            continue
        known = _known(link, row.id)
        entries = [_entry(each, number, place) for place, each in enumerate(listed)]
        for each, entry in zip(listed, entries, strict=True):
            before = known.get(entry["reference"])
            if before is not None and before.digest == entry["digest"]:
                continue
            changed[number] += 1
            _store(link, connection, row.id, entry, before, now)
            if isinstance(each, Problem):
                facts.append(_refused(connection, AmazonOrderId(row.amazon_order_id), each, now))
        _end_gone(link, known, {entry["reference"] for entry in entries})
    write_facts(link, facts)
    return Stored(len(changed), changed.total())


def record_parcels(
    link: Link, connection: Connection, outcomes: Sequence[ParcelOutcome], *, now: datetime
) -> None:
    """Record what became of parcels that did not change meanwhile, with facts."""
    facts: list[Fact] = []
    for outcome in sorted(outcomes, key=attrgetter("id")):
        row = link.execute(
            select(parcels.c.state, parcels.c.problem, parcels.c.reference, parcels.c.content)
            .where(parcels.c.id == outcome.id, parcels.c.version == outcome.version)
            .with_for_update()
        ).one_or_none()
        if row is None:
            continue
        _update(link, outcome, now)
        if (kind := _FACTS.get(outcome.state)) and not _told_before(row, outcome):
            detail = _detail(row) | _reason(outcome.problem)
            facts.append(Fact(kind, now, connection.slug, outcome.order_id, detail))
    write_facts(link, facts)


_FACTS = {
    ParcelState.ACCEPTED: FactKind.SHIPMENT_CONFIRMED,
    # Of a parcel whose acceptance was lost on the way.
    ParcelState.VISIBLE: FactKind.SHIPMENT_CONFIRMED,
    ParcelState.REFUSED: FactKind.SHIPMENT_REFUSED,
}


def _told_before(row: Row[Any], outcome: ParcelOutcome) -> bool:
    if outcome.state is ParcelState.VISIBLE:
        return row.state in {ParcelState.ACCEPTED, ParcelState.VISIBLE}
    return (row.state, row.problem) == (outcome.state, _told(outcome.problem))


def retry_parcels(link: Link, slug: ConnectionSlug, order_id: AmazonOrderId) -> int:
    """Make the refused parcels of an order due again; return how many there are."""
    ids = select(orders.c.id).where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
    done = link.execute(
        update(parcels)
        .where(
            parcels.c.order_id.in_(ids),
            parcels.c.state.in_((ParcelState.REFUSED, ParcelState.TO_SEND)),
            # Without content there is nothing to send: the warehouse order has to be mended first.
            parcels.c.content != "",
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


def _entry(each: Parcel | Problem, number: WarehouseOrderId, place: int) -> dict[str, Any]:
    """Return the columns of a parcel, or of the problem that stands in its place."""
    if isinstance(each, Problem):
        told = _told(each)
        return {
            # No package of Amazon's has this reference: it only marks the place.
            "reference": f"problem-{number}-{place}",
            "content": "",
            "digest": _digest(told or ""),
            "state": ParcelState.REFUSED,
            "problem": told,
        }
    content = _PARCELS.dump_python(each, mode="json")
    return {
        "reference": each.reference,
        "content": json.dumps(content, ensure_ascii=False),
        # Another ship date alone is nothing to tell: touching an order moves it where the warehouse
        # gives no time of closing, and Amazon takes only so many edits of a package.
        "digest": _digest(json.dumps(content | {"shipped": None})),
        "state": ParcelState.TO_SEND,
        "problem": None,
    }


def _store(
    link: Link,
    connection: Connection,
    order_id: int,
    entry: dict[str, Any],
    before: Row[Any] | None,
    now: datetime,
) -> None:
    if before is None:
        values = entry | {
            "connection": connection.slug,
            "order_id": order_id,
            "first_seen": now,
            "version": 1,
        }
        link.execute(insert(parcels).values(values))
        return
    link.execute(
        update(parcels)
        .where(parcels.c.id == before.id)
        .values(entry | {"version": before.version + 1, "attempts": 0, "not_before": None})
    )


def _update(link: Link, outcome: ParcelOutcome, now: datetime) -> None:
    values: dict[str, Any] = {
        "state": outcome.state,
        "problem": _told(outcome.problem),
        "not_before": outcome.not_before,
        "version": parcels.c.version + 1,
        "attempts": parcels.c.attempts + 1,
    }
    if outcome.taken:
        values |= {"sent_digest": parcels.c.digest, "sent": now}
    link.execute(update(parcels).where(parcels.c.id == outcome.id).values(values))


def _end_gone(link: Link, known: dict[str, Row[Any]], listed: set[str]) -> None:
    """End what stood in the order before and does not any more, such as a problem that was mended.

    Without a digest it counts as changed when it comes back.
    """
    over = [
        row.id
        for row in known.values()
        if row.reference not in listed and row.state in _OPEN and row.sent_digest is None
    ]
    if over:
        link.execute(
            update(parcels)
            .where(parcels.c.id.in_(over))
            .values(state=ParcelState.NOT_NEEDED, digest="", problem=None, version=parcels.c.version + 1)
        )


def _refused(connection: Connection, order_id: AmazonOrderId, problem: Problem, now: datetime) -> Fact:
    return Fact(FactKind.SHIPMENT_REFUSED, now, connection.slug, order_id, _reason(problem))


def _detail(row: Row[Any]) -> dict[str, str]:
    content = json.loads(row.content) if row.content else {}
    names = {"carrier_code": "carrier", "tracking": "tracking", "service": "service"}
    return {"package": row.reference} | {shown: str(content.get(name, "")) for name, shown in names.items()}


def _reason(problem: Problem | None) -> dict[str, str]:
    if problem is None:
        return {}
    return {"code": problem.code, "reason": problem.sentence, "fixer": problem.fixer.value}


def _told(problem: Problem | None) -> str | None:
    return None if problem is None else json.dumps(_reason(problem), ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
