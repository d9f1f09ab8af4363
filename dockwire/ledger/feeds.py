"""Feeds: written down before Amazon hears of them, open until what became of every message is recorded."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection as Link
from sqlalchemy import Select, delete, func, insert, select, update

from dockwire.ledger.parcel_reading import is_due, joined, ledger_parcel
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import connections, feed_messages, feeds, orders, parcels
from dockwire.model.connection import Connection
from dockwire.model.feed import Backlog, SentFeed
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.parcel import LedgerParcel, ParcelState


def backlog(link: Link, connection: Connection, *, now: datetime) -> Backlog:
    """Return how much waits to be told in the connection's seller account."""
    siblings = siblings_of(connection.slug)
    waiting = (
        select(parcels.c.connection, func.count())
        .where(parcels.c.connection.in_(siblings), is_due(now))
        .group_by(parcels.c.connection)
    )
    counts = dict(link.execute(waiting).tuples().all())
    queued = (
        select(feeds.c.queued)
        .where(feeds.c.connection.in_(siblings), feeds.c.queued.is_not(None))
        .order_by(feeds.c.id.desc())
        .limit(1)
    )
    due = counts.pop(connection.slug, 0)
    return Backlog(due, sum(counts.values()), link.scalar(queued))


def begin_feed(
    link: Link, connection: Connection, chosen: Sequence[LedgerParcel], *, now: datetime
) -> tuple[int, list[int]]:
    """Write down a feed of those parcels that did not move since they were read.

    Returns its number and the parcels' in the order of its messages; without a parcel left there is
    no feed and the number means nothing.
    """
    taken: list[int] = []
    number = 0
    for each in sorted(chosen, key=attrgetter("id")):
        moved = link.execute(
            update(parcels)
            .where(parcels.c.id == each.id, parcels.c.version == each.version)
            .values(
                state=ParcelState.SENT,
                version=parcels.c.version + 1,
                attempts=parcels.c.attempts + 1,
                # Amazon may take it at any time: a later change is a correction.
                sent_digest=parcels.c.digest,
            )
        )
        if moved.rowcount:
            taken.append(each.id)
    if taken:
        made = insert(feeds).values(connection=connection.slug, begun=now).returning(feeds.c.id)
        number = link.execute(made).scalar_one()
        _write_messages(link, number, taken)
    return number, taken


def _write_messages(link: Link, number: int, taken: Sequence[int]) -> None:
    digests = dict(
        link.execute(select(parcels.c.id, parcels.c.digest).where(parcels.c.id.in_(taken))).tuples().all()
    )
    link.execute(
        insert(feed_messages),
        [
            {"feed_id": number, "number": place, "parcel_id": parcel, "digest": digests[parcel]}
            for place, parcel in enumerate(taken, 1)
        ],
    )


def feed_made(link: Link, feed: int, amazon_id: str) -> None:
    """Record Amazon's number of a feed."""
    link.execute(update(feeds).where(feeds.c.id == feed).values(amazon_id=amazon_id))


def forget_feed(link: Link, feed: int) -> None:
    """Undo a feed that Amazon certainly never got: its parcels are as before."""
    inside = select(feed_messages.c.parcel_id).where(feed_messages.c.feed_id == feed)
    link.execute(
        update(parcels)
        .where(parcels.c.id.in_(inside), parcels.c.state == ParcelState.SENT)
        .values(state=ParcelState.TO_SEND, version=parcels.c.version + 1, attempts=0)
    )
    link.execute(delete(feed_messages).where(feed_messages.c.feed_id == feed))
    link.execute(delete(feeds).where(feeds.c.id == feed))


def open_feeds(link: Link, connection: Connection) -> list[SentFeed]:
    """Return the connection's feeds whose results are not recorded yet, oldest first."""
    query = (
        select(feeds, func.count().label("messages"))
        .join(feed_messages, feed_messages.c.feed_id == feeds.c.id)
        .where(feeds.c.connection == connection.slug, feeds.c.ended.is_(None))
        .group_by(feeds.c.id)
        .order_by(feeds.c.id)
    )
    return [SentFeed(row.id, row.amazon_id, row.begun, row.messages) for row in link.execute(query)]


def known_feeds(link: Link, amazon_ids: Sequence[str]) -> set[str]:
    """Return those of Amazon's numbers that belong to a feed in the ledger."""
    return set(link.scalars(select(feeds.c.amazon_id).where(feeds.c.amazon_id.in_(amazon_ids))))


def feed_orders(link: Link, feed: int) -> list[AmazonOrderId]:
    """Return the Amazon orders of a feed's messages, in their order."""
    query = (
        select(orders.c.amazon_order_id)
        .join(parcels, parcels.c.order_id == orders.c.id)
        .join(feed_messages, feed_messages.c.parcel_id == parcels.c.id)
        .where(feed_messages.c.feed_id == feed)
        .order_by(feed_messages.c.number)
    )
    return [AmazonOrderId(order_id) for order_id in link.scalars(query)]


def feed_parcels(
    link: Link, feed: int, *, after: int, limit: int, scribe: Scribe
) -> list[tuple[int, LedgerParcel]]:
    """Return a feed's messages behind ``after`` whose parcels stand as they were sent, with their numbers."""
    query = (
        joined()
        .join(feed_messages, feed_messages.c.parcel_id == parcels.c.id)
        .add_columns(feed_messages.c.number)
        .where(
            feed_messages.c.feed_id == feed,
            feed_messages.c.number > after,
            feed_messages.c.digest == parcels.c.digest,
            parcels.c.state == ParcelState.SENT,
        )
        .order_by(feed_messages.c.number)
        .limit(limit)
    )
    return [(row.number, ledger_parcel(row, scribe)) for row in link.execute(query)]


def end_feed(link: Link, feed: int, *, queued: float | None, now: datetime) -> None:
    """Close a feed: its parcels may be told again."""
    link.execute(
        update(feeds).where(feeds.c.id == feed, feeds.c.ended.is_(None)).values(ended=now, queued=queued)
    )


def siblings_of(slug: ConnectionSlug) -> Select[tuple[str]]:
    """Return the query for the connections of the same seller account, this one included."""
    mine = select(connections.c.account_id).where(connections.c.slug == slug).scalar_subquery()
    return select(connections.c.slug).where(connections.c.account_id == mine)
