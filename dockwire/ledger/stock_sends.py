"""Quantities on their way: wanted by a decision, written down, sent, answered; one by one and in feeds."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, and_, bindparam, case, func, insert, null, or_, select, update

from dockwire.errors import Fixer
from dockwire.ledger.facts import write_facts
from dockwire.ledger.feeds import siblings_of
from dockwire.ledger.offers import chunks, differs, is_uncertain
from dockwire.ledger.parcel_outcomes import reason, told
from dockwire.ledger.stock_tables import stock_feed_messages, stock_feeds, stock_offers
from dockwire.model.connection import Connection
from dockwire.model.feed import SentFeed
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Fact, FactKind
from dockwire.model.stock import Offered
from dockwire.model.stock_book import Decided, LedgerOffer, OfferState, Sending, SendOutcome

_COLUMNS = stock_offers.c


def record_decisions(
    link: Link, connection: Connection, decisions: Sequence[Decided], *, as_of: datetime
) -> int:
    """Remember what each SKU is to be offered at; facts that are older than the known ones change nothing."""
    mine = _COLUMNS.connection == connection.slug
    older = or_(_COLUMNS.as_of.is_(None), _COLUMNS.as_of <= as_of)
    known = {
        row.sku: row
        # Locked, and always in the same order: the decision of another run is older or newer, never between.
        for row in link.execute(
            select(_COLUMNS.sku, _COLUMNS.wanted, _COLUMNS.why, _COLUMNS.quantity, _COLUMNS.state)
            .where(mine, older)
            .order_by(_COLUMNS.sku)
            .with_for_update()
        )
    }
    rows = [row for each in decisions if _differs(known, row := _decision(each))]
    write_facts(link, _sold_on(connection, known, decisions, as_of))
    if rows:
        change = update(stock_offers).where(mine, _COLUMNS.sku == bindparam("of_sku"), older)
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _DECIDED}
        # What Amazon refused says nothing of another quantity, so that one need not wait.
        anew = and_(_COLUMNS.state == OfferState.REFUSED, _COLUMNS.wanted != bindparam("to_wanted"))
        waits = case((anew, null()), else_=_COLUMNS.not_before)
        link.execute(change.values(values | {"not_before": waits}), rows)
    link.execute(update(stock_offers).where(mine, older).values(as_of=as_of))
    return len(rows)


_DECIDED = ("wanted", "why", "told")


def _decision(each: Decided) -> dict[str, Any]:
    wanted = each.decision.quantity if isinstance(each.decision, Offered) else None
    why = json.dumps(each.why, ensure_ascii=False)
    return {"of_sku": each.decision.sku, "to_wanted": wanted, "to_why": why, "to_told": each.told}


def _differs(known: Mapping[str, Row[Any]], decision: Mapping[str, Any]) -> bool:
    row = known.get(decision["of_sku"])
    return row is not None and (row.wanted, row.why) != (decision["to_wanted"], decision["to_why"])


def _sold_on(
    connection: Connection, known: Mapping[str, Row[Any]], decisions: Sequence[Decided], at: datetime
) -> list[Fact]:
    """Return a fact for each SKU that loses its quantity while Amazon may be selling it, unless by choice."""
    facts = []
    for decision in (each.decision for each in decisions):
        row = known.get(decision.sku)
        if isinstance(decision, Offered) or row is None or row.wanted is None:
            continue
        units = None if row.state == OfferState.SENT else row.quantity
        if units != 0 and decision.reason.fixer is not Fixer.NOBODY:
            had = {} if units is None else {"amazon_has": str(units)}
            detail = {"sku": decision.sku} | had | reason(decision.reason)
            facts.append(Fact(FactKind.STOCK_WITHHELD, at, connection.slug, detail=detail))
    return facts


def begin_sends(
    link: Link,
    connection: Connection,
    offers: Sequence[LedgerOffer],
    *,
    now: datetime,
    not_before: datetime | None,
    feed: int | None = None,
) -> list[Sending]:
    """Write down that the quantities wanted now are sent, of those rows that stand as they were read."""
    taken: dict[str, Sending] = {}
    for offer in sorted(offers, key=lambda each: each.sku):
        row = link.execute(
            update(stock_offers)
            .where(
                _COLUMNS.connection == connection.slug,
                _COLUMNS.sku == offer.sku,
                _COLUMNS.version == offer.version,
                _COLUMNS.feed_id.is_(None),
                _COLUMNS.own,
                differs(),
            )
            .values(
                # After a sending of unknown outcome nobody knows: put back as known, the older quantity would
                # look settled while Amazon may sell from the sent one.
                before=case((is_uncertain(), null()), else_=_COLUMNS.quantity),
                sent=_COLUMNS.wanted,
                sent_at=now,
                state=OfferState.SENT,
                not_before=not_before,
                feed_id=feed,
                version=_COLUMNS.version + 1,
            )
            .returning(_COLUMNS.sku, _COLUMNS.sent, _COLUMNS.version, _COLUMNS.product_type)
        ).one_or_none()
        if row is not None:
            taken[row.sku] = Sending(row.sku, row.sent, row.version, row.product_type)
    return [taken[offer.sku] for offer in offers if offer.sku in taken]


def record_sends(
    link: Link, connection: ConnectionSlug, outcomes: Sequence[SendOutcome], *, now: datetime
) -> None:
    """Record what became of sendings whose rows did not move meanwhile."""
    facts: list[Fact] = []
    for outcome in sorted(outcomes, key=lambda each: each.sku):
        place = and_(_COLUMNS.connection == connection, _COLUMNS.sku == outcome.sku)
        row = link.execute(select(stock_offers).where(place).with_for_update()).one_or_none()
        if row is None or row.version != outcome.version:
            continue
        values = _VALUES[outcome.state](outcome)
        link.execute(update(stock_offers).where(place).values(values | {"version": row.version + 1}))
        if outcome.state is OfferState.REFUSED and told(outcome.problem) != row.problem:
            detail = {"sku": row.sku, "quantity": str(row.sent)} | reason(outcome.problem)
            facts.append(Fact(FactKind.STOCK_REFUSED, now, connection, detail=detail))
    write_facts(link, facts)


def _back(state: OfferState) -> dict[str, Any]:
    return {"state": state, "quantity": _COLUMNS.before}


_VALUES: dict[OfferState, Callable[[SendOutcome], dict[str, Any]]] = {
    # A problem stays until the listing has been read: Amazon accepts what it never applies.
    OfferState.ACCEPTED: lambda outcome: {
        "state": OfferState.ACCEPTED,
        "quantity": _COLUMNS.sent,
        "not_before": outcome.not_before,
        "submission": outcome.submission or null(),
    },
    OfferState.REFUSED: lambda outcome: {
        **_back(OfferState.REFUSED),
        "not_before": outcome.not_before,
        "problem": told(outcome.problem),
    },
    OfferState.KNOWN: lambda _: {**_back(OfferState.KNOWN), "not_before": None},
    OfferState.SENT: lambda outcome: {"state": OfferState.SENT, "not_before": outcome.not_before},
}


def retry_offers(link: Link, slug: ConnectionSlug, sku: str) -> int:
    """Make refused offers due at once."""
    refused = (
        update(stock_offers)
        .where(_COLUMNS.connection == slug, _COLUMNS.state == OfferState.REFUSED)
        .values(state=OfferState.KNOWN, not_before=None, problem=None, version=_COLUMNS.version + 1)
    )
    return link.execute(refused.where(_COLUMNS.sku == sku) if sku else refused).rowcount


def begin_feed(
    link: Link, connection: Connection, offers: Sequence[LedgerOffer], *, now: datetime
) -> tuple[int, list[Sending]]:
    """Write down a feed; without a message left there is none."""
    made = insert(stock_feeds).values(connection=connection.slug, begun=now).returning(stock_feeds.c.id)
    number = int(link.execute(made).scalar_one())
    sendings = begin_sends(link, connection, offers, now=now, not_before=None, feed=number)
    if not sendings:
        link.execute(stock_feeds.delete().where(stock_feeds.c.id == number))
        return 0, []
    rows = [
        {
            "feed_id": number,
            "number": place,
            "sku": each.sku,
            "units": each.units,
            "version": each.version,
            "product_type": each.product_type,
        }
        for place, each in enumerate(sendings, 1)
    ]
    for part in chunks(rows):
        link.execute(insert(stock_feed_messages), list(part))
    return number, sendings


def feed_made(link: Link, feed: int, amazon_id: str) -> None:
    """Record Amazon's number of a feed."""
    link.execute(update(stock_feeds).where(stock_feeds.c.id == feed).values(amazon_id=amazon_id))


