"""Which Amazon SKU stands for which item: by the letter, by the tables, never by guessing."""

import pytest

from dockwire.decisions.sku_names import SkuNames
from dockwire.model.stock import Offer
from dockwire.model.stock_rows import UnreadableRow
from tests.unit.decisions.stock.shelves import decide, item, quantities, reasons, row, rules

ODD = [
    "A/B",
    "A B",
    "A+B",
    "Größe-Ø",
    "色-1",
    " A",
    "A ",
    "a",
    "%41",
    "A\tB",
    "0012",
    "1e3",
    "nan",
    "None",
    "<NA>",
]
"""SKUs that break what trims, folds, quotes or parses them; each is one of its own."""


def test_odd_skus_are_kept_to_the_letter_and_apart() -> None:
    shelf = [row(sku, str(10 + n), number=n) for n, sku in enumerate(ODD, start=1)]
    plan = decide(row(number=99), *shelf)
    assert quantities(plan) == {"A": 12} | {sku: 10 + n for n, sku in enumerate(ODD, start=1)}
    assert reasons(plan) == {}


@pytest.mark.parametrize(
    ("names", "quantity"),
    [
        (SkuNames(sku_map={"AMZ": "A"}), 12),
        (SkuNames(aliases={"AMZ": "A"}), 12),
        (SkuNames(sku_map={"AMZ": "A"}, aliases={"AMZ": "B"}), 12),
        (SkuNames(sku_map={"AMZ": ""}, aliases={"AMZ": "B"}), 9),
        (SkuNames(sku_map={"AMZ": "A"}, require_map=True), 12),
    ],
)
def test_the_connections_map_goes_before_the_alias_table(names: SkuNames, quantity: int) -> None:
    plan = decide(row(), row("B", "9", number=2), names=names, offers=(Offer("AMZ"),))
    assert quantities(plan) == {"AMZ": quantity}


@pytest.mark.parametrize(
    ("sku", "names", "code", "words"),
    [
        ("X", SkuNames(), "unmapped_sku", "'X' is neither mapped nor an item"),
        ("a ", SkuNames(), "unmapped_sku", "It differs from 'A' only in blanks, letter case"),
        ("\uff21", SkuNames(), "unmapped_sku", "It differs from 'A' only"),
        ("A", SkuNames(require_map=True), "unmapped_sku", "not in the connection's SKU map"),
        ("AMZ", SkuNames(sku_map={"AMZ": "GONE"}), "unknown_item", "mapped to 'GONE', which the warehouse"),
        ("AMZ", SkuNames(aliases={"AMZ": "a"}), "unknown_item", "It differs from 'A' only"),
        ("A", SkuNames(sku_map={"A": "GONE"}), "unknown_item", "mapped to 'GONE'"),
        (" ", SkuNames(), "no_sku", "no SKU"),
    ],
)
def test_what_stands_for_nothing_is_listed_with_a_hint_and_not_guessed(
    sku: str, names: SkuNames, code: str, words: str
) -> None:
    plan = decide(row(), names=names, offers=(Offer(sku),))
    assert quantities(plan) == {}
    assert reasons(plan)[sku].code == code
    assert words in reasons(plan)[sku].sentence


def test_items_that_no_amazon_sku_stands_for_are_listed() -> None:
    shelf = [row(sku, number=n) for n, sku in enumerate(("A", "B", "C"), start=1)]
    gone = item("OLD", active=False)
    plan = decide(*shelf, items=(gone,), offers=(Offer("AMZ"),), names=SkuNames(sku_map={"AMZ": "B"}))
    assert plan.not_at_amazon == ("A", "C")


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ((Offer("A", "AMAZON_NA"),), "fulfilled_by_amazon"),
        ((Offer("A", "AMAZON_EU"), Offer("A", "AMAZON_US_TBYB")), "fulfilled_by_amazon"),
        ((Offer("A", ""),), "unknown_channel"),
        ((Offer("A", "default"),), "unknown_channel"),
        ((Offer("A", quantity=3), Offer("A", quantity=4)), "offer_twice"),
        ((Offer("A", always_available=True),), "always_available"),
    ],
)
def test_offers_that_take_no_quantity_of_ours_are_left_alone(offers: tuple[Offer, ...], code: str) -> None:
    plan = decide(row(), row("B", "9", number=2), offers=(*offers, Offer("B")))
    assert reasons(plan)["A"].code == code
    assert quantities(plan) == {"B": 9}


@pytest.mark.parametrize("turned", [False, True])
def test_a_sku_shipped_by_both_gets_the_merchants_quantity_and_a_note(turned: bool) -> None:
    offers = (Offer("A", "AMAZON_NA", 70), Offer("A", quantity=5))
    plan = decide(row(), offers=offers[::-1] if turned else offers)
    assert quantities(plan) == {"A": 12}
    assert [(note.code, "'A'" in note.sentence) for note in plan.notes] == [("both_channels", True)]


def test_an_unmatched_sku_is_not_set_to_zero_by_a_pause() -> None:
    assert quantities(decide(row(), offers=(Offer("THEIRS"),), rules=rules(paused=True))) == {}


def test_an_item_that_cannot_be_read_is_not_called_unknown() -> None:
    unread = (
        UnreadableRow(41, "A/1", "kit.components[0].qty is not above 0"),
        UnreadableRow(42, "", "itemId is missing"),
    )
    plan = decide(row(), unreadable_items=unread, offers=(Offer("A/1"), Offer("")))
    reason = reasons(plan)["A/1"]
    assert (reason.code, reason.fixer.value) == ("item_unreadable", "clerk")
    assert reason.sentence == "Item row 41, SKU 'A/1', cannot be read: kit.components[0].qty is not above 0."
    assert reasons(plan)[""].code == "no_sku"
    assert [note.sentence for note in plan.notes] == [
        reason.sentence,
        "Item row 42 cannot be read: itemId is missing.",
    ]
