"""The demo's numbers add up: every order and package is counted once, reasons say what they count."""

import pytest

from deployments.demo.summary import count_orders, count_packages, reasons_told
from dockwire.errors import Fixer
from dockwire.model.ids import AmazonOrderId
from dockwire.model.parcel import ParcelRow, ParcelState
from dockwire.model.record import OrderRow, OrderState, Problem
from tests.builders import NOW

SKU, LEVEL, LATE = (Problem(code, code, Fixer.ENGINEER) for code in ("unmapped_sku", "level", "late"))


def row(state: OrderState, *problems: Problem) -> OrderRow:
    return OrderRow(AmazonOrderId("1"), None, None, "UNSHIPPED", state, NOW, "", None, 0, problems)


@pytest.mark.parametrize("state", OrderState)
def test_an_order_is_counted_once(state: OrderState) -> None:
    counted = count_orders([row(state)])
    assert counted.pop("seen") == 1 == sum(counted.values())


@pytest.mark.parametrize("state", ParcelState)
def test_a_package_is_counted_once(state: ParcelState) -> None:
    assert [*count_packages([ParcelRow("1", state, "UPS", "03", "1Z", "", "", 0)]).values()].count(1) == 1


def test_reasons_are_told_with_the_number_of_orders_and_of_those_that_count_twice() -> None:
    rows = [row(OrderState.HELD, SKU, LEVEL), row(OrderState.HELD, SKU), row(OrderState.FAILED, LATE)]
    told = "3 orders wait; 1 of them for several reasons, each counted: unmapped_sku (2), level (1), late (1)"
    assert reasons_told([*rows, row(OrderState.SKIPPED, LATE)]) == told
    assert reasons_told([row(OrderState.SKIPPED, LATE)]) == ""
