"""Bad stock rows: counted right, or refused by number and SKU with who acts; the others go on."""

from decimal import Decimal

import pytest

from dockwire.model.ids import FacilityId
from dockwire.model.stock import Offer
from dockwire.model.stock_rows import StockRow, UnreadableRow
from dockwire.model.stock_rules import StockRules
from tests.unit.decisions.stock.shelves import decide, quantities, reasons, row

GOOD = row("B", "9", number=7)


@pytest.mark.parametrize(
    ("bad", "code", "words"),
    [
        (row("A/1", "NaN"), "stock_unusable", "available NaN is not a number"),
        (row("A/1", "sNaN"), "stock_unusable", "is not a number"),
        (row("A/1", "Infinity"), "stock_unusable", "is not a number"),
        (row("A/1", "2147483648"), "stock_unusable", "more than any stock (2147483647)"),
        (row("A/1", "1e400"), "stock_unusable", "more than any stock"),
        (row("A/1", str(2**64)), "stock_unusable", "more than any stock"),
        (row("A/1", "-1e400"), "stock_unusable", "more than any stock"),
        (row("A/1", "0.1000000000000000055511"), "stock_unusable", "more than 6 digits"),
        (row("A/1", ordered=None), "backlog_unknown", "does not say what is ordered"),
        (row("A/1", ordered="-1"), "backlog_unusable", "ordered, not allocated -1 is negative"),
        (row("A/1", ordered="NaN"), "backlog_unusable", "is not a number"),
    ],
)
def test_an_unusable_row_is_named_and_keeps_only_its_own_sku_back(
    bad: StockRow, code: str, words: str
) -> None:
    plan = decide(bad, GOOD)
    assert quantities(plan) == {"B": 9}
    reason = reasons(plan)["A/1"]
    assert reason.code == code
    assert reason.fixer.value in {"clerk", "engineer"}
    assert "row 1, SKU 'A/1'" in reason.sentence
    assert words in reason.sentence


@pytest.mark.parametrize(
    ("available", "quantity"),
    [("2147483647", 2147483647), ("12.500000", 12), ("12.0000000000", 12), ("1.2e1", 12), ("-0", 0)],
)
def test_what_only_looks_odd_is_counted(available: str, quantity: int) -> None:
    assert quantities(decide(row(available=available))) == {"A": quantity}


@pytest.mark.parametrize("item_id", [1, 2])
@pytest.mark.parametrize("turned", [False, True])
def test_two_rows_for_the_same_stock_are_both_named_and_not_summed(item_id: int, turned: bool) -> None:
    shelf = (row(number=3), row(number=8, item_id=item_id))
    plan = decide(*(shelf[::-1] if turned else shelf), GOOD)
    assert quantities(plan) == {"B": 9}
    reason = reasons(plan)["A"]
    assert reason.code == "stock_row_twice"
    assert "Stock rows 3 and 8 are both for SKU 'A'" in reason.sentence


def test_rows_that_differ_in_qualifier_or_facility_are_not_duplicates() -> None:
    shelf = (row(), row(number=2, qualifier="B"), row(number=3, facility_id=FacilityId(2)))
    assert quantities(decide(*shelf, rules=StockRules(qualifiers=frozenset({"", "B"})))) == {"A": 24}


def test_bad_rows_that_nobody_asks_for_disturb_nobody() -> None:
    shelf = (row(), row(available="-1", number=2, qualifier="DAMAGED"), row("C", "NaN", number=3))
    plan = decide(*shelf, row(available="NaN", number=4, facility_id=FacilityId(2)), offers=(Offer("A"),))
    assert quantities(plan) == {"A": 12}
    assert (plan.notes, plan.rows_without_item) == ((), ())


def test_a_negative_row_lowers_the_sum_and_is_told() -> None:
    shelf = (row(), row(available="-5", number=2, qualifier="B"))
    plan = decide(*shelf, rules=StockRules(qualifiers=frozenset({"", "B"})))
    assert quantities(plan) == {"A": 7}
    assert [(note.code, note.fixer.value) for note in plan.notes] == [("stock_negative", "clerk")]
    assert "row 2, SKU 'A': available is -5" in plan.notes[0].sentence


@pytest.mark.parametrize(
    ("sku", "code", "words"),
    [
        ("", "no_sku", "Stock row 5 has no SKU"),
        ("  ", "no_sku", "Stock row 5 has no SKU"),
        ("X", "unknown_item", "row 5, SKU 'X': it is not among the customer's items."),
        ("a", "unknown_item", "It differs from 'A' only in"),
        ("A ", "unknown_item", "It differs from 'A' only in"),
    ],
)
def test_rows_of_no_item_are_listed_and_never_taken_for_another(sku: str, code: str, words: str) -> None:
    plan = decide(row(available="1"), rows=(row(available="1"), row(sku, "50", number=5)))
    assert quantities(plan) == {"A": 1}
    (problem,) = plan.rows_without_item
    assert problem.code == code
    assert words in problem.sentence


@pytest.mark.parametrize("rows", [(), (row(facility_id=FacilityId(2)),)])
def test_a_facility_without_any_row_is_pointed_out(rows: tuple[StockRow, ...]) -> None:
    plan = decide(row(), rows=rows)
    assert quantities(plan) == {"A": 0}
    assert [note.code for note in plan.notes] == ["facility_empty"]


def test_a_qualifier_that_looks_like_a_chosen_one_is_pointed_out() -> None:
    plan = decide(row(qualifier="New"), rules=StockRules(qualifiers=frozenset({"NEW"})))
    assert quantities(plan) == {"A": 0}
    assert "'New' is not counted. It differs from 'NEW' only in" in plan.notes[0].sentence


def test_decimals_are_summed_exactly() -> None:
    names = frozenset(str(n) for n in range(10))
    shelf = [row(available="0.1", number=n, qualifier=name) for n, name in enumerate(sorted(names))]
    assert quantities(decide(*shelf, rules=StockRules(qualifiers=names))) == {
        "A": 1
    }  # floats make it 0.999...
    most = [
        row(available="2147483647", number=1, qualifier="0"),
        row(available="0.000001", number=2, qualifier="1"),
    ]
    owed = {"to_import": {"A": Decimal("2147483646.000001")}}
    assert quantities(decide(*most, rules=StockRules(qualifiers=names), **owed)) == {"A": 1}


def test_a_row_that_could_not_be_read_keeps_its_sku_back_or_is_listed_without_one() -> None:
    unread = (UnreadableRow(2, "A", "available is missing"), UnreadableRow(3, "", "the row is no object"))
    plan = decide(row(), GOOD, rows=(row(), GOOD, *unread))
    assert quantities(plan) == {"B": 9}
    reason = reasons(plan)["A"]
    assert (reason.code, reason.fixer.value) == ("stock_unreadable", "clerk")
    assert reason.sentence == "Stock row 2, SKU 'A', cannot be read: available is missing."
    assert [(problem.code, "row 3" in problem.sentence) for problem in plan.rows_without_item] == [
        ("stock_unreadable", True)
    ]
