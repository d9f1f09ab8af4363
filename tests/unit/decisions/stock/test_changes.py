"""Only differences are sent, and what can be oversold goes first."""

import pytest

from dockwire.decisions.stock import stock_changes
from dockwire.errors import Fixer
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Offered, StockChange, Withheld


def test_zero_first_then_what_shrinks_then_what_grows_each_by_sku() -> None:
    wanted = {"up-b": 9, "up-a": 2, "zero-b": 0, "down": 3, "zero-a": 0, "new": 4, "same": 5, "unlisted": 1}
    had = {"up-b": 1, "up-a": 1, "zero-b": 1, "down": 4, "zero-a": None, "new": None, "same": 5}
    changes = stock_changes(
        [Offered(sku, quantity) for sku, quantity in wanted.items()],
        [Offer(sku, quantity=quantity) for sku, quantity in had.items()],
    )
    assert [(change.sku, change.before) for change in changes] == [
        ("zero-a", None),
        ("zero-b", 1),
        ("down", 4),
        ("new", None),
        ("unlisted", None),
        ("up-a", 1),
        ("up-b", 1),
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_amazons_own_stock_is_not_taken_for_the_merchants(turned: bool) -> None:
    offers = [Offer("A", "AMAZON_NA", 5), Offer("A", quantity=7)]
    changes = stock_changes([Offered("A", 5)], offers[::-1] if turned else offers)
    assert changes == [StockChange("A", 5, 7)]


def test_what_is_withheld_is_never_sent() -> None:
    reason = Problem("excluded", "A rule.", Fixer.NOBODY)
    assert stock_changes([Withheld("A", reason)], [Offer("A", quantity=7)]) == []
