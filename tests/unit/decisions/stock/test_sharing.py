"""One stock, several offers: in one connection and across siblings, never more than there is."""

from typing import Any

import pytest

from dockwire.decisions.sku_names import SkuNames
from dockwire.decisions.stock import promised, tell
from dockwire.model.ids import ConnectionSlug
from dockwire.model.stock import Offer
from dockwire.model.stock_rules import SameStock, StockRule, StockRules
from tests.unit.decisions.stock.shelves import CA, US, decide, facts, kit, quantities, row, rules, units

THREE: dict[str, Any] = {
    "names": SkuNames(sku_map={"A1": "A", "A2": "A", "A3": "A"}),
    "offers": (Offer("A3"), Offer("A1"), Offer("A2")),
}


@pytest.mark.parametrize(
    ("available", "chosen", "expected"),
    [
        ("12", StockRules(), {"A1": 4, "A2": 4, "A3": 4}),
        ("11", StockRules(), {"A1": 4, "A2": 4, "A3": 3}),
        ("1", StockRules(), {"A1": 1, "A2": 0, "A3": 0}),
        ("12", StockRules(same_stock=SameStock.WHOLE), {"A1": 12, "A2": 12, "A3": 12}),
        ("12", rules({"A3": StockRule(paused=True)}), {"A1": 6, "A2": 6, "A3": 0}),
        ("12", rules({"A3": StockRule(excluded=True)}), {"A1": 6, "A2": 6}),
        ("12", rules({"A3": StockRule(fixed_share=2)}), {"A1": 5, "A2": 5, "A3": 2}),
        (
            "3",
            rules({"A2": StockRule(fixed_share=2), "A3": StockRule(fixed_share=2)}),
            {"A1": 0, "A2": 2, "A3": 1},
        ),
        ("12", rules({"A3": StockRule(fixed_share=0)}), {"A1": 6, "A2": 6, "A3": 0}),
    ],
)
def test_several_amazon_skus_share_one_stock(
    available: str, chosen: StockRules, expected: dict[str, int]
) -> None:
    assert quantities(decide(row(available=available), rules=chosen, **THREE)) == expected


def test_offers_that_take_nothing_leave_their_part_to_the_others() -> None:
    offers = (Offer("A1"), Offer("A2", "AMAZON_NA"), Offer("A3", always_available=True))
    assert quantities(decide(row(), names=THREE["names"], offers=offers)) == {"A1": 12}


def test_neighbours_are_named_in_the_explanation() -> None:
    plan = decide(row(), **THREE)
    assert tell(plan.decisions[0]) == "A1 is to be offered at 4: available 12, sold beside A2, A3 -8."


def _sibling(slug: ConnectionSlug, share: int | None, available: str, **shares: int) -> int:
    promises = {ConnectionSlug(f"acme-{name}"): units(A=str(count)) for name, count in shares.items()}
    chosen = rules() if share is None else rules(fixed_share=share)
    return quantities(decide(row(available=available), slug=slug, rules=chosen, promises=promises))["A"]


@pytest.mark.parametrize(
    ("available", "expected"),
    [("12", (4, 3, 5)), ("7", (4, 3, 0)), ("5", (4, 1, 0)), ("4", (4, 0, 0)), ("0", (0, 0, 0))],
)
def test_siblings_with_shares_are_served_by_slug_and_the_one_without_gets_the_rest(
    available: str, expected: tuple[int, int, int]
) -> None:
    canada = _sibling(CA, 4, available, mx=3)
    mexico = _sibling(ConnectionSlug("acme-mx"), 3, available, ca=4)
    states = _sibling(US, None, available, ca=4, mx=3)
    assert (canada, mexico, states) == expected


def test_a_connections_own_promise_is_not_taken_from_itself() -> None:
    assert quantities(decide(row(), promises={US: units(A="5")})) == {"A": 12}


def test_shares_are_promised_in_units_of_the_warehouse() -> None:
    chosen = rules(
        {
            "A1": StockRule(fixed_share=2),
            "A2": StockRule(fixed_share=3),
            "A3": StockRule(fixed_share=9, paused=True),
            "KIT": StockRule(fixed_share=2),
            "GONE": StockRule(fixed_share=7),
            "FBA": StockRule(fixed_share=7),
        }
    )
    offers = (*THREE["offers"], Offer("KIT"), Offer("GONE"), Offer("FBA", "AMAZON_NA"))
    own = facts(row(), items=(kit("KIT", A="2"),), rules=chosen, names=THREE["names"], offers=offers)
    assert promised(own) == units(A="9")
