"""What holds for every shelf, every set of rules and every order of rows."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dockwire.decisions.sku_names import SkuNames
from dockwire.decisions.stock import (
    StockFacts,
    StockPlan,
    decide_stock,
    in_components,
    promised,
    stock_changes,
)
from dockwire.decisions.stock.kits import needs_of
from dockwire.model.ids import ConnectionSlug
from dockwire.model.stock import Offer, Offered
from dockwire.model.stock_rows import KitPart, StockItem, StockRow
from dockwire.model.stock_rules import SameStock, StockRule, StockRules
from tests.unit.decisions.stock.shelves import HERE, item, quantities, row

UNHURRIED = settings(deadline=None, max_examples=60)
"""Loading pandas and a busy machine say nothing about a decision."""

SKUS = ("A", "B", "C")
KITS = ("K", "L")
AMAZON = (*SKUS, *KITS, "A-NEW", "B-USED")
SLUGS = tuple(ConnectionSlug(f"acme-{name}") for name in ("ca", "mx", "us"))

QUANTITIES = st.decimals(-3, 30, places=2)
COUNTS = st.decimals(0, 4, places=1)
PARTS = st.sampled_from([Decimal(text) for text in ("0.25", "0.3", "1", "2", "3.5")])

RULE = st.builds(
    StockRule,
    buffer=st.none() | st.integers(0, 5),
    percent=st.none() | st.decimals(0, 100, places=1),
    minimum=st.none() | st.integers(0, 6),
    maximum=st.none() | st.integers(0, 12),
    fixed_share=st.none() | st.integers(0, 9),
    paused=st.none() | st.booleans(),
    excluded=st.none() | st.booleans(),
)


SHARE = st.builds(StockRule, fixed_share=st.none() | st.integers(0, 9))
"""Every other rule only lowers a quantity, and would hide what is offered too high before it."""


@st.composite
def kits(draw: st.DrawFn, /) -> dict[str, StockItem]:
    made = {}
    for name in KITS:
        parts = draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=3, unique=True))
        made[name] = item(name, parts=tuple(KitPart(sku, "", draw(PARTS)) for sku in parts))
    return made


@st.composite
def shelves(draw: st.DrawFn, /, **fixed: Any) -> StockFacts:
    places = [(sku, qualifier) for sku in SKUS for qualifier in ("", "B")]
    shown = draw(st.permutations(places))[draw(st.integers(0, 2)) :]
    rows = [
        row(sku, str(draw(QUANTITIES)), str(draw(COUNTS)), number=number, qualifier=qualifier)
        for number, (sku, qualifier) in enumerate(shown, start=1)
    ]
    fields: dict[str, Any] = {
        "slug": SLUGS[2],
        "facility_id": HERE,
        "items": {sku: item(sku) for sku in SKUS} | draw(kits()),
        "rows": rows,
        "offers": [Offer(sku, quantity=draw(st.none() | st.integers(0, 9))) for sku in AMAZON],
        "names": SkuNames(aliases={"A-NEW": "A", "B-USED": "B"}),
        "rules": draw(stock_rules()),
        "to_import": draw(st.dictionaries(st.sampled_from((*SKUS, *KITS)), COUNTS, max_size=3)),
        "promises": draw(
            st.dictionaries(
                st.sampled_from(SLUGS[:2]), st.dictionaries(st.sampled_from(SKUS), COUNTS), max_size=2
            )
        ),
    }
    return StockFacts(**fields | fixed)


@st.composite
def stock_rules(
    draw: st.DrawFn,
    /,
    ways: tuple[SameStock, ...] = tuple(SameStock),
    rule: st.SearchStrategy[StockRule] = RULE,
) -> StockRules:
    return StockRules(
        default=draw(rule),
        by_sku=draw(st.dictionaries(st.sampled_from(AMAZON), rule)),
        qualifiers=draw(st.sampled_from([frozenset({""}), frozenset({"B"}), frozenset({"", "B"})])),
        same_stock=draw(st.sampled_from(ways)),
    )


DIVIDED = stock_rules((SameStock.DIVIDE,), SHARE)


def taken(plan: StockPlan, facts: StockFacts) -> dict[str, Decimal]:
    """Return what would leave the shelf if everything offered were sold, by warehouse SKU."""
    units: defaultdict[str, Decimal] = defaultdict(Decimal)
    for amazon_sku, quantity in quantities(plan).items():
        units[str(facts.names.target(amazon_sku))] += quantity
    return in_components(units, facts.items)


def there(facts: StockFacts) -> dict[str, Decimal]:
    """Return what is on the shelf and not spoken for, by warehouse SKU, counted by hand."""
    counted = facts.rules.qualifiers | {""}  # kits of these tests take plain stock
    left = dict.fromkeys(SKUS, Decimal(0))
    for shown in facts.rows:
        assert isinstance(shown, StockRow)
        assert shown.ordered_not_allocated is not None
        if shown.qualifier in counted:
            left[shown.sku] += max(Decimal(0), shown.available - shown.ordered_not_allocated)
    for sku, count in in_components(facts.to_import, facts.items).items():
        left[sku] -= count
    return {sku: max(Decimal(0), count) for sku, count in left.items()}


@UNHURRIED
@given(shelves(rules=None), DIVIDED)
def test_everything_offered_could_be_sold_at_once_kits_included(facts: StockFacts, rules: StockRules) -> None:
    facts = replace(facts, rules=rules)
    room = there(facts)
    assert all(units <= room[sku] for sku, units in taken(decide_stock(facts), facts).items())


@UNHURRIED
@given(shelves(rules=None), st.lists(DIVIDED, min_size=2, max_size=3), st.integers(0, 9))
def test_siblings_with_fixed_shares_never_offer_more_than_there_is(
    facts: StockFacts, chosen: list[StockRules], share: int
) -> None:
    siblings = []
    for slug, rules in zip(SLUGS, chosen, strict=False):
        # Every sibling counts the same stock, and each of its SKUs has a share.
        by_sku = {
            sku: rule if rule.fixed_share is not None else rule.model_copy(update={"fixed_share": share})
            for sku, rule in ((sku, rules.rule(sku)) for sku in AMAZON)
        }
        own = rules.model_copy(update={"by_sku": by_sku, "qualifiers": chosen[0].qualifiers})
        siblings.append(replace(facts, slug=slug, rules=own, promises={}))
    promises = {each.slug: promised(each) for each in siblings}
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in siblings:
        plan = decide_stock(replace(each, promises=promises))
        for sku, units in taken(plan, each).items():
            total[sku] += units
    room = there(siblings[0])
    assert all(units <= room[sku] for sku, units in total.items())


@UNHURRIED
@given(shelves(), st.integers(0, 5), st.integers(1, 5))
def test_a_greater_buffer_never_offers_more(facts: StockFacts, buffer: int, more: int) -> None:
    def with_buffer(units: int) -> dict[str, int]:
        own = {sku: rule.model_copy(update={"buffer": units}) for sku, rule in facts.rules.by_sku.items()}
        default = facts.rules.default.model_copy(update={"buffer": units})
        rules = facts.rules.model_copy(update={"default": default, "by_sku": own})
        return quantities(decide_stock(replace(facts, rules=rules)))

    less, greater = with_buffer(buffer + more), with_buffer(buffer)
    assert less.keys() == greater.keys()
    assert all(less[sku] <= greater[sku] for sku in less)


@UNHURRIED
@given(shelves(), st.randoms(use_true_random=False))
def test_the_order_of_rows_items_and_offers_does_not_matter(facts: StockFacts, chance: Random) -> None:
    rows, offers, items = list(facts.rows), list(facts.offers), list(facts.items.items())
    for listed in (rows, offers, items):
        chance.shuffle(listed)
    assert decide_stock(replace(facts, rows=rows, offers=offers, items=dict(items))).decisions == (
        decide_stock(facts).decisions
    )


@UNHURRIED
@given(shelves())
def test_the_numbers_of_an_explanation_add_up_to_its_quantity(facts: StockFacts) -> None:
    for decision in decide_stock(facts).decisions:
        if not isinstance(decision, Offered) or not decision.supplies:
            continue
        steps = sum(step.change for step in decision.steps)
        if facts.items[str(facts.names.target(decision.sku))].parts:
            makes = min(supply.left // supply.per_unit for supply in decision.supplies)
            assert decision.steps[0].change == makes
        else:
            steps += decision.supplies[0].left
        assert steps == decision.quantity >= 0
        assert all(supply.left >= 0 for supply in decision.supplies)


@UNHURRIED
@given(shelves())
def test_a_kit_is_never_offered_beyond_any_of_its_components(facts: StockFacts) -> None:
    room = there(facts)
    for sku, quantity in quantities(decide_stock(facts)).items():
        needs = needs_of(facts.items[str(facts.names.target(sku))], facts.items, facts.rules)
        assert isinstance(needs, tuple)
        assert all(quantity * need.per_unit <= room[need.sku] for need in needs)


@UNHURRIED
@given(shelves())
def test_what_amazon_has_taken_is_not_sent_again(facts: StockFacts) -> None:
    plan = decide_stock(facts)
    changes = stock_changes(plan.decisions, facts.offers)
    sent = {change.sku: change.quantity for change in changes}
    assert len(sent) == len(changes)
    now = [replace(offer, quantity=sent.get(offer.sku, offer.quantity)) for offer in facts.offers]
    again = decide_stock(replace(facts, offers=now))
    assert again == plan
    assert stock_changes(again.decisions, now) == []
