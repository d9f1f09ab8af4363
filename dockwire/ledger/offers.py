"""Offers as they are read at Amazon, and what their rows say."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, insert, or_, select, update
from sqlalchemy import Connection as Link

from dockwire.errors import Fixer
from dockwire.ledger.facts import write_facts
from dockwire.ledger.parcel_outcomes import reason, told
from dockwire.ledger.stock_tables import stock_offers
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.listing import Listing
from dockwire.model.record import Fact, FactKind, Problem
from dockwire.model.stock import DEFAULT_CHANNEL, Offer
from dockwire.model.stock_book import Gone, LedgerOffer, Look, OfferChoice, OfferRow, OfferState, Unread

CHUNK = 500
"""So many values stand in one list of a query."""

_COLUMNS = stock_offers.c
_SHOWN = (
    "sku", "channels", "product_type", "quantity", "state", "version", "wanted", "sent", "before", "sent_at",
    "looked", "not_before", "problem", "feed_id",
)  # fmt: skip


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield parts that fit into one query."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def offers(link: Link, slug: ConnectionSlug, skus: Sequence[str] | None = None) -> list[LedgerOffer]:
    """Return a connection's offers by SKU: those named, or all."""
    query = select(*(_COLUMNS[name] for name in _SHOWN)).where(_COLUMNS.connection == slug)
    if skus is None:
        return [ledger_offer(row) for row in link.execute(query.order_by(_COLUMNS.sku))]
    found = [row for part in chunks(skus) for row in link.execute(query.where(_COLUMNS.sku.in_(part)))]
    return sorted(map(ledger_offer, found), key=lambda offer: offer.sku)


def offer_skus(link: Link, slug: ConnectionSlug) -> set[str]:
    """Return the SKUs of a connection's offers."""
    return set(link.scalars(select(_COLUMNS.sku).where(_COLUMNS.connection == slug)))


def ledger_offer(row: Row[Any]) -> LedgerOffer:
    """Read a row."""
    state = OfferState(row.state)
    own = None if state is OfferState.SENT else row.quantity
    return LedgerOffer(
        sku=row.sku,
        offers=tuple(_offer(row.sku, channel, own) for channel in json.loads(row.channels)),
        product_type=row.product_type,
        state=state,
        version=row.version,
        wanted=row.wanted,
        sent=row.sent,
        before=row.before,
        sent_at=row.sent_at,
        looked=row.looked,
        not_before=row.not_before,
        in_feed=row.feed_id is not None,
        problem=problem_of(row.problem),
    )


def _offer(sku: str, channel: dict[str, Any], own: int | None) -> Offer:
    quantity = own if channel["channel"] == DEFAULT_CHANNEL else None
    return Offer(sku, channel["channel"], quantity, channel["handling_days"], channel["always_available"])


def problem_of(stored: str | None) -> Problem | None:
    """Read a problem's column."""
    if stored is None:
        return None
    found = json.loads(stored)
    return Problem(found["code"], found["reason"], Fixer(found["fixer"]))


def record_looks(
    link: Link, connection: Connection, looks: Sequence[Look | Gone | Unread], *, now: datetime
) -> None:
    """Take over what reading listings told."""
    facts: list[Fact] = []
    skus = [look.listing.sku if isinstance(look, Look) else look.sku for look in looks]
    rows = _locked(link, connection, sorted(skus))
    for look in looks:
        if isinstance(look, Gone):
            _drop(link, connection, look, now)
        elif isinstance(look, Unread):
            place = and_(_COLUMNS.connection == connection.slug, _COLUMNS.sku == look.sku)
            link.execute(update(stock_offers).where(place).values(looked=now))
        elif (row := rows.get(look.listing.sku)) is None:
            link.execute(insert(stock_offers).values(_new(connection, look.listing, now)))
        else:
            _take_over(link, row, look, now=now)
            if _is_news(row, look):
                facts.append(_differs(connection, look, now))
    write_facts(link, facts)


