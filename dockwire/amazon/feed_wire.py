"""Feeds v2021-06-30 as Amazon answers: only the members dockwire uses.

Source: Amazon's model ``feeds_2021-06-30``. Addresses of documents are secrets: whoever knows one can
read or replace the document.
"""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from dockwire.amazon.answers import unusable
from dockwire.amazon.wire import MaybeMoment, Moment, Needed, Text
from dockwire.model.feed import Feed, FeedState
from dockwire.transport import Call, Reply


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", hide_input_in_errors=True, frozen=True
    )


class WireNewDocument(_Wire):
    """An answer of createFeedDocument."""

    feed_document_id: Needed
    url: SecretStr


class WireNewFeed(_Wire):
    """An answer of createFeed."""

    feed_id: Needed


class WireFeed(_Wire):
    """An answer of getFeed."""

    feed_id: Needed
    processing_status: FeedState
    created_time: Moment
    processing_start_time: MaybeMoment = None
    result_feed_document_id: Text = None

    def feed(self) -> Feed:
        """Return it as a noun."""
        return Feed(
            self.feed_id,
            self.processing_status,
            self.created_time,
            self.result_feed_document_id,
            self.processing_start_time,
        )


class WireFeeds(_Wire):
    """An answer of getFeeds."""

    feeds: tuple[WireFeed, ...]


class WireDocument(_Wire):
    """An answer of getFeedDocument."""

    url: SecretStr
    compression_algorithm: Text = None


Answer = TypeVar("Answer", bound=_Wire)


def read(kind: type[Answer], call: Call, reply: Reply) -> Answer:
    """Return an answer as what the model promises.

    Raises:
        Unavailable: it is something else.
        Unanswered: likewise, and the call may have had its effect.
    """
    try:
        return kind.model_validate_json(reply.content)
    except ValidationError:
        raise unusable(call, reply) from None
