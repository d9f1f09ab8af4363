"""Storing what Amazon sent: newest wins, blanks never overwrite, nothing unreadable is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from dockwire.decisions.purging import comes_back, redacted
from dockwire.errors import Fixer
from dockwire.ledger.accounts import connection_of
from dockwire.ledger.facts import replace_problems, told_reason, write_facts
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.tables import holds, order_lines, orders
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.order import Malformed, Order
from dockwire.model.record import Fact, FactKind, OrderState, Problem

_KEEPS_ITS_STATE = frozenset({OrderState.CREATED, OrderState.CLAIMED, OrderState.CANCELLED})
"""States of a warehouse order: an unreadable version from Amazon does not undo them."""


_DECIDED_BY_TIME = frozenset({OrderState.NEW, OrderState.SKIPPED})
"""States of an order that may be skipped for its last change lying before the connection's first day."""


@dataclass(slots=True)
class Stored:
    """What storing did, and to which orders."""

    new: int = 0
    changed: int = 0
    malformed: int = 0
    new_orders: tuple[tuple[Order, str | None], ...] = ()
    """Orders that were not in the ledger, and their connections."""


def store_orders(
    link: Connection,
    account: int,
    received: Sequence[Order],
    malformed: Sequence[Malformed],
    *,
    scribe: Scribe,
    now: datetime,
) -> Stored:
    """Store readable and unreadable orders of one account; return what changed."""
    slugs = connection_of(link, account)
    newest = _newest(received)
    known = _known(link, account, list(newest))
    stored = Stored()
    _insert_new(link, account, [o for i, o in newest.items() if i not in known], slugs, scribe, now, stored)
    for order_id, order in newest.items():
        if order_id in known:
            stored.changed += _update(link, known[order_id], order, slugs=slugs, scribe=scribe, now=now)
    for bad in malformed:
        # Looked up one by one: a page may hold the same order twice, readable or not.
        row = _known(link, account, [bad.order_id]).get(bad.order_id)
        stored.malformed += _quarantine(link, account, bad, row, slugs=slugs, scribe=scribe, now=now)
    return stored


def _newest(received: Sequence[Order]) -> dict[AmazonOrderId, Order]:
    """Pages may repeat an order: the later version counts."""
    newest: dict[AmazonOrderId, Order] = {}
    for order in received:
        if order.order_id not in newest or order.updated >= newest[order.order_id].updated:
            newest[order.order_id] = order
    return newest


def _known(link: Connection, account: int, ids: Sequence[AmazonOrderId]) -> dict[AmazonOrderId, Row[Any]]:
    query = (
        select(orders)
        .where(orders.c.account_id == account, orders.c.amazon_order_id.in_(ids))
        .order_by(orders.c.id)
    )
    return {AmazonOrderId(row.amazon_order_id): row for row in link.execute(query.with_for_update())}


def _served_by(slugs: dict[str, str], marketplace_id: str | None) -> str | None:
    """Return the connection of a marketplace; an order that names none goes to the account's first."""
    return slugs.get(marketplace_id) if marketplace_id else next(iter(slugs.values()), None)


def _insert_new(
    link: Connection,
    account: int,
    fresh: list[Order],
    slugs: dict[str, str],
    scribe: Scribe,
    now: datetime,
    stored: Stored,
) -> None:
    if not fresh:
        return
    rows = [
        _clear(order)
        | {
            "account_id": account,
            "amazon_order_id": order.order_id,
            "connection": _served_by(slugs, order.marketplace_id),
            "sealed": scribe.seal_order(order),
            "digest": scribe.digest(order),
            "state": OrderState.NEW,
            "version": 1,
            "needs_decision": True,
            "first_seen": now,
        }
        for order in fresh
    ]
    link.execute(insert(orders), rows)
    ids = {
        row.amazon_order_id: row.id
        for row in link.execute(
            select(orders.c.id, orders.c.amazon_order_id).where(
                orders.c.account_id == account,
                orders.c.amazon_order_id.in_([order.order_id for order in fresh]),
            )
        )
    }
    _insert_lines(link, [(ids[order.order_id], order) for order in fresh])
    stored.new = len(fresh)
    stored.new_orders = tuple((order, _served_by(slugs, order.marketplace_id)) for order in fresh)


def _update(
    link: Connection,
    row: Row[Any],
    order: Order,
    *,
    slugs: dict[str, str],
    scribe: Scribe,
    now: datetime,
) -> bool:
    """Replace an older version; return whether the content changed."""
    if order.updated < row.amazon_updated:
        return False
    unreadable = row.state == OrderState.QUARANTINED
    received = order
    if row.purged is not None:
        order = _without_personal_data(order, row, scribe)
    elif not unreadable:
        order = _fill_blanks(order, row, scribe)
    digest = scribe.digest(order)
    if digest == row.digest:
        if order.updated > row.amazon_updated:
            _move_time(link, row, order.updated)
        return False
    purged = row.purged
    if purged is not None and comes_back(OrderState(row.state), received):
        purged, order, digest = None, received, scribe.digest(received)
    # An unreadable order was given to the account's first connection when it named no marketplace.
    known = None if unreadable else row.connection
    values = _clear(order) | {
        "connection": known or _served_by(slugs, order.marketplace_id),
        "sealed": scribe.seal_order(order),
        "digest": digest,
        "bad_digest": None,
        "purged": purged,
        "version": row.version + 1,
        "needs_decision": True,
    }
    if unreadable:
        values |= {"state": OrderState.NEW, "not_before": None, "attempts": 0}
        replace_problems(
            link, row_id=row.id, before=open_problems(link, [row.id]).get(row.id, ()), after=(), now=now
        )
    link.execute(update(orders).where(orders.c.id == row.id).values(values))
    link.execute(delete(order_lines).where(order_lines.c.order_id == row.id))
    _insert_lines(link, [(row.id, order)])
    return True


