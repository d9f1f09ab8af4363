"""The import rule, case by case: what is created, watched, skipped and held, and why."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Decision, Hold, Import, Skip, Watch, decide_import
from dockwire.decisions.sku_names import SkuNames
from dockwire.model.connection import Filter, FilterField, FilterMatch, ShipMethod
from dockwire.model.ids import AmazonItemId, AmazonOrderId, MarketplaceId
from dockwire.model.order import FulfilledBy, Order, OrderStatus, Program
from dockwire.model.warehouse import Item
from tests.builders import CA, NOW, address, connection, line, order

ITEMS = {"SKU-1": Item("SKU-1"), "W-2": Item("W-2"), "OLD": Item("OLD", active=False)}


def decide(given_order: Order, **overrides: Any) -> Decision:
    return decide_import(given_order, ImportRules(connection(**overrides), ITEMS))


def reasons(decision: Decision) -> set[str]:
    if isinstance(decision, Import):
        return set()
    return {
        problem.code for problem in (decision.problems if isinstance(decision, Hold) else (decision.problem,))
    }


def test_a_paid_merchant_order_is_imported_with_everything_the_warehouse_needs_later() -> None:
    decision = decide(order())
    assert isinstance(decision, Import)
    draft = decision.draft
    assert draft.reference == draft.po_number == "111-0000001-0000001"
    assert (draft.lines[0].sku, draft.lines[0].quantity) == ("SKU-1", Decimal(2))
    assert draft.lines[0].item_id == "10000000000001"
    assert (draft.routing.carrier, draft.routing.service, draft.routing.scac) == ("UPS", "03", "UPSN")
    saved = dict(draft.saved)
    assert saved["AmazonMarketplace"] == "US"
    assert saved["Currency"] == "USD"
    assert saved["ShipByLatest"] == "2026-11-03T09:00:00Z"


def test_only_the_open_quantity_of_a_partially_shipped_order_is_imported() -> None:
    shipped = line(item_id=AmazonItemId("1"), quantity_open=0)
    partly = line(item_id=AmazonItemId("2"), quantity_ordered=5, quantity_open=3)
    decision = decide(order(status=OrderStatus.PARTIALLY_SHIPPED, lines=(shipped, partly)))
    assert isinstance(decision, Import)
    assert [(made.item_id, made.quantity) for made in decision.draft.lines] == [("2", Decimal(3))]


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"status": OrderStatus.PENDING}, Watch, "pending"),
        ({"status": OrderStatus.PENDING_AVAILABILITY}, Watch, "pending_availability"),
        ({"status": OrderStatus.UNKNOWN}, Hold, "unknown_status"),
        ({"fulfilled_by": FulfilledBy.UNKNOWN}, Hold, "unknown_fulfiller"),
        ({"status": OrderStatus.SHIPPED}, Skip, "already_shipped"),
        ({"status": OrderStatus.CANCELLED}, Skip, "cancelled"),
        ({"status": OrderStatus.UNFULFILLABLE}, Skip, "unfulfillable"),
        ({"fulfilled_by": FulfilledBy.AMAZON}, Skip, "fulfilled_by_amazon"),
        ({"fulfilled_by": FulfilledBy.AMAZON, "programs": frozenset({"PRIME"})}, Skip, "fulfilled_by_amazon"),
        ({"programs": frozenset({Program.EASY_SHIP})}, Skip, "easy_ship"),
        ({"programs": frozenset({Program.DELIVERY_BY_AMAZON})}, Skip, "delivery_by_amazon"),
        ({"programs": frozenset({Program.IN_STORE_PICK_UP})}, Skip, "in_store_pickup"),
        ({"marketplace_id": CA}, Skip, "other_marketplace"),
        ({"updated": NOW - timedelta(days=3)}, Skip, "before_start"),
        ({"lines": (line(quantity_open=0),)}, Skip, "nothing_open"),
        ({"marketplace_id": MarketplaceId("")}, Hold, "marketplace_missing"),
        (
            {"marketplace_id": MarketplaceId(""), "fulfilled_by": FulfilledBy.AMAZON},
            Skip,
            "fulfilled_by_amazon",
        ),
        ({"lines": (line(sku="NOBODY"),)}, Hold, "unmapped_sku"),
        ({"lines": (line(sku=None),)}, Hold, "no_sku"),
        ({"lines": (line(sku="OLD"),)}, Hold, "item_deactivated"),
        ({"service_level": "SAME_DAY"}, Hold, "unmapped_ship_method"),
        ({"service_level": ""}, Hold, "unmapped_ship_method"),
        ({"address": None}, Hold, "address_missing"),
        ({"address": address(postal_code="")}, Hold, "address_incomplete"),
        ({"lines": (line(cancel_requested=True),)}, Hold, "buyer_asked_to_cancel"),
    ],
)
def test_everything_else_is_remembered_with_its_reason(
    changes: dict[str, Any], kind: type, code: str
) -> None:
    decision = decide(order(**changes))
    assert isinstance(decision, kind)
    assert reasons(decision) == {code}


def test_all_problems_of_a_held_order_are_told_together() -> None:
    decision = decide(
        order(address=None, service_level="NEXT_DAY", lines=(line(sku="NOBODY"), line(sku=None)))
    )
    assert reasons(decision) == {"address_missing", "unmapped_ship_method", "unmapped_sku", "no_sku"}


def test_a_mapped_sku_wins_over_the_same_name_and_must_exist_in_the_warehouse() -> None:
    mapped = decide(order(), sku_map={"SKU-1": "W-2"})
    assert isinstance(mapped, Import)
    assert (mapped.draft.lines[0].sku, mapped.draft.lines[0].amazon_sku) == ("W-2", "SKU-1")
    assert reasons(decide(order(), sku_map={"SKU-1": "GONE"})) == {"unknown_item"}
    assert reasons(decide(order(), require_sku_map=True)) == {"unmapped_sku"}


NAMES = st.sampled_from(["A", "B", "C"])
TABLES = st.dictionaries(NAMES, NAMES)


@given(sku=NAMES, own=TABLES, aliases=TABLES, known=st.sets(NAMES), require=st.booleans())
def test_orders_and_stock_give_an_amazon_sku_the_same_name(
    sku: str, own: dict[str, str], aliases: dict[str, str], known: set[str], require: bool
) -> None:
    which = connection(sku_map=own, require_sku_map=require)
    target = ImportRules(which, {name: Item(name) for name in known}, aliases).target_sku(sku)
    expected = SkuNames(own, aliases, require_map=require).target(sku)
    # An equal name that nobody wrote down counts for orders once there is such an item.
    assert target == (expected if sku in own or sku in aliases or sku in known else None)


@pytest.mark.parametrize("require", [False, True])
def test_an_unmapped_sku_is_told_with_both_tables_that_could_name_it(require: bool) -> None:
    decision = decide(order(lines=(line(sku="NOBODY"),)), require_sku_map=require)
    assert isinstance(decision, Hold)
    assert "neither in the connection's SKU map nor in the alias table" in decision.problems[0].sentence


def test_prime_orders_take_the_prime_ship_method_whatever_their_level() -> None:
    prime = order(programs=frozenset({"PRIME"}), service_level="NEXT_DAY")
    decision = decide(prime, prime_ship_method=ShipMethod(carrier="Amazon Buy", service="PRIME", scac="AMZN"))
    assert isinstance(decision, Import)
    assert decision.draft.routing.carrier == "Amazon Buy"
    assert "Prime" in decision.draft.notes


@pytest.mark.parametrize(
    ("rule", "caught"),
    [
        (Filter(field=FilterField.STATE, values=("il",)), True),
        (Filter(field=FilterField.STATE, values=("WA",)), False),
        (Filter(field=FilterField.STATE, values=("IL", "WA"), unless=True), False),
        (Filter(field=FilterField.POSTAL_CODE, values=("62",), match=FilterMatch.STARTS), True),
        (Filter(field=FilterField.SKU, values=("-1",), match=FilterMatch.ENDS), True),
        (Filter(field=FilterField.COUNTRY, values=("US",), unless=True), False),
        (Filter(field=FilterField.PROGRAM, values=("PRIME",)), False),
    ],
)
def test_filters_hold_orders_for_a_look(rule: Filter, caught: bool) -> None:
    assert ("filtered" in reasons(decide(order(), filters=(rule,)))) is caught


def test_a_replacement_is_an_order_of_its_own_that_names_its_origin() -> None:
    decision = decide(order(replaces=AmazonOrderId("111-9")))
    assert isinstance(decision, Import)
    assert dict(decision.draft.saved)["ReplacesAmazonOrderId"] == "111-9"


@given(
    status=st.sampled_from(OrderStatus),
    by=st.sampled_from(FulfilledBy),
    programs=st.frozensets(st.sampled_from(Program)),
    open_quantity=st.integers(0, 3),
)
def test_nothing_but_ready_merchant_orders_is_ever_imported(
    status: OrderStatus, by: FulfilledBy, programs: frozenset[str], open_quantity: int
) -> None:
    decision = decide(
        order(status=status, fulfilled_by=by, programs=programs, lines=(line(quantity_open=open_quantity),))
    )
    others = {Program.EASY_SHIP, Program.DELIVERY_BY_AMAZON, Program.IN_STORE_PICK_UP}
    may = (
        status in {OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED}
        and by is FulfilledBy.MERCHANT
        and not programs & others
        and open_quantity > 0
    )
    assert isinstance(decision, Import) is may


@given(st.text(), st.text())
def test_reasons_never_quote_personal_data(name: str, street: str) -> None:
    secret = address(name=f"NAME{name}", lines=(f"STREET{street}",), postal_code="")
    decision = decide(order(address=secret))
    assert isinstance(decision, Hold)
    assert not any(
        "NAME" in problem.sentence or "STREET" in problem.sentence for problem in decision.problems
    )


def test_the_same_order_gives_the_same_reference_whatever_else_changes() -> None:
    first = decide(order(), reference_prefix="AMZ-", reference_suffix="-X")
    second = decide(
        replace(order(), updated=NOW, service_level="EXPEDITED"),
        reference_prefix="AMZ-",
        reference_suffix="-X",
    )
    assert isinstance(first, Import)
    assert isinstance(second, Import)
    assert first.draft.reference == second.draft.reference == "AMZ-111-0000001-0000001-X"


@pytest.mark.parametrize(
    ("sku", "overrides"),
    [("NOBODY", {}), ("MINE", {"sku_map": {"MINE": "NOBODY"}}), ("MINE", {"sku_map": {"MINE": "OLD"}})],
)
def test_an_order_held_for_an_item_says_when_it_goes_on_and_how_to_hurry_it(
    sku: str, overrides: dict[str, Any]
) -> None:
    decision = decide(order(lines=(line(sku=sku),)), **overrides)
    assert isinstance(decision, Hold)
    (problem,) = decision.problems
    assert "with the first import after 10 minutes" in problem.sentence
    assert "one that reads the warehouse's items again" in problem.sentence


def test_a_connection_that_goes_by_its_map_alone_does_not_send_people_to_the_warehouse() -> None:
    decision = decide(order(), require_sku_map=True)
    assert isinstance(decision, Hold)
    assert "warehouse" not in decision.problems[0].sentence