def _locked(link: Link, connection: Connection, skus: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(stock_offers).where(_COLUMNS.connection == connection.slug).order_by(_COLUMNS.sku)
    return {
        row.sku: row
        for part in chunks(skus)
        for row in link.execute(query.where(_COLUMNS.sku.in_(part)).with_for_update())
    }


def _drop(link: Link, connection: Connection, gone: Gone, now: datetime) -> None:
    link.execute(
        delete(stock_offers).where(
            _COLUMNS.connection == connection.slug,
            _COLUMNS.sku == gone.sku,
            _COLUMNS.version == gone.version,
            _COLUMNS.feed_id.is_(None),
            # What was sent may still arrive; the row keeps the next quantity from being sent under it.
            or_(_COLUMNS.not_before.is_(None), _COLUMNS.not_before <= now),
        )
    )


def _new(connection: Connection, listing: Listing, now: datetime) -> dict[str, Any]:
    return _read(listing) | {
        "connection": connection.slug,
        "sku": listing.sku,
        "quantity": _own(listing),
        "state": OfferState.KNOWN,
        "version": 1,
        "looked": now,
    }


def _read(listing: Listing) -> dict[str, Any]:
    channels = [
        {
            "channel": offer.channel,
            "handling_days": offer.handling_days,
            "always_available": offer.always_available,
        }
        for offer in listing.offers
    ]
    return {
        "channels": json.dumps(channels, ensure_ascii=False),
        "own": listing.own is not None,
        "product_type": listing.product_type,
    }


def _own(listing: Listing) -> int | None:
    return None if listing.own is None else listing.own.quantity


def _take_over(link: Link, row: Row[Any], look: Look, *, now: datetime) -> None:
    values: dict[str, Any] = {"looked": now}
    if row.version == look.version:
        changed = _read(look.listing)
        if look.settled and row.feed_id is None:
            changed |= {
                "quantity": _own(look.listing),
                "state": OfferState.KNOWN,
                "not_before": None,
                "problem": told(look.problem),
            }
        elif row.state == OfferState.REFUSED and row.feed_id is None:
            # Nothing of ours is on its way: what Amazon shows is what it has.
            changed["quantity"] = _own(look.listing)
        if any(getattr(row, name) != value for name, value in changed.items()):
            values |= changed | {"version": row.version + 1}
    link.execute(
        update(stock_offers)
        .where(_COLUMNS.connection == row.connection, _COLUMNS.sku == row.sku)
        .values(values)
    )


_WORTH_TELLING = "not_applied"


def _is_news(row: Row[Any], look: Look) -> bool:
    if row.version != look.version or look.problem is None or look.problem.code != _WORTH_TELLING:
        return False
    before = problem_of(row.problem)
    return before is None or before.code != _WORTH_TELLING


def _differs(connection: Connection, look: Look, now: datetime) -> Fact:
    detail = {"sku": look.listing.sku} | reason(look.problem)
    return Fact(FactKind.STOCK_DIFFERS, now, connection.slug, detail=detail)


def unseen_offers(link: Link, connection: Connection, *, since: datetime) -> list[LedgerOffer]:
    """Return the offers outside of feeds that no reading met since a moment."""
    query = (
        select(*(_COLUMNS[name] for name in _SHOWN))
        .where(
            _COLUMNS.connection == connection.slug,
            _COLUMNS.feed_id.is_(None),
            or_(_COLUMNS.looked.is_(None), _COLUMNS.looked < since),
        )
        .order_by(_COLUMNS.sku)
    )
    return [ledger_offer(row) for row in link.execute(query)]


def is_due(connection: Connection, now: datetime) -> ColumnElement[bool]:
    """Return the condition of an offer that is to be sent now."""
    return and_(
        _COLUMNS.connection == connection.slug,
        _COLUMNS.own,
        _COLUMNS.feed_id.is_(None),
        differs(),
        or_(_COLUMNS.not_before.is_(None), _COLUMNS.not_before <= now),
    )


def is_uncertain() -> ColumnElement[bool]:
    """Return the condition of an offer whose quantity at Amazon nobody knows."""
    return or_(_COLUMNS.quantity.is_(None), _COLUMNS.state == OfferState.SENT)


def differs() -> ColumnElement[bool]:
    """Return the condition of an offer that is wanted at what Amazon does not have, or may not have."""
    return and_(_COLUMNS.wanted.is_not(None), or_(is_uncertain(), _COLUMNS.quantity != _COLUMNS.wanted))


def due_offers(link: Link, connection: Connection, *, now: datetime, limit: int) -> list[LedgerOffer]:
    """Return what is due: none first, then what shrinks or is not known, then what grows."""
    shrinks = or_(is_uncertain(), _COLUMNS.wanted < _COLUMNS.quantity)
    urgency = case((_COLUMNS.wanted == 0, 0), (shrinks, 1), else_=2)
    query = (
        select(*(_COLUMNS[name] for name in _SHOWN))
        .where(is_due(connection, now))
        .order_by(urgency, _COLUMNS.sku)
        .limit(limit)
    )
    return [ledger_offer(row) for row in link.execute(query)]


def count_due(link: Link, connection: Connection, *, now: datetime) -> int:
    """Return how many offers are due."""
    return int(
        link.scalar(select(func.count()).select_from(stock_offers).where(is_due(connection, now))) or 0
    )


def offers_to_verify(link: Link, connection: Connection, *, sample: int) -> list[LedgerOffer]:
    """Return what is on its way outside of feeds, and those of the others that were looked at longest ago."""
    query = select(*(_COLUMNS[name] for name in _SHOWN)).where(
        _COLUMNS.connection == connection.slug, _COLUMNS.feed_id.is_(None)
    )
    moving = _COLUMNS.state.in_((OfferState.SENT, OfferState.ACCEPTED))
    first = case((_COLUMNS.looked.is_(None), 0), else_=1)
    others = query.where(~moving).order_by(first, _COLUMNS.looked, _COLUMNS.sku).limit(sample)
    found = [*link.execute(query.where(moving).order_by(_COLUMNS.sku)), *link.execute(others)]
    return [ledger_offer(row) for row in found]


def offer_rows(
    link: Link, slug: ConnectionSlug | None, *, sku: str, which: OfferChoice, limit: int
) -> list[OfferRow]:
    """Return offers with their newest decisions."""
    query = select(stock_offers).order_by(_COLUMNS.connection, _COLUMNS.sku).limit(limit)
    if which is OfferChoice.WITHHELD:
        query = query.where(_COLUMNS.why.is_not(None), _COLUMNS.wanted.is_(None))
    elif which is OfferChoice.DIFFERENT:
        query = query.where(_COLUMNS.own, differs())
    if slug is not None:
        query = query.where(_COLUMNS.connection == slug)
    if sku:
        query = query.where(_COLUMNS.sku == sku)
    return [
        OfferRow(
            ConnectionSlug(row.connection),
            ledger_offer(row),
            json.loads(row.why) if row.why else None,
            row.told or "",
            row.as_of,
        )
        for row in link.execute(query)
    ]