def forget_feed(link: Link, feed: int) -> None:
    """Undo a feed that Amazon certainly never carried out: its offers are as before."""
    link.execute(
        update(stock_offers)
        .where(_COLUMNS.feed_id == feed)
        .values(feed_id=None, not_before=None, version=_COLUMNS.version + 1, **_back(OfferState.KNOWN))
    )
    link.execute(stock_feed_messages.delete().where(stock_feed_messages.c.feed_id == feed))
    link.execute(stock_feeds.delete().where(stock_feeds.c.id == feed))


def open_feeds(link: Link, connection: Connection) -> list[SentFeed]:
    """Return the connection's feeds whose results are not recorded yet, oldest first."""
    query = (
        select(stock_feeds, func.count().label("messages"))
        .join(stock_feed_messages, stock_feed_messages.c.feed_id == stock_feeds.c.id)
        .where(stock_feeds.c.connection == connection.slug, stock_feeds.c.ended.is_(None))
        .group_by(stock_feeds.c.id)
        .order_by(stock_feeds.c.id)
    )
    return [SentFeed(row.id, row.amazon_id, row.begun, row.messages) for row in link.execute(query)]


def known_feeds(link: Link, amazon_ids: Sequence[str]) -> set[str]:
    """Return those of Amazon's numbers that belong to a stock feed in the ledger."""
    return set(link.scalars(select(stock_feeds.c.amazon_id).where(stock_feeds.c.amazon_id.in_(amazon_ids))))


