"""Feeds of one type of one seller account: submitted, watched, called back, and their reports fetched.

Source: Feeds v2021-06-30 model and use case guide.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from dockwire.amazon.answers import unusable
from dockwire.amazon.feed_report import MOST_BYTES, unpacked
from dockwire.amazon.feed_wire import WireDocument, WireFeed, WireFeeds, WireNewDocument, WireNewFeed, read
from dockwire.amazon.moments import written
from dockwire.amazon.storage import Storage
from dockwire.errors import NotFound, Refused, Unavailable
from dockwire.model.feed import Feed, FeedState
from dockwire.transport import Call, Reply

_FEEDS = "/feeds/2021-06-30"
_GZIP = "GZIP"

Ask = Callable[[Call], Awaitable[Reply]]
"""Sends a call with a token, paced, and raises what a refusal means."""

R = TypeVar("R")


class FeedCalls:
    """What every type of feed has in common."""

    def __init__(self, feed_type: str, content_type: str, *, ask: Ask, storage: Storage) -> None:
        self._type, self._content_type = feed_type, content_type
        self._ask, self._storage = ask, storage

    async def hand_in(self, content: bytes, marketplace_ids: Sequence[str]) -> str:
        """Submit a document and return the feed's id.

        Raises:
            Unavailable: nothing was submitted.
            Unanswered: ``createFeed`` went unanswered.
        """
        body: dict[str, object] = {"contentType": self._content_type}
        call = Call("createFeedDocument", "POST", f"{_FEEDS}/documents", body=body)
        document = read(WireNewDocument, call, await self._ask(call))
        await self._storage.put(document.url, content, self._content_type)
        body = {
            "feedType": self._type,
            "marketplaceIds": sorted(set(marketplace_ids)),
            "inputFeedDocumentId": document.feed_document_id,
        }
        call = Call("createFeed", "POST", f"{_FEEDS}/feeds", body=body, repeatable=False)
        return read(WireNewFeed, call, await self._ask(call)).feed_id

    async def look(self, feed_id: str) -> Feed:
        """Return a feed as it is now.

        Raises:
            NotFound: Amazon has forgotten it; it does so after 28 days.
        """
        call = Call("getFeed", "GET", _path(feed_id))
        reply = await self._ask(call)
        found = read(WireFeed, call, reply).feed()
        if found.id != feed_id:
            raise unusable(call, reply)
        return found

    async def since(self, moment: datetime) -> list[Feed]:
        """Return the account's newest feeds of this type, at most 100, made at or after a moment."""
        params = {"feedTypes": self._type, "pageSize": "100", "createdSince": written(moment)}
        call = Call("getFeeds", "GET", f"{_FEEDS}/feeds", params)
        return [found.feed() for found in read(WireFeeds, call, await self._ask(call)).feeds]

    async def cancel(self, feed_id: str) -> Feed:
        """Call a feed back and return it as it is then; only one IN_QUEUE can be called back."""
        call = Call("cancelFeed", "DELETE", _path(feed_id), expects_json=False)
        with suppress(Refused):
            # Refused when it is too late, or the first answer was lost: only its state tells.
            await self._ask(call)
        return await self.look(feed_id)

    async def report(self, feed: Feed, reader: Callable[[bytes], R | None]) -> R | None:
        """Return the report of an ended feed; None when there is none.

        Of a feed that is not DONE nothing is known, whatever its report says.

        Raises:
            Unavailable: the report cannot be had or read now.
            ValueError: the feed has not ended.
        """
        if not feed.state.ended:
            raise ValueError(f"feed {feed.id} has not ended: it is {feed.state}")
        if feed.state is not FeedState.DONE or feed.report is None:
            return None
        try:
            return await self._fetched(feed.report, reader)
        except NotFound:
            return None

    async def _fetched(self, document_id: str, reader: Callable[[bytes], R | None]) -> R:
        call = Call("getFeedDocument", "GET", f"{_FEEDS}/documents/{quote(document_id, safe='')}")
        document = read(WireDocument, call, await self._ask(call))
        stored: bytes | None = await self._storage.get(document.url, most=MOST_BYTES)
        if document.compression_algorithm == _GZIP and stored is not None:
            stored = unpacked(stored)
        report = None if stored is None else reader(stored)
        if report is None:
            raise Unavailable(
                "the document is no processing report", system="amazon", operation="downloadDocument"
            )
        return report


def _path(feed_id: str) -> str:
    return f"{_FEEDS}/feeds/{quote(feed_id, safe='')}"
