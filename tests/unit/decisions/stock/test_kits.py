"""Kits are offered by what their scarcest component makes, and only kits that the warehouse can take apart."""

import pytest

from dockwire.decisions.stock import in_components, tell
from dockwire.model.stock import Offer
from dockwire.model.stock_rows import StockItem
from dockwire.model.stock_rules import SameStock, StockRule, StockRules
from tests.unit.decisions.stock.shelves import (
    decide,
    facts,
    item,
    kit,
    part,
    quantities,
    reasons,
    row,
    rules,
    units,
)

SHELF = (row("A", "12"), row("B", "9", number=2))
ONLY_KIT = {"offers": (Offer("KIT"),)}


@pytest.mark.parametrize(
    ("made", "quantity"),
    [
        (kit("KIT", A="1", B="1"), 9),
        (kit("KIT", A="5", B="1"), 2),
        (kit("KIT", A="2.5"), 4),
        (kit("KIT", A="0.1", B="0.1"), 90),
        (kit("KIT", A="13"), 0),
        (kit("KIT", A="1", EMPTY="1"), 0),
    ],
)
def test_the_scarcest_component_decides(made: StockItem, quantity: int) -> None:
    plan = decide(*SHELF, items=(made, item("EMPTY")), **ONLY_KIT)
    assert quantities(plan) == {"KIT": quantity}


def test_backlog_orders_to_come_and_rules_count_for_kits_too() -> None:
    shelf = (row("A", "12", "2"), row("B", "9", number=2))
    plan = decide(
        *shelf,
        items=(kit("KIT", A="2", B="1"),),
        to_import=units(KIT="1", B="1"),
        rules=rules(buffer=1),
        **ONLY_KIT,
    )
    assert quantities(plan) == {"KIT": 3}  # A: (12 - 2 - 2) / 2 = 4; B: 9 - 1 - 1 = 7; less the buffer
    assert tell(plan.decisions[0]) == (
        "KIT is to be offered at 3: scarcest component A makes 4, buffer -1; component A, 2 each: available 12, ordered, "
        "not allocated -2, Amazon orders not in the warehouse yet -2, left 8; component B, 1 each: available 9, "
        "Amazon orders not in the warehouse yet -2, left 7."
    )


def test_a_component_that_is_sold_itself_shares_its_stock_with_the_kit() -> None:
    pair = kit("KIT", A="2")
    assert quantities(decide(row(), items=(pair,))) == {"A": 6, "KIT": 3}
    whole = StockRules(same_stock=SameStock.WHOLE)
    assert quantities(decide(row(), items=(pair,), rules=whole)) == {"A": 12, "KIT": 6}
    reserved = rules({"KIT": StockRule(fixed_share=4)})
    assert quantities(decide(row(), items=(pair,), rules=reserved)) == {"A": 4, "KIT": 4}


def test_a_kit_that_lacks_a_component_leaves_the_others_to_those_who_can_sell_them() -> None:
    made = kit("KIT", A="1", EMPTY="1")
    reserved = rules({"KIT": StockRule(fixed_share=5)})
    for chosen in (rules(), reserved):
        plan = decide(row(), items=(made, item("EMPTY")), rules=chosen)
        assert quantities(plan) == {"A": 12, "EMPTY": 0, "KIT": 0}


def test_a_component_is_taken_from_the_stock_that_the_kit_names() -> None:
    made = item("KIT", parts=(part("A", qualifier="GIFT"),))
    shelf = (row(), row(available="3", number=2, qualifier="GIFT"))
    assert quantities(decide(*shelf, items=(made,), **ONLY_KIT)) == {"KIT": 3}


def test_a_kit_with_a_deactivated_component_is_offered_at_zero() -> None:
    plan = decide(*SHELF, items=(kit("KIT", A="1"), item("A", active=False)), **ONLY_KIT)
    assert quantities(plan) == {"KIT": 0}


def test_stock_of_the_kit_itself_is_not_counted_and_told() -> None:
    plan = decide(*SHELF, row("KIT", "50", number=3), items=(kit("KIT", B="1"),), **ONLY_KIT)
    assert quantities(plan) == {"KIT": 9}
    assert [note.code for note in plan.notes] == ["kit_with_stock"]
    assert "row 3" in plan.notes[0].sentence


@pytest.mark.parametrize(
    ("others", "code", "words"),
    [
        ((kit("KIT", INNER="1"), kit("INNER", A="1")), "kit_in_kit", "component 'INNER': it is a kit too"),
        ((kit("KIT", KIT="1"),), "kit_cycle", "component 'KIT': the kit contains itself"),
        ((kit("KIT", X="1"), kit("X", Y="1"), kit("Y", KIT="1")), "kit_cycle", "contains itself"),
        ((kit("KIT", GONE="1"),), "kit_part_unknown", "component 'GONE': the warehouse does not know"),
        ((kit("KIT", A="0"),), "kit_quantity", "its quantity 0 is not more than zero"),
        ((kit("KIT", A="-1"),), "kit_quantity", "its quantity -1 is not more than zero"),
        ((kit("KIT", A="NaN"),), "kit_quantity", "its quantity NaN is not a number"),
        ((kit("KIT", A="0.0000001"),), "kit_quantity", "more than 6 digits"),
    ],
)
def test_a_kit_that_cannot_be_taken_apart_gets_no_quantity(
    others: tuple[StockItem, ...], code: str, words: str
) -> None:
    plan = decide(*SHELF, items=others, offers=(Offer("KIT"), Offer("B")))
    assert quantities(plan) == {"B": 9}
    reason = reasons(plan)["KIT"]
    assert (reason.code, reason.fixer.value) == (code, "clerk")
    assert words in reason.sentence


def test_a_kit_that_names_a_component_twice_is_refused() -> None:
    twice = item("KIT", parts=(part("A"), part("A", qualifier="GIFT")))
    assert reasons(decide(*SHELF, items=(twice,), **ONLY_KIT))["KIT"].code == "kit_part_twice"


def test_an_unusable_row_of_a_component_keeps_the_kit_back_and_nothing_else() -> None:
    plan = decide(row("A", "NaN"), row("B", "9", number=2), items=(kit("KIT", A="1"),))
    assert quantities(plan) == {"B": 9}
    assert reasons(plan)["KIT"] == reasons(plan)["A"]


def test_units_are_told_in_components() -> None:
    items = facts(*SHELF, items=(kit("KIT", A="2", B="0.5"),)).items
    assert in_components(units(KIT="3", A="1"), items) == units(A="7", B="1.5")
    assert in_components(units(A="1", STRANGE="2"), items) == units(A="1", STRANGE="2")
