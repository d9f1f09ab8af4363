"""Deleting personal data from the ledger: each batch one transaction with its audit rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection as Link
from sqlalchemy import Row, func, or_, select, update

from dockwire.decisions.purging import Due, Standing, purge_due, redacted
from dockwire.errors import Fixer
from dockwire.ledger.accounts import connection_of
from dockwire.ledger.facts import write_facts
from dockwire.ledger.overrides import forget_address
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import harvests, holds, orders, parcels
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel, ParcelState
from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy
from dockwire.model.record import Fact, FactKind, OrderState

_PARCELS = TypeAdapter(Parcel)
_SETTLED = (ParcelState.ACCEPTED, ParcelState.VISIBLE, ParcelState.NOT_NEEDED)


def purge_orders(
    link: Link,
    policy: PurgePolicy,
    *,
    now: datetime,
    by: str,
    after: int,
    limit: int,
    dry_run: bool,
    scribe: Scribe,
) -> PurgeBatch:
    """Look at orders behind ``after`` and delete the personal data of those whose time has come."""
    rows = _candidates(link, now - policy.after, after=after, limit=limit)
    batch = PurgeBatch(next_after=rows[-1].id if len(rows) == limit else None)
    facts: list[Fact] = []
    standings = _standings(link, rows, scribe)
    for row in rows:
        due = purge_due(standings[row.id], policy)
        if due.at > now or _is_being_created(row, now):
            continue
        batch.purged[row.connection or "", due.rule] += 1
        facts.append(_fact(link, row, due, now=now, by=by))
        if not dry_run:
            _blank(link, row, standings[row.id].order, now=now, scribe=scribe)
    if not dry_run:
        write_facts(link, facts)
    return batch


def purge_chains(link: Link, policy: PurgePolicy, *, now: datetime, scribe: Scribe) -> int:
    """Forget page chains that nobody goes on with: a page token may quote an order.

    The account is read again from its watermark, which a chain moves only at its end.
    """
    query = select(harvests).where(harvests.c.chain_sealed.is_not(None))
    idle = or_(harvests.c.owner.is_(None), harvests.c.expires <= now)
    old = []
    for row in link.execute(query.where(idle).order_by(harvests.c.account_id).with_for_update()):
        chain = scribe.open_chain(row.chain_sealed)
        if chain is not None and (chain.started or chain.window.updated_before) + policy.after <= now:
            old.append(row.account_id)
    if old:
        link.execute(update(harvests).where(harvests.c.account_id.in_(old)).values(chain_sealed=None))
    return len(old)


def kept(link: Link) -> list[Kept]:
    """Return what personal data is still there, by connection."""
    query = (
        select(
            orders.c.connection, func.count().label("number"), func.min(orders.c.first_seen).label("oldest")
        )
        .where(orders.c.purged.is_(None))
        .group_by(orders.c.connection)
    )
    found = [Kept(row.connection or "", row.number, row.oldest) for row in link.execute(query)]
    return sorted(found, key=lambda each: each.place)


def _candidates(link: Link, long_ago: datetime, *, after: int, limit: int) -> Sequence[Row[Any]]:
    """Return orders that may have ended long ago, locked in the order in which every transaction locks."""
    query = (
        select(orders)
        .where(orders.c.purged.is_(None), orders.c.id > after)
        .where(or_(orders.c.first_seen <= long_ago, orders.c.amazon_updated <= long_ago))
        .order_by(orders.c.id)
        .limit(limit)
    )
    return link.execute(query.with_for_update()).all()


def _is_being_created(row: Row[Any], now: datetime) -> bool:
    return row.state == OrderState.CLAIMED and row.claim_expires is not None and row.claim_expires > now


def _standings(link: Link, rows: Sequence[Row[Any]], scribe: Scribe) -> dict[int, Standing]:
    ids = [row.id for row in rows]
    shipped, unsettled = _shipments(link, ids)
    unreadable = _unreadable_since(link, ids)
    return {
        row.id: Standing(
            order=None if row.state == OrderState.QUARANTINED else scribe.order_of(row),
            state=OrderState(row.state),
            served=row.connection is not None,
            since=unreadable.get(row.id, row.first_seen),
            shipped=shipped.get(row.id),
            unsettled=row.id in unsettled,
        )
        for row in rows
    }


def _shipments(link: Link, ids: Sequence[int]) -> tuple[dict[int, datetime], set[int]]:
    """Return when the last package of each order shipped, and the orders with one that Amazon has not taken."""
    shipped: dict[int, datetime] = {}
    unsettled: set[int] = set()
    # A withdrawn parcel has no digest: its order was opened again.
    query = select(parcels).where(parcels.c.order_id.in_(ids), parcels.c.digest != "")
    for row in link.execute(query):
        if row.state not in _SETTLED:
            unsettled.add(row.order_id)
        if row.content:
            moment = _PARCELS.validate_json(row.content).shipped
            shipped[row.order_id] = max(moment, shipped.get(row.order_id, moment))
    return shipped, unsettled


def _unreadable_since(link: Link, ids: Sequence[int]) -> dict[int, datetime]:
    query = select(holds.c.order_id, holds.c.since).where(
        holds.c.order_id.in_(ids), holds.c.resolved.is_(None), holds.c.code == "unreadable"
    )
    return {row.order_id: row.since for row in link.execute(query)}


def _blank(link: Link, row: Row[Any], order: Order | None, *, now: datetime, scribe: Scribe) -> None:
    """Write the order without its personal data.

    Of an unreadable order nothing stays but its digest, by which the same text is known again. The
    version stays: what a run decided about the order before is as right as it was.
    """
    values: dict[str, Any] = {"purged": now, "sealed": scribe.seal_text("")}
    if order is not None:
        without = redacted(order)
        values |= {"sealed": scribe.seal_order(without), "digest": scribe.digest(without)}
    if row.placed_sealed is not None:
        values["placed_sealed"] = scribe.seal_order(redacted(scribe.open_order(row.placed_sealed)))
    link.execute(update(orders).where(orders.c.id == row.id).values(values))
    forget_address(link, row.id)


def _fact(link: Link, row: Row[Any], due: Due, *, now: datetime, by: str) -> Fact:
    """Return the audit row: what, when, by which rule and run; told to people where they may still wait."""
    slug = row.connection or next(iter(connection_of(link, row.account_id).values()), "")
    detail = {"rule": due.rule.value, "counted_from": due.counted_from.isoformat(), "by": by}
    if due.told:
        detail |= {"reason": _TOLD, "fixer": Fixer.MERCHANT.value}
    kind = FactKind.OPEN_ORDER_PURGED if due.told else FactKind.ORDER_PURGED
    return Fact(kind, now, ConnectionSlug(slug), AmazonOrderId(row.amazon_order_id), detail)


_TOLD = (
    "The buyer's data was deleted because it may not be kept any longer, though the order is not finished; "
    "look it up in Seller Central."
)
