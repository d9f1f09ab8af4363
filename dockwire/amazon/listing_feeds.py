"""Quantities of one seller account in bulk: JSON_LISTINGS_FEED and what its report says of each message.

A report lists complaints only. Silence about a message counts as success only in a report of this feed whose
numbers agree with what was sent; anything less makes a message unknown. Source: the schemas of the feed and
of its processing report, version 2.0.
"""

import json
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from dockwire.amazon.feed_calls import Ask, FeedCalls
from dockwire.amazon.listing_patch import patch_of
from dockwire.amazon.storage import Storage
from dockwire.model.feed import Feed, MessageResult, MessageState
from dockwire.model.ids import MarketplaceId, SellerId
from dockwire.model.listing import MOST_STOCK_MESSAGES, Quantity
from dockwire.transport import redacted

FEED_TYPE = "JSON_LISTINGS_FEED"
CONTENT_TYPE = "application/json; charset=UTF-8"
_ERROR = "ERROR"
_MOST_WORDS = 400


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", hide_input_in_errors=True, frozen=True
    )


class _Header(_Wire):
    feed_id: str


class _Issue(_Wire):
    message_id: int | None = None
    sku: str | None = None
    code: str = ""
    severity: str = ""
    message: str = ""


class _Summary(_Wire):
    errors: int
    messages_processed: int
    messages_accepted: int
    messages_invalid: int


class _Report(_Wire):
    header: _Header
    issues: tuple[_Issue, ...] = ()
    summary: _Summary


class StockFeeds(FeedCalls):
    """The listings feeds of one seller account."""

    def __init__(self, *, seller: SellerId, ask: Ask, storage: Storage) -> None:
        super().__init__(FEED_TYPE, CONTENT_TYPE, ask=ask, storage=storage)
        self._seller = seller

    async def submit(self, marketplace_id: MarketplaceId, quantities: Sequence[Quantity]) -> str:
        """Submit quantities and return the feed's id; position ``i`` is message ``i + 1``.

        Raises:
            ValueError: they are none or too many; nothing was sent.
            Unavailable: nothing was submitted.
            Unanswered: ``createFeed`` went unanswered.
        """
        if not 1 <= len(quantities) <= MOST_STOCK_MESSAGES:
            raise ValueError(f"a feed holds 1 to {MOST_STOCK_MESSAGES} messages, not {len(quantities)}")
        document = {
            "header": {"sellerId": self._seller, "version": "2.0"},
            "messages": [
                {
                    "messageId": number,
                    "sku": each.sku,
                    "operationType": "PATCH",
                    "productType": each.product_type,
                    "patches": [patch_of(each)],
                }
                for number, each in enumerate(quantities, 1)
            ],
        }
        return await self.hand_in(json.dumps(document, ensure_ascii=False).encode(), [marketplace_id])

    async def results(self, feed: Feed, skus: Sequence[str]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``skus`` are the messages' SKUs.

        Raises:
            Unavailable: the report cannot be had or read now.
            ValueError: the feed has not ended.
        """
        report = await self.report(feed, _read)
        if report is None or report.header.feed_id != feed.id:
            return [MessageResult(MessageState.UNKNOWN)] * len(skus)
        return _results(report, skus)


def _read(content: bytes) -> _Report | None:
    try:
        return _Report.model_validate_json(content)
    except ValidationError:
        return None


def _results(report: _Report, skus: Sequence[str]) -> list[MessageResult]:
    about: dict[int, list[_Issue]] = {}
    for issue in report.issues:
        about.setdefault(issue.message_id or 0, []).append(issue)
    others = any(
        issue.sku not in {None, sku} for number, sku in enumerate(skus, 1) for issue in about.get(number, ())
    )
    if others:
        # The messages are not the ones we think.
        return [MessageResult(MessageState.UNKNOWN)] * len(skus)
    silent = _silence(report, about, len(skus))
    return [_result(about.get(number, ()), silent) for number in range(1, len(skus) + 1)]


def _silence(report: _Report, about: dict[int, list[_Issue]], sent: int) -> MessageResult:
    whole = [
        issue
        for number, issues in about.items()
        if not 1 <= number <= sent
        for issue in issues
        if issue.severity == _ERROR
    ]
    if whole:
        return MessageResult(MessageState.UNKNOWN, whole[0].code, _words(whole[0]))
    errors = [number for number, issues in about.items() for issue in issues if issue.severity == _ERROR]
    invalid = len(set(errors))
    summary = report.summary
    agrees = (
        # An error that is counted and not shown may be about any message.
        summary.errors <= len(errors)
        and summary.messages_processed == sent
        and summary.messages_invalid == invalid
        and summary.messages_accepted == sent - invalid
    )
    return MessageResult(MessageState.TAKEN if agrees else MessageState.UNKNOWN)


def _result(issues: Sequence[_Issue], silent: MessageResult) -> MessageResult:
    worst = next((issue for issue in issues if issue.severity == _ERROR), None)
    if worst is not None:
        return MessageResult(MessageState.REFUSED, worst.code, _words(worst))
    return MessageResult(silent.state, issues[0].code, _words(issues[0])) if issues else silent


def _words(issue: _Issue) -> str:
    return redacted(issue.message)[:_MOST_WORDS]
