"""From stock to quantity: what is subtracted, which rules follow, and in which order."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from dockwire.decisions.stock import tell
from dockwire.model.ids import FacilityId
from dockwire.model.stock import MOST_UNITS, Offer
from dockwire.model.stock_rules import StockRule, StockRules
from tests.unit.decisions.stock.shelves import CA, decide, item, quantities, reasons, row, rules, units

GERMANY = {"acme-de": units(A="2")}


@pytest.mark.parametrize(
    ("available", "ordered", "others", "quantity"),
    [
        ("12", "0", {}, 12),
        ("12", "2", {}, 10),
        ("12", "2", {"to_import": units(A="1")}, 9),
        ("12", "2", {"to_import": units(A="1"), "promises": {CA: units(A="3")}}, 6),
        ("12", "0", {"promises": {CA: units(A="3")} | GERMANY}, 7),
        ("12", "0", {"to_import": units(B="5"), "promises": {CA: units(B="5")}}, 12),
        # Floored once, after everything: 12.9 - 0.5 - 0.5 is 11.9, while 12 - 1 - 1 would be 10.
        ("12.9", "0.5", {"to_import": units(A="0.5")}, 11),
        ("0.9", "0", {}, 0),
        ("3", "5", {}, 0),
        ("-4", "0", {}, 0),
        ("3", "0", {"to_import": units(A="4")}, 0),
    ],
)
def test_what_is_taken_already_is_not_offered(
    available: str, ordered: str, others: dict[str, Any], quantity: int
) -> None:
    assert quantities(decide(row(available=available, ordered=ordered), **others)) == {"A": quantity}


@pytest.mark.parametrize(
    ("rule", "quantity"),
    [
        ({"buffer": 2}, 10),
        ({"buffer": 20}, 0),
        ({"percent": 50}, 6),
        ({"percent": 33}, 3),
        ({"percent": 0}, 0),
        ({"minimum": 12}, 12),
        ({"minimum": 13}, 0),
        ({"maximum": 5}, 5),
        ({"maximum": 0}, 0),
        ({"fixed_share": 4}, 4),
        ({"fixed_share": 40}, 12),
        ({"paused": True}, 0),
        # In their order: share, buffer, percent, minimum, maximum.
        ({"fixed_share": 10, "buffer": 2}, 8),
        ({"buffer": 2, "percent": 50}, 5),
        ({"buffer": 2, "minimum": 11}, 0),
        ({"percent": 50, "minimum": 7}, 0),
        ({"minimum": 6, "maximum": 5}, 5),
    ],
)
def test_each_rule_and_their_order(rule: dict[str, Any], quantity: int) -> None:
    assert quantities(decide(row(), rules=rules(**rule))) == {"A": quantity}


def test_what_a_sku_says_itself_wins_over_the_connection_member_by_member() -> None:
    own = {"A": StockRule(buffer=0), "B": StockRule(maximum=3), "C": StockRule(excluded=False)}
    some = tuple(row(sku, number=n) for n, sku in enumerate("ABCD", start=1))
    assert quantities(decide(*some, rules=rules(own, buffer=2, maximum=11))) == {
        "A": 11,
        "B": 3,
        "C": 10,
        "D": 10,
    }
    listed = decide(*some, rules=rules(own, excluded=True))
    assert quantities(listed) == {"C": 12}
    assert {reason.code for reason in reasons(listed).values()} == {"excluded"}


def test_a_paused_sku_is_offered_at_zero_even_when_its_stock_cannot_be_told() -> None:
    assert quantities(decide(row(ordered=None), rules=rules(paused=True))) == {"A": 0}


def test_only_the_facility_and_the_chosen_qualifiers_count() -> None:
    shelf = (
        row(),
        row(available="5", number=2, qualifier="B-WARE"),
        row(available="7", number=3, qualifier="DAMAGED"),
        row(available="90", number=4, facility_id=FacilityId(2)),
    )
    assert quantities(decide(*shelf)) == {"A": 12}
    both = StockRules(qualifiers=frozenset({"", "B-WARE"}))
    assert quantities(decide(*shelf, rules=both)) == {"A": 17}


def test_an_item_without_a_stock_row_is_sold_out() -> None:
    assert quantities(decide(row(), items=(item("B"),))) == {"A": 12, "B": 0}


def test_a_deactivated_item_is_offered_at_zero_because_its_orders_would_not_ship() -> None:
    plan = decide(row(), items=(item("A", active=False),))
    assert quantities(plan) == {"A": 0}
    assert "deactivated in the warehouse: A -12" in tell(plan.decisions[0])


def test_without_a_backlog_nothing_is_offered_unless_orders_are_allocated_at_once() -> None:
    silent = row(ordered=None)
    assert reasons(decide(silent))["A"].code == "backlog_unknown"
    assert quantities(decide(silent, open_orders_allocated=True)) == {"A": 12}


@pytest.mark.parametrize("unit", ["Each", " EA ", "pcs", ""])
def test_pieces_are_known_by_their_usual_names(unit: str) -> None:
    assert quantities(decide(row(), items=(item("A", unit=unit),))) == {"A": 12}


def test_another_unit_is_not_taken_for_a_piece_until_somebody_says_so() -> None:
    boxes = (item("A", unit="Carton"),)
    reason = reasons(decide(row(), items=boxes))["A"]
    assert (reason.code, reason.fixer.value) == ("unknown_unit", "engineer")
    assert "'A' in 'Carton'" in reason.sentence
    assert quantities(decide(row(), items=boxes, rules=StockRules(units=frozenset({"CARTON"})))) == {"A": 12}


def test_sums_beyond_what_amazon_is_sent_are_cut_and_told() -> None:
    most = str(MOST_UNITS)
    both = StockRules(qualifiers=frozenset({"", "B"}))
    plan = decide(row(available=most), row(available="3", number=2, qualifier="B"), rules=both)
    assert quantities(plan) == {"A": MOST_UNITS}
    told = f"available {MOST_UNITS + 3}, most that Amazon is sent {MOST_UNITS} -3."
    assert tell(plan.decisions[0]).endswith(told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"buffer": -1},
        {"buffer": 1.5},
        {"buffer": True},
        {"maximum": MOST_UNITS + 1},
        {"percent": 101},
        {"percent": Decimal("NaN")},
        {"percent": Decimal("33.33333")},
        {"minimun": 2},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StockRule(**wrong)


@pytest.mark.parametrize("count", ["-1", "NaN", "1e30"])
@pytest.mark.parametrize("where", ["to_import", "promises"])
def test_units_that_nobody_can_have_counted_are_a_mistake_of_the_caller(count: str, where: str) -> None:
    taken: Any = units(A=count) if where == "to_import" else {CA: units(A=count)}
    with pytest.raises(ValueError, match=r"'A'.*: "):
        decide(row(), **{where: taken})


def test_nothing_to_decide_is_no_error() -> None:
    assert decide(row(), offers=()).decisions == ()
    assert quantities(decide(row(), rows=(), offers=(Offer("A"),))) == {"A": 0}
