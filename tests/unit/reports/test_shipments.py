"""The comparison finds every way in which the books of what was shipped can differ."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dockwire.reports.shipments import ClosedRow, ParcelBook, SentRow, compare_shipments

CLOSED = ClosedRow("111-1", frozenset({"1Z1"}), Decimal("2.50"))
PARCEL = ParcelBook("111-1", "1Z1", "visible")
SENT = SentRow("111-1", "SHIPPED", Counter({"1Z1": 1}))


def said(**books: Any) -> list[str]:
    rows: dict[str, Any] = {
        "closed": [CLOSED],
        "parcels": [PARCEL],
        "sent": [SENT],
        "charged": {"111-1": Decimal("2.5")},
    } | books
    return [difference.what for difference in compare_shipments(**rows)]


def test_agreeing_books_have_no_difference() -> None:
    assert said() == []
    assert said(closed=[], parcels=[], sent=[], charged={}) == []
    refused = {"parcels": [replace(PARCEL, state="refused")]}
    assert said(**refused, sent=[SentRow("111-1", "CANCELLED")]) == []


@pytest.mark.parametrize(
    ("books", "what"),
    [
        ({"charged": {}}, "bears 2.50 of added charges where 0 were asked for"),
        ({"closed": [replace(CLOSED, charges_added=Decimal(5))]}, "bears 5 of added charges"),
        ({"parcels": []}, "never to be told"),
        ({"parcels": [replace(PARCEL, state="to_send")]}, "still is to_send"),
        ({"parcels": [replace(PARCEL, state="sent")]}, "still is sent"),
        ({"closed": [replace(CLOSED, tracking=frozenset())]}, "the warehouse does not have"),
        ({"sent": []}, "not at Amazon"),
        ({"sent": [replace(SENT, packages=Counter())]}, "has 0 packages 1Z1"),
        ({"sent": [replace(SENT, packages=Counter({"1Z1": 2}))]}, "has 2 packages 1Z1"),
        ({"sent": [replace(SENT, status="UNSHIPPED", open_units=1)]}, "confirmed whole and UNSHIPPED"),
        ({"closed": [], "charged": {}}, "has parcels and is not closed"),
        ({"closed": [], "parcels": []}, "was charged and is not closed"),
    ],
)
def test_each_difference_is_found(books: dict[str, Any], what: str) -> None:
    assert any(what in difference for difference in said(**books)), said(**books)