def feed_messages(link: Link, feed: int) -> list[Sending]:
    """Return a feed's messages in their order."""
    query = (
        select(stock_feed_messages)
        .where(stock_feed_messages.c.feed_id == feed)
        .order_by(stock_feed_messages.c.number)
    )
    return [Sending(row.sku, row.units, row.version, row.product_type) for row in link.execute(query)]


def lower_now(link: Link, feed: int) -> int:
    """Return how many of a feed's messages say more than is wanted by now."""
    query = (
        select(func.count())
        .select_from(stock_offers)
        .where(_COLUMNS.feed_id == feed, _COLUMNS.wanted < _COLUMNS.sent)
    )
    return int(link.scalar(query) or 0)


def end_feed(
    link: Link, feed: int, outcomes: Sequence[SendOutcome], *, queued: float | None, now: datetime
) -> None:
    """Record what became of a feed's messages and close it."""
    slug = link.scalar(
        select(stock_feeds.c.connection).where(stock_feeds.c.id == feed, stock_feeds.c.ended.is_(None))
    )
    if slug is None:
        # Another run has closed it.
        return
    record_sends(link, ConnectionSlug(slug), outcomes, now=now)
    link.execute(update(stock_offers).where(_COLUMNS.feed_id == feed).values(feed_id=None))
    link.execute(update(stock_feeds).where(stock_feeds.c.id == feed).values(ended=now, queued=queued))


def queue_seconds(link: Link, connection: Connection) -> float | None:
    """Return how long the account's last stock feed waited in Amazon's queue."""
    return link.scalar(
        select(stock_feeds.c.queued)
        .where(stock_feeds.c.connection.in_(siblings_of(connection.slug)), stock_feeds.c.queued.is_not(None))
        .order_by(stock_feeds.c.id.desc())
        .limit(1)
    )
