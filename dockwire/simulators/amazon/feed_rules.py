"""The documented rules for the parameters and bodies of the Feeds operations.

Source: the Feeds v2021-06-30 model; the message of a refused createFeed is what users have reported
(selling-partner-api-docs issues 971 and 1370).
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.simulators.amazon.errors import Refusal, invalid_input
from dockwire.simulators.amazon.feed_processing import PROCESSORS, REMOVED
from dockwire.simulators.amazon.feeds import FeedState
from dockwire.simulators.amazon.members import (
    Member,
    check_members,
    is_text,
    is_text_values,
    is_texts,
    parsed,
)
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.parameters import (
    Parameters,
    check_known,
    check_marketplaces,
    choices,
    moment,
    single,
    values,
    whole_number,
)

MAX_MARKETPLACES = 25
MAX_FILTERS = 10
MAX_PAGE = 100
_USUAL_PAGE = 10
_LOOK_BACK = timedelta(days=90)

_FEED_ID = re.compile(r"\d{1,20}", re.ASCII)
_DOCUMENT_ID = re.compile(r"amzn1\.tortuga\.[0-9A-Za-z.-]+", re.ASCII)
_LISTS = frozenset({"feedTypes", "marketplaceIds", "processingStatuses"})
_FILTERS = _LISTS | {"pageSize", "createdSince", "createdUntil"}
_DOCUMENT = {"contentType": Member(is_text, required=True)}
_FEED = {
    "feedType": Member(is_text, required=True),
    "marketplaceIds": Member(is_texts, required=True),
    "inputFeedDocumentId": Member(is_text, required=True),
    "feedOptions": Member(is_text_values),
}


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """A valid search for feeds; empty sets do not restrict."""

    types: frozenset[str]
    marketplaces: frozenset[str]
    states: frozenset[str]
    since: datetime
    until: datetime
    page_size: int

    def written(self) -> str:
        """All of it as a text, for a page token."""
        sets = [sorted(chosen) for chosen in (self.types, self.marketplaces, self.states)]
        return json.dumps([*sets, self.since.isoformat(), self.until.isoformat(), self.page_size])


def read_query(written: str) -> FeedQuery:
    """Return the search that :meth:`FeedQuery.written` wrote."""
    types, marketplaces, states, since, until, page_size = json.loads(written)
    return FeedQuery(
        types=frozenset(types),
        marketplaces=frozenset(marketplaces),
        states=frozenset(states),
        since=datetime.fromisoformat(since),
        until=datetime.fromisoformat(until),
        page_size=page_size,
    )


def feed_query(parameters: Parameters, now: datetime, *, region: str, strict: bool) -> FeedQuery | str:
    """Check the parameters of getFeeds and return the search, or the token of a further page.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        check_known(parameters, _FILTERS | {"nextToken"})
    token = single(parameters, "nextToken")
    if token is not None:
        if len(parameters) > 1:
            raise invalid_input("nextToken must be the only parameter")
        return token
    empty = [name for name in sorted(_LISTS & parameters.keys()) if not values(parameters, name)]
    if empty:
        raise invalid_input(f"{empty[0]} must not be empty")
    types = values(parameters, "feedTypes")
    if not 1 <= len(types) <= MAX_FILTERS:
        raise invalid_input(f"Either feedTypes, with 1 to {MAX_FILTERS} values, or nextToken is required")
    marketplaces = values(parameters, "marketplaceIds")
    check_marketplaces(marketplaces, region, most=MAX_FILTERS)
    since = moment(parameters, "createdSince") if "createdSince" in parameters else now - _LOOK_BACK
    until = moment(parameters, "createdUntil") if "createdUntil" in parameters else now
    if until < since:
        raise invalid_input("createdUntil must be equal to or after createdSince")
    return FeedQuery(
        types=frozenset(types),
        marketplaces=frozenset(marketplaces),
        states=choices(parameters, "processingStatuses", frozenset(FeedState)),
        since=since,
        until=until,
        page_size=whole_number(parameters, "pageSize", most=MAX_PAGE, otherwise=_USUAL_PAGE),
    )


def document_body(content: bytes) -> str:
    """Check the body of createFeedDocument and return the content type.

    Raises:
        Refusal: 400 for a broken rule.
    """
    body = parsed(content)
    check_members(body, _DOCUMENT)
    content_type: str = body["contentType"]
    if not content_type.strip():
        raise invalid_input("contentType must not be blank")
    return content_type


def feed_body(content: bytes, region: str) -> JsonObject:
    """Check the body of createFeed, its document apart.

    Raises:
        Refusal: 400 for a broken rule or a feed type that is not simulated, 403 for marketplaces of
            another region.
    """
    body = parsed(content)
    check_members(body, _FEED)
    if body["feedType"] not in PROCESSORS.keys() | REMOVED:
        raise wrong_request("feedType is not one that the simulator supports")
    if not 1 <= len(body["marketplaceIds"]) <= MAX_MARKETPLACES:
        raise wrong_request(f"marketplaceIds must hold 1 to {MAX_MARKETPLACES} values")
    check_marketplaces(body["marketplaceIds"], region, most=MAX_MARKETPLACES)
    return body


def check_feed_id(feed_id: str) -> None:
    """Check that a text can be a feed's id.

    Raises:
        Refusal: 400, it cannot.
    """
    if not _FEED_ID.fullmatch(feed_id):
        raise invalid_input("feedId is not valid")


def check_document_id(document_id: str) -> None:
    """Check that a text can be a document's id.

    Raises:
        Refusal: 400, it cannot.
    """
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise invalid_input("feedDocumentId is not valid")


def wrong_request(details: str) -> Refusal:
    """400 as createFeed gives it."""
    return Refusal(400, "InvalidInput", "Invalid request parameters", details)