def _move_time(link: Connection, row: Row[Any], updated: datetime) -> None:
    """Take over a time stamp that moved alone: news only where a decision may have gone by it."""
    values: dict[str, Any] = {"amazon_updated": updated}
    if row.state in _DECIDED_BY_TIME:
        values |= {"version": row.version + 1, "needs_decision": True}
    link.execute(update(orders).where(orders.c.id == row.id).values(values))


def _without_personal_data(order: Order, row: Row[Any], scribe: Scribe) -> Order:
    """Leave out what Amazon sends of a purged order again; what stayed of its address stays as it is."""
    order = redacted(order)
    if row.state == OrderState.QUARANTINED:
        return order
    return replace(order, address=scribe.open_order(row.sealed).address)


def _fill_blanks(order: Order, row: Row[Any], scribe: Scribe) -> Order:
    """Amazon withholds personal data at times: keep what was there."""
    if order.address is not None and all(line.gift_message for line in order.lines):
        return order
    before = scribe.open_order(row.sealed)
    gifts = {line.item_id: line.gift_message for line in before.lines}
    lines = tuple(
        line if line.gift_message else replace(line, gift_message=gifts.get(line.item_id, ""))
        for line in order.lines
    )
    return replace(order, address=order.address or before.address, lines=lines)


def _quarantine(
    link: Connection,
    account: int,
    bad: Malformed,
    row: Row[Any] | None,
    *,
    slugs: dict[str, str],
    scribe: Scribe,
    now: datetime,
) -> bool:
    """Keep an unreadable order; return whether it was new to us."""
    digest = scribe.digest_text(bad.raw)
    if row is not None and digest in {row.digest, row.bad_digest}:
        return False
    problem = Problem("unreadable", f"Amazon's data cannot be read: {bad.problem}", Fixer.ENGINEER)
    slug = (row.connection if row is not None else None) or _served_by(slugs, bad.marketplace_id)
    if row is None:
        row_id = _insert_unreadable(link, account, bad, slug, scribe=scribe, digest=digest, now=now)
        _open_problem(link, row_id, problem, now)
    elif row.state in _KEEPS_ITS_STATE:
        link.execute(update(orders).where(orders.c.id == row.id).values(bad_digest=digest))
    else:
        _turn_unreadable(link, row, bad, problem, scribe=scribe, digest=digest, now=now)
    # An order of a marketplace without connection is told to the account's first one.
    told = slug or next(iter(slugs.values()), None)
    if told is not None:
        detail = told_reason((problem,))
        write_facts(link, [Fact(FactKind.ORDER_QUARANTINED, now, ConnectionSlug(told), bad.order_id, detail)])
    return True


def _insert_unreadable(
    link: Connection,
    account: int,
    bad: Malformed,
    slug: str | None,
    *,
    scribe: Scribe,
    digest: str,
    now: datetime,
) -> int:
    made = link.execute(
        insert(orders)
        .values(
            account_id=account,
            amazon_order_id=bad.order_id,
            connection=slug,
            marketplace_id=bad.marketplace_id and bad.marketplace_id[:40],
            amazon_status="",
            # Any readable version is newer than one that cannot be read.
            amazon_updated=_LONG_AGO,
            service_level="",
            prime=False,
            region="",
            sealed=scribe.seal_text(bad.raw),
            digest=digest,
            state=OrderState.QUARANTINED,
            version=1,
            needs_decision=False,
            first_seen=now,
            not_before=now,
        )
        .returning(orders.c.id)
    )
    return int(made.scalar_one())


def _turn_unreadable(
    link: Connection,
    row: Row[Any],
    bad: Malformed,
    problem: Problem,
    *,
    scribe: Scribe,
    digest: str,
    now: datetime,
) -> None:
    link.execute(
        update(orders)
        .where(orders.c.id == row.id)
        .values(
            sealed=scribe.seal_text(bad.raw if row.purged is None else ""),
            digest=digest,
            state=OrderState.QUARANTINED,
            version=row.version + 1,
            needs_decision=False,
            not_before=now,
            attempts=0,
        )
    )
    before = open_problems(link, [row.id]).get(row.id, ())
    replace_problems(link, row_id=row.id, before=before, after=(problem,), now=now)


def _open_problem(link: Connection, row_id: int, problem: Problem, now: datetime) -> None:
    link.execute(
        insert(holds).values(
            order_id=row_id, code=problem.code, sentence=problem.sentence, fixer=problem.fixer, since=now
        )
    )


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _clear(order: Order) -> dict[str, Any]:
    """Return the columns that may be read without the key: no personal data."""
    place = order.address
    return {
        "marketplace_id": order.marketplace_id[:40],
        "amazon_status": order.status,
        "amazon_updated": order.updated,
        "service_level": order.service_level[:40],
        "prime": order.is_prime,
        "ship_by": order.ship_by.latest,
        "region": ", ".join(filter(None, [place.state, place.country]))[:80] if place else "",
    }


def _insert_lines(link: Connection, made: list[tuple[int, Order]]) -> None:
    rows = [
        {
            "order_id": row_id,
            "position": position,
            "amazon_item_id": line.item_id,
            "sku": line.sku and line.sku[:200],
            "ordered": line.quantity_ordered,
            "open": line.quantity_open,
        }
        for row_id, order in made
        for position, line in enumerate(order.lines)
    ]
    if rows:
        link.execute(insert(order_lines), rows)
