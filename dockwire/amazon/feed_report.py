"""From a processing report to what is known of each message.

A report lists messages with an error or a warning only; silence about a message counts as success
only in a report that is complete, of this feed, and whose numbers agree with what was sent. Anything
less makes a message *unknown*: the order itself has to be read before it is called one or the other.
Source: the public ProcessingReport schema and reports that users have shown.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from dockwire.model.feed import MessageResult, MessageState
from dockwire.model.ids import AmazonOrderId
from dockwire.transport import redacted

MOST_BYTES = 32 * 2**20
"""Largest report that is read, before and after decompression: three times one that complains about
every message of the largest feed."""

_GZIP = zlib.MAX_WBITS | 16
_COMPLETE = "Complete"
_ERROR, _WARNING = "Error", "Warning"


@dataclass(frozen=True, slots=True)
class Entry:
    """One complaint; ``message`` outside the feed's numbers means the document as a whole."""

    message: int
    kind: str
    code: str
    words: str
    order_id: str


@dataclass(frozen=True, slots=True)
class Report:
    """A processing report."""

    feed_id: str
    complete: bool
    processed: int
    successful: int
    entries: tuple[Entry, ...]


def unpacked(content: bytes) -> bytes | None:
    """Return what gzip holds; None when it is no gzip, breaks off, or holds more than ``MOST_BYTES``."""
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(content, MOST_BYTES + 1)
    except zlib.error:
        return None
    return plain if stream.eof and len(plain) <= MOST_BYTES else None


def read_report(content: bytes) -> Report | None:
    """Return the report, or None when the bytes are none."""
    # Entities can make a small document huge, and reports have no use for them. A NUL is what the
    # encodings have in which this would be spelled otherwise.
    if b"<!DOCTYPE" in content or b"\0" in content:
        return None
    try:
        root = ET.fromstring(content)  # noqa: S314 - no document type, hence no entities
        (found,) = root.iterfind("Message/ProcessingReport")
        return _report(found) if root.tag == "AmazonEnvelope" else None
    except (ET.ParseError, ValueError, LookupError):
        return None


def _report(found: ET.Element) -> Report:
    return Report(
        feed_id=_text(found, "DocumentTransactionID"),
        complete=_text(found, "StatusCode") == _COMPLETE,
        processed=int(_text(found, "ProcessingSummary/MessagesProcessed")),
        successful=int(_text(found, "ProcessingSummary/MessagesSuccessful")),
        entries=tuple(_entry(result) for result in found.iterfind("Result")),
    )


def _entry(result: ET.Element) -> Entry:
    return Entry(
        message=int(_text(result, "MessageID")),
        kind=_text(result, "ResultCode"),
        code=_text(result, "ResultMessageCode"),
        words=redacted(_text(result, "ResultDescription")),
        order_id=_text(result, "AdditionalInfo/AmazonOrderID"),
    )


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def results_of(report: Report, feed_id: str, orders: Sequence[AmazonOrderId]) -> list[MessageResult]:
    """Return what became of each message; ``orders`` are the messages' orders, in their order."""
    by_message: dict[int, list[Entry]] = {}
    for entry in report.entries:
        by_message.setdefault(entry.message, []).append(entry)
    if report.feed_id != feed_id or not _of(by_message, orders):
        return [MessageResult(MessageState.UNKNOWN)] * len(orders)
    silent = _silence(report, by_message, len(orders))
    return [_result(by_message.get(number, ()), silent) for number in range(1, len(orders) + 1)]


def _of(by_message: Mapping[int, Sequence[Entry]], orders: Sequence[AmazonOrderId]) -> bool:
    """Whether the complaints are about these orders; else the messages are not the ones we think."""
    return all(
        entry.order_id in {"", order_id}
        for number, order_id in enumerate(orders, 1)
        for entry in by_message.get(number, ())
    )


def _silence(report: Report, by_message: Mapping[int, Sequence[Entry]], sent: int) -> MessageResult:
    """Return what a message without a complaint has come to."""
    whole = [entry for number, about in by_message.items() if not 1 <= number <= sent for entry in about]
    failed = sum(any(entry.kind == _ERROR for entry in about) for about in by_message.values())
    if whole:
        return MessageResult(MessageState.UNKNOWN, whole[0].code, whole[0].words)
    agrees = report.processed == sent and report.successful == sent - failed
    return MessageResult(
        MessageState.TAKEN if report.complete and agrees else MessageState.UNKNOWN,
    )


def _result(about: Sequence[Entry], silent: MessageResult) -> MessageResult:
    if not about:
        return silent
    worst = next((entry for entry in about if entry.kind != _WARNING), about[0])
    states = {_ERROR: MessageState.REFUSED, _WARNING: silent.state}
    return MessageResult(states.get(worst.kind, MessageState.UNKNOWN), worst.code, worst.words)
