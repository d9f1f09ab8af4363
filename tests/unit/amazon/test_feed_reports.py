"""Processing reports: what they prove about each message, and what they do not."""

import gzip
import tracemalloc

import pytest

from dockwire.amazon.feed_report import MOST_BYTES, Report, read_report, results_of, unpacked
from dockwire.model.feed import MessageState
from dockwire.model.ids import AmazonOrderId

ORDERS = [AmazonOrderId(f"111-0000001-000000{number}") for number in (1, 2, 3)]
TAKEN, REFUSED, UNKNOWN = MessageState.TAKEN, MessageState.REFUSED, MessageState.UNKNOWN
WHOLE = 9_223_372_036_854_775_807


def entry(message: int, kind: str = "Error", about: str = "", words: str = "Odd.") -> str:
    extra = f"<AdditionalInfo><AmazonOrderID>{about}</AmazonOrderID></AdditionalInfo>" if about else ""
    return (
        f"<Result><MessageID>{message}</MessageID><ResultCode>{kind}</ResultCode>"
        f"<ResultMessageCode>18028</ResultMessageCode><ResultDescription>{words}</ResultDescription>"
        f"{extra}</Result>"
    )


def document(
    *entries: str, feed: str = "7", status: str = "Complete", processed: object = 3, successful: object = 3
) -> bytes:
    summary = (
        f"<MessagesProcessed>{processed}</MessagesProcessed>"
        f"<MessagesSuccessful>{successful}</MessagesSuccessful><MessagesWithError>0</MessagesWithError>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AmazonEnvelope><Header/><MessageType>ProcessingReport'
        "</MessageType><Message><MessageID>1</MessageID><ProcessingReport>"
        f"<DocumentTransactionID>{feed}</DocumentTransactionID><StatusCode>{status}</StatusCode>"
        f"<ProcessingSummary>{summary}</ProcessingSummary>{''.join(entries)}</ProcessingReport></Message>"
        "</AmazonEnvelope>"
    ).encode()


def told(content: bytes) -> list[MessageState]:
    report = read_report(content)
    assert isinstance(report, Report)
    return [result.state for result in results_of(report, "7", ORDERS)]


def test_silence_in_a_whole_report_is_success() -> None:
    assert told(document()) == [TAKEN] * 3
    assert told(document(entry(2), successful=2)) == [TAKEN, REFUSED, TAKEN]
    assert told(document(entry(1), entry(1, "Warning"), successful=2)) == [REFUSED, TAKEN, TAKEN]
    assert told(document(entry(3, "Warning", ORDERS[2]))) == [TAKEN] * 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (document(status="Processing"), [UNKNOWN] * 3),
        (document(processed=2, successful=2), [UNKNOWN] * 3),
        (document(successful=2), [UNKNOWN] * 3),
        (document(entry(2)), [UNKNOWN, REFUSED, UNKNOWN]),
        (document(entry(2, "Warning"), successful=2), [UNKNOWN] * 3),
        (document(entry(2, "Perhaps")), [TAKEN, UNKNOWN, TAKEN]),
        (document(feed="8"), [UNKNOWN] * 3),
        (document(entry(1, about=ORDERS[1]), successful=2), [UNKNOWN] * 3),
        (document(entry(WHOLE), processed=0, successful=0), [UNKNOWN] * 3),
        (document(entry(0)), [UNKNOWN] * 3),
        (document(entry(4), successful=2), [UNKNOWN] * 3),
    ],
)
def test_less_than_a_whole_report_proves_no_success(content: bytes, expected: list[MessageState]) -> None:
    assert told(content) == expected


def test_a_complaint_about_the_document_is_told_with_every_message() -> None:
    report = read_report(document(entry(WHOLE, words="Ill-formed."), processed=0, successful=0))
    assert report is not None
    assert {(each.code, each.words) for each in results_of(report, "7", ORDERS)} == {("18028", "Ill-formed.")}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"<!DOCTYPE html><html><body>Please wait.</body></html>",
        b"<html><body>Please wait.</body></html>",
        b'<!DOCTYPE a [<!ENTITY b "cc">]>' + document(entry(1, words="&b;")),
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "cc">]>' + document().partition(b"?>")[2],
        document().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        document().replace(b"UTF-8", b"martian"),
        document()[:-30],
        document(processed="many"),
        document(processed=""),
        document().replace(b"AmazonEnvelope", b"Envelope"),
        document().replace(b"ProcessingReport>", b"Report>"),
        document(entry(1).replace("<MessageID>1</MessageID>", "")),
    ],
)
def test_what_is_no_report_is_none(content: bytes) -> None:
    assert read_report(content) is None


def test_words_for_people_lose_what_looks_personal() -> None:
    report = read_report(document(entry(1, words="mail ann@example.com about 111-0000001-0000001")))
    assert report is not None
    assert report.entries[0].words == "mail [mail address] about 111-0000001-0000001"


def test_compression_is_undone_within_bounds() -> None:
    packed = gzip.compress(document())
    assert unpacked(packed) == document()
    assert unpacked(packed[:-9]) is None
    assert unpacked(document()) is None
    assert unpacked(b"") is None
    assert unpacked(gzip.compress(bytes(MOST_BYTES + 1))) is None
    assert unpacked(gzip.compress(bytes(MOST_BYTES))) is not None


def test_a_bomb_takes_no_more_memory_than_the_bound() -> None:
    bomb = gzip.compress(bytes(4 * MOST_BYTES), compresslevel=1)
    tracemalloc.start()
    try:
        assert unpacked(bomb) is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * MOST_BYTES
