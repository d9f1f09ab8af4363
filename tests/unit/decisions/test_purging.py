"""When personal data goes, what stays, and which orders come back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwire.decisions.importing import Hold, Import, Skip
from dockwire.decisions.purging import PURGED, Standing, after_purge, comes_back, purge_due, redacted
from dockwire.model.order import Address, FulfilledBy, Order, OrderStatus, Window
from dockwire.model.purge import PurgePolicy, PurgeRule
from dockwire.model.record import OrderState, Problem
from tests.builders import NOW, address, line, order

POLICY = PurgePolicy(timedelta(days=30), timedelta(days=90))
CHANGED = NOW - timedelta(hours=2)
"""When the builder's order changed; it was seen first an hour later."""
SEEN = NOW - timedelta(hours=1)
SHIP_BY = NOW + timedelta(days=1)
SENT = NOW + timedelta(days=5)


def standing(known: Order | None, state: OrderState = OrderState.CREATED, **more: Any) -> Standing:
    fields: dict[str, Any] = {"served": True, "since": SEEN}
    return Standing(known, state, **fields | more)


@pytest.mark.parametrize(
    ("given", "rule", "counted_from", "told"),
    [
        (standing(order(), shipped=SENT), PurgeRule.SHIPPED, SENT, False),
        (standing(order(), shipped=SENT, unsettled=True), PurgeRule.SHIPPED, SENT, True),
        (
            standing(order(status=OrderStatus.PARTIALLY_SHIPPED), shipped=SENT),
            PurgeRule.SHIPPED,
            SENT,
            True,
        ),
        (standing(order(status=OrderStatus.SHIPPED)), PurgeRule.OVER, CHANGED, False),
        (standing(order(status=OrderStatus.CANCELLED)), PurgeRule.OVER, CHANGED, False),
        (standing(order(), OrderState.CANCELLED), PurgeRule.CANCELLED, CHANGED, False),
        (standing(order(), OrderState.SKIPPED), PurgeRule.NOT_OURS, CHANGED, False),
        (standing(order(), OrderState.NEW, served=False), PurgeRule.NOT_OURS, CHANGED, False),
        (standing(order(), OrderState.HELD), PurgeRule.OPEN_TOO_LONG, SHIP_BY, True),
        (standing(order(), OrderState.CREATED), PurgeRule.OPEN_TOO_LONG, SHIP_BY, True),
        (standing(order(), OrderState.CLAIMED), PurgeRule.OPEN_TOO_LONG, SHIP_BY, True),
        (standing(order(ship_by=Window()), OrderState.HELD), PurgeRule.OPEN_TOO_LONG, SEEN, True),
        (standing(None, OrderState.QUARANTINED), PurgeRule.OPEN_TOO_LONG, SEEN, True),
    ],
)
def test_every_order_has_its_day(
    given: Standing, rule: PurgeRule, counted_from: datetime, told: bool
) -> None:
    due = purge_due(given, POLICY)
    days = 90 if rule is PurgeRule.OPEN_TOO_LONG else 30
    assert (due.rule, due.counted_from, due.told) == (rule, counted_from, told)
    assert due.at == counted_from + timedelta(days=days)


def test_what_stays_of_an_order_names_nobody() -> None:
    known = order(
        lines=(line(gift_message="for Zoe", cancel_requested=True, cancel_reason="Zoe has one"),),
        address=address(company="Example & Co", instructions="ring twice", district="North"),
    )
    left = redacted(known)
    assert left.address == Address(state="IL", country="US")
    assert left.lines == (line(cancel_requested=True),)
    assert replace(left, address=None, lines=()) == replace(known, address=None, lines=())
    assert redacted(left) == left
    assert redacted(order(address=None)).address is None


@pytest.mark.parametrize(
    ("state", "changed", "back"),
    [
        (OrderState.HELD, order(), True),
        (OrderState.SKIPPED, order(status=OrderStatus.PARTIALLY_SHIPPED), True),
        (OrderState.HELD, order(status=OrderStatus.CANCELLED), False),
        (OrderState.SKIPPED, order(fulfilled_by=FulfilledBy.AMAZON), False),
        (OrderState.HELD, order(lines=(line(quantity_open=0),)), False),
        (OrderState.CREATED, order(), False),
        (OrderState.CLAIMED, order(), False),
        (OrderState.CANCELLED, order(), False),
    ],
)
def test_only_an_order_that_has_to_ship_and_never_reached_the_warehouse_comes_back(
    state: OrderState, changed: Order, back: bool
) -> None:
    assert comes_back(state, changed) is back


def test_an_order_without_its_data_is_never_created() -> None:
    unmapped, blank = Problem("unmapped_sku", "x"), Problem("address_incomplete", "y")
    skip = Skip(Problem("cancelled", "z"))
    assert after_purge(Import(None)) == Hold((PURGED,))  # type: ignore[arg-type]
    assert after_purge(Hold((unmapped, blank))) == Hold((PURGED, unmapped))
    assert after_purge(skip) is skip
