"""The comparison finds every way in which the three books can differ."""

from dataclasses import replace
from typing import Any

import pytest

from dockwire.reports.reconciliation import AmazonRow, BookedRow, WarehouseRow, compare

AMAZON = AmazonRow("111-1", "US", "UNSHIPPED", "MERCHANT", frozenset(), 2)
PLACED = WarehouseRow(7, "111-1", cancelled=False, on_hold=False, units=2)
BOOKED = BookedRow("111-1", "created", "111-1", 7)


def said(**books: Any) -> list[str]:
    rows: dict[str, Any] = {"amazon": [AMAZON], "warehouse": [PLACED], "booked": [BOOKED]} | books
    return [difference.what for difference in compare(**rows)]


def test_agreeing_books_have_no_difference() -> None:
    assert said() == []
    assert said(amazon=[replace(AMAZON, status="CANCELLED")], warehouse=[replace(PLACED, closed=True)]) == []
    assert said(amazon=[], warehouse=[], booked=[]) == []


@pytest.mark.parametrize(
    ("books", "what"),
    [
        ({"booked": [], "warehouse": []}, "is at Amazon and not in the ledger"),
        ({"warehouse": []}, "is booked as created and not in the warehouse"),
        ({"warehouse": [PLACED, replace(PLACED, order_id=8)]}, "stands twice in the warehouse"),
        ({"booked": [BOOKED, BOOKED]}, "stands twice in the ledger"),
        (
            {"booked": [replace(BOOKED, warehouse_order_id=9)]},
            "is another warehouse order than the ledger says",
        ),
        ({"booked": [replace(BOOKED, state="held")]}, "is in the warehouse without a booking"),
        (
            {"booked": [replace(BOOKED, state="watched")], "warehouse": []},
            "is ready to ship and booked as watched",
        ),
        (
            {"booked": [replace(BOOKED, state="cancelled")]},
            "is booked as cancelled and open in the warehouse",
        ),
        (
            {"warehouse": [replace(PLACED, cancelled=True)]},
            "is booked as created and cancelled in the warehouse",
        ),
        ({"amazon": [replace(AMAZON, status="CANCELLED")]}, "is cancelled at Amazon and booked as created"),
        ({"amazon": [replace(AMAZON, status="PENDING")]}, "is pending at Amazon and was created"),
        ({"amazon": [replace(AMAZON, fulfilled_by="AMAZON")]}, "is not ours to ship and was created"),
        (
            {"amazon": [replace(AMAZON, programs=frozenset({"AMAZON_EASY_SHIP"}))]},
            "is not ours to ship and was created",
        ),
        ({"warehouse": [replace(PLACED, units=5)]}, "has another quantity in the warehouse than at Amazon"),
        (
            {
                "amazon": [replace(AMAZON, readable=False)],
                "booked": [replace(BOOKED, state="new")],
                "warehouse": [],
            },
            "is unreadable and booked as new",
        ),
    ],
)
def test_each_difference_is_found(books: dict[str, Any], what: str) -> None:
    assert what in said(**books)


@pytest.mark.parametrize("state", ["held", "failed", "quarantined"])
def test_an_order_that_waits_with_a_reason_is_no_difference(state: str) -> None:
    assert (
        said(booked=[replace(BOOKED, state=state, warehouse_order_id=None, reference="")], warehouse=[]) == []
    )


def test_an_order_stopped_in_the_warehouse_may_differ_in_quantity() -> None:
    assert said(warehouse=[replace(PLACED, on_hold=True, units=5)]) == []
