"""Why is this SKU offered at 3? In a sentence, and in JSON that adds up."""

import json

from dockwire.decisions.stock import as_json, tell
from dockwire.model.stock import Offer, StockDecision
from dockwire.model.stock_rules import StockRule
from tests.unit.decisions.stock.shelves import CA, decide, kit, row, rules, units


def everything() -> StockDecision:
    plan = decide(
        row(available="12.50", ordered="2"),
        to_import=units(A="1"),
        promises={CA: units(A="3")},
        rules=rules(buffer=1, percent=80, maximum=3),
    )
    return plan.decisions[0]


def test_every_step_is_told_with_its_number() -> None:
    assert tell(everything()) == (
        "A is to be offered at 3: available 12.5, ordered, not allocated -2, Amazon orders not in the warehouse yet -1, "
        "share promised to acme-ca -3, part of a unit -0.5, buffer -1, percent 80 -1, maximum 3 -1."
    )


def test_other_rules_are_told_by_their_own_number() -> None:
    told = {
        "A is to be offered at 0: available 12, below the minimum 13 -12.": rules(minimum=13),
        "A is to be offered at 4: available 12, own share 4 -8.": rules(fixed_share=4),
        "A is to be offered at 0: available 12, buffer 20 -12.": rules(buffer=20),
        "A is to be offered at 6: available 12, maximum 6 -6.": rules(maximum=6),
        "A is to be offered at 6: available 12, buffer -6.": rules(buffer=6),
        "A is to be offered at 0: paused.": rules(paused=True),
    }
    for sentence, chosen in told.items():
        assert tell(decide(row(), rules=chosen).decisions[0]) == sentence
    short = decide(row(available="3", ordered="5")).decisions[0]
    assert (
        tell(short) == "A is to be offered at 0: available 3, ordered, not allocated -5, short, so none +2."
    )


def test_json_carries_exact_numbers_as_texts() -> None:
    told = json.loads(json.dumps(as_json(everything())))
    assert told["quantity"] == 3
    (stock,) = told["stock"]
    assert (stock["sku"], stock["per_unit"], stock["left"]) == ("A", "1", "6.5")
    assert stock["steps"][0] == {"step": "available", "change": "12.5"}
    assert stock["steps"][3] == {"step": "promised", "change": "-3", "about": "acme-ca"}
    assert told["steps"][-1] == {"step": "maximum", "change": "-1", "setting": "3"}


def test_kits_show_their_components() -> None:
    plan = decide(row(), items=(kit("KIT", A="5"),), offers=(Offer("KIT"),))
    told = as_json(plan.decisions[0])
    assert told["steps"] == [{"step": "kits", "change": "2", "about": "A"}]
    assert [(stock["sku"], stock["per_unit"]) for stock in told["stock"]] == [("A", "5")]


def test_a_withheld_sku_says_why_and_who_acts() -> None:
    left = decide(row(), rules=rules({"A": StockRule(excluded=True)})).decisions[0]
    assert tell(left) == "A gets no quantity: A rule of the connection leaves this SKU alone."
    assert as_json(left) == {
        "sku": "A",
        "quantity": None,
        "reason": {
            "code": "excluded",
            "sentence": "A rule of the connection leaves this SKU alone.",
            "fixer": "nobody",
        },
    }
