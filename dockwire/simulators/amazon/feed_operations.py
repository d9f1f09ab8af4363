"""The operations of Feeds v2021-06-30."""

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.errors import invalid_input, not_found, quota_exceeded
from dockwire.simulators.amazon.feed_processing import put_in_queue
from dockwire.simulators.amazon.feed_rules import (
    FeedQuery,
    check_document_id,
    check_feed_id,
    document_body,
    feed_body,
    read_query,
    wrong_request,
)
from dockwire.simulators.amazon.feed_storage import presigned
from dockwire.simulators.amazon.feeds import Feed, FeedState
from dockwire.simulators.amazon.orders import JsonObject, Position
from dockwire.simulators.amazon.page_tokens import Page, seal, unseal
from dockwire.simulators.amazon.quota import OF_FEED_TYPES
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World


def create_document(world: World, seller: Seller, content: bytes, base: str) -> JsonObject:
    """Answer createFeedDocument; ``base`` is scheme and host for the upload address.

    Raises:
        Refusal: 400 for a body that breaks the model.
    """
    document = world.feeds.new_document(seller, document_body(content), world.clock.now())
    return {"feedDocumentId": document.id, "url": presigned(world, base, "PUT", document)}


def create_feed(world: World, seller: Seller, content: bytes) -> JsonObject:
    """Answer createFeed.

    Whether anything was uploaded is not looked at before the feed is processed.

    Raises:
        Refusal: 400 for a body that breaks a rule or names a document that cannot be used, 403 for
            marketplaces of another region, 429 for too many feeds of one type.
    """
    body, now = feed_body(content, seller.region), world.clock.now()
    _take_quota(world, seller, body["feedType"])
    document = world.feeds.document(body["inputFeedDocumentId"], now)
    if document is None or document.seller_id != seller.id:
        raise wrong_request("inputFeedDocumentId is unknown or has expired")
    if document.used:
        raise wrong_request("inputFeedDocumentId has been used already")
    feed = world.feeds.new_feed(seller, body["feedType"], tuple(body["marketplaceIds"]), document, now)
    put_in_queue(world, feed)
    return {"feedId": feed.id}


def get_feed(world: World, seller: Seller, feed_id: str) -> JsonObject:
    """Answer getFeed.

    Raises:
        Refusal: 400 for something that is no feed id, 404 for a feed the seller does not have.
    """
    return _shown(_found(world, seller, feed_id))


def get_feeds(world: World, seller: Seller, query: FeedQuery | str) -> JsonObject:
    """Answer getFeeds with one page, newest first.

    Raises:
        Refusal: 400 for a bad token.
    """
    now, cursor = world.clock.now(), None
    if isinstance(query, str):
        page = unseal(query, world.key, now, name="nextToken")
        if page.seller_id != seller.id:
            raise invalid_input("nextToken is not valid")
        query, cursor = read_query(page.fingerprint), page.cursor
    matching = [feed for feed in reversed(world.feeds.feeds(now, seller)) if _fits(feed, query)]
    rest = [feed for feed in matching if cursor is None or _position(feed) < cursor]
    shown = rest[: query.page_size]
    answer: JsonObject = {"feeds": [_shown(feed) for feed in shown]}
    if len(rest) > len(shown):
        following = Page(seller.id, query.written(), query.until, _position(shown[-1]), now)
        answer["nextToken"] = seal(following, world.key)
    return answer


def cancel_feed(world: World, seller: Seller, feed_id: str) -> None:
    """Carry out cancelFeed.

    Raises:
        Refusal: 400 for a feed that no longer waits, 404 for one the seller does not have.
    """
    feed = _found(world, seller, feed_id)
    if feed.state != FeedState.IN_QUEUE:
        raise invalid_input("Only feeds with processingStatus IN_QUEUE can be cancelled")
    # The model's sample of a cancelled feed has both times.
    feed.state, feed.started, feed.ended = FeedState.CANCELLED, world.clock.now(), world.clock.now()


def get_document(world: World, seller: Seller, document_id: str, base: str, *, decoded: bool) -> JsonObject:
    """Answer getFeedDocument; ``decoded`` lets the download name its encoding in a header.

    Raises:
        Refusal: 400 for something that is no document id, 404 for one the seller does not have.
    """
    check_document_id(document_id)
    document = world.feeds.document(document_id, world.clock.now())
    if document is None or document.seller_id != seller.id:
        raise not_found("There is no such feed document.")
    encoding = {"response-content-encoding": "gzip"} if decoded and document.compressed else {}
    answer = {"feedDocumentId": document.id, "url": presigned(world, base, "GET", document, **encoding)}
    return answer | ({"compressionAlgorithm": "GZIP"} if document.compressed else {})


def _take_quota(world: World, seller: Seller, feed_type: str) -> None:
    key = (world.application.client_id, seller.id, seller.region, feed_type)
    if feed_type in OF_FEED_TYPES and not world.quota.take(key, world.clock.now()):
        raise quota_exceeded()


def _found(world: World, seller: Seller, feed_id: str) -> Feed:
    check_feed_id(feed_id)
    feed = world.feeds.feed(seller, feed_id, world.clock.now())
    if feed is None:
        raise not_found("There is no such feed.")
    return feed


def _fits(feed: Feed, query: FeedQuery) -> bool:
    return (
        feed.type in query.types
        and query.since <= feed.created <= query.until
        and (not query.states or feed.state in query.states)
        and (not query.marketplaces or not query.marketplaces.isdisjoint(feed.marketplace_ids))
    )


def _position(feed: Feed) -> Position:
    return feed.created, feed.id


def _shown(feed: Feed) -> JsonObject:
    """Write a ``Feed`` of the model."""
    moments = {"processingStartTime": feed.started, "processingEndTime": feed.ended}
    shown: JsonObject = {
        "feedId": feed.id,
        "feedType": feed.type,
        "marketplaceIds": list(feed.marketplace_ids),
        "createdTime": timestamp(feed.created),
        "processingStatus": feed.state.value,
    }
    shown |= {name: timestamp(moment) for name, moment in moments.items() if moment is not None}
    return shown | ({"resultFeedDocumentId": feed.report.id} if feed.report else {})
