"""What a person's decision does to an order, act by act: taken, refused with what to do, or unchanged."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.acts import (
    Act,
    Cancel,
    CorrectAddress,
    Hold,
    MapSku,
    Release,
    Retry,
    SetLine,
    SetShipMethod,
    Skip,
    Unskip,
)
from dockwire.decisions.addresses import LONGEST, read_address
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Import, decide_import, state_of
from dockwire.decisions.offering import ways_of
from dockwire.decisions.remedies import WAYS_OUT, Way, remedies
from dockwire.decisions.ruling import KEPT, Case, Refusal, Unchanged, decide_ruling
from dockwire.errors import Fixer, SettingsError
from dockwire.model.connection import Filter, FilterField
from dockwire.model.hold import HoldRow, OpenHold, Ruling, WaitingOrder
from dockwire.model.ids import AmazonItemId, AmazonOrderId, MarketplaceId, WarehouseOrderId
from dockwire.model.order import Order
from dockwire.model.override import NO_OVERRIDES, AddressCorrection, Overrides
from dockwire.model.record import LedgerOrder, OrderState, Problem
from dockwire.model.warehouse import Item, Routing
from tests.builders import NOW, address, connection, line, order

ITEMS = {"SKU-1": Item("SKU-1"), "W-2": Item("W-2"), "OLD": Item("OLD", active=False)}
UPS = Routing("UPS", "02", "UPSN")
LINE = line().item_id
IN_STATE = Filter(field=FilterField.STATE, values=("IL",))


def case_of(
    known: Order | None = None,
    *,
    state: OrderState | None = None,
    overrides: Overrides = NO_OVERRIDES,
    aliases: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    purged: datetime | None = None,
    **settings: Any,
) -> Case:
    """Return an order where the rules put it, or in the state that is given."""
    known = known or order()
    rules = ImportRules(connection(**settings), ITEMS, aliases or {})
    decision = decide_import(known, rules, overrides)
    decided, why = (OrderState.NEW, ()) if isinstance(decision, Import) else state_of(decision)
    state = state or decided
    reasons = tuple(OpenHold(problem, NOW) for problem in problems or why)
    row = HoldRow(
        known.order_id,
        rules.connection.slug,
        state,
        3,
        reasons,
        None,
        None,
        WarehouseOrderId(17),
        overrides.skip is not None,
    )
    read = None
    if state is not OrderState.QUARANTINED:
        read = LedgerOrder(known, state, 3, row.problems, overrides=overrides, purged=purged)
    return Case(WaitingOrder(row, read, overrides), rules)


NOBODY = order(lines=(line(sku="NOBODY"),))
NO_ADDRESS = order(address=None)
CANCELS = order(lines=(line(cancel_requested=True),))


@pytest.mark.parametrize(
    ("known", "act", "settings"),
    [
        (NOBODY, MapSku("NOBODY", "W-2"), {}),
        (NOBODY, SetLine(LINE, "W-2"), {}),
        (order(lines=(line(sku=None),)), SetLine(LINE, "W-2"), {}),
        (order(lines=(line(sku="OLD"),)), MapSku("OLD", "W-2"), {}),
        (order(), SetLine(LINE, "W-2"), {"sku_map": {"SKU-1": "GONE"}}),
        (order(service_level="NEXT_DAY"), SetShipMethod(UPS), {}),
        (NO_ADDRESS, CorrectAddress(address()), {}),
        (order(address=address(postal_code="")), CorrectAddress(address()), {}),
        (order(), Release(), {"filters": (IN_STATE,)}),
        (CANCELS, Release(), {}),
        (order(marketplace_id=MarketplaceId("")), Release(), {}),
    ],
)
def test_a_held_order_goes_on_by_the_act_that_is_meant_for_it(
    known: Order, act: Act, settings: dict[str, Any]
) -> None:
    case = case_of(known, **settings)
    assert case.waiting.row.state is OrderState.HELD
    ruling = decide_ruling(case, [act])
    assert isinstance(ruling, Ruling)
    assert (ruling.state, ruling.problems, ruling.version) == (OrderState.NEW, (), 3)
    # The import decides the same, from the same pure rule.
    rules = replace(case.rules, aliases=ruling.aliases)
    decision = decide_import(known, rules, ruling.overrides)
    assert isinstance(decision, Import)
    assert decision.draft.lines[0].sku in {"SKU-1", "W-2"}


@pytest.mark.parametrize(
    ("case", "act", "told"),
    [
        (case_of(NOBODY), MapSku("OTHER", "W-2"), "it has no line with Amazon SKU 'OTHER'; it has: 'NOBODY'"),
        (case_of(NOBODY), MapSku("NOBODY", "w-2"), "It differs from 'W-2' only in"),
        (case_of(NOBODY), MapSku("NOBODY", "OLD"), "the warehouse item 'OLD' is deactivated"),
        (case_of(order(), sku_map={"SKU-1": "GONE"}), MapSku("SKU-1", "W-2"), "wins over any alias"),
        (
            case_of(order(), aliases={"SKU-1": "W-2"}),
            MapSku("SKU-1", "SKU-1"),
            "is an alias of 'W-2' already",
        ),
        (case_of(NOBODY), SetLine(AmazonItemId("7"), "W-2"), f"it has no line 7; its lines are: {LINE}"),
        (case_of(NO_ADDRESS), CorrectAddress(address(city="")), "the address lacks: city"),
        (case_of(NOBODY), Release(), "nothing of it is held for a look"),
        (case_of(NOBODY), Unskip(), "not skipped by a person"),
        (case_of(NOBODY), Skip("ask ANN EXAMPLE first"), "quotes the buyer's"),
        (case_of(NOBODY), Skip("goes to 1 sample street"), "quotes the buyer's"),
        (case_of(state=OrderState.CREATED), Skip("x"), "it is warehouse order 17 already"),
        (case_of(state=OrderState.CLAIMED), SetShipMethod(UPS), "being created right now"),
        (case_of(state=OrderState.CANCELLED), Retry(), "it was cancelled in the warehouse"),
        (case_of(state=OrderState.QUARANTINED), Release(), "it cannot be read"),
        (case_of(overrides=Overrides(skip="x")), SetShipMethod(UPS), "undo that first"),
        (
            case_of(order(lines=(line(quantity_open=0),))),
            Release(),
            "it is not for the warehouse: Every line",
        ),
        (
            case_of(order(order_id=AmazonOrderId("unreadable-1")), state=OrderState.QUARANTINED),
            Retry(),
            "Amazon cannot be asked for it",
        ),
        (case_of(purged=NOW), CorrectAddress(address()), "deleted on schedule"),
        (case_of(), Retry(), "neither held nor failed nor unreadable"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do_instead(case: Case, act: Act, told: str) -> None:
    ruling = decide_ruling(case, [act])
    assert isinstance(ruling, Refusal)
    assert told in ruling.sentence
    # Clerks read the sentence in the console; what is typed stands apart.
    assert not re.search(r"dockwire (holds|stock|run|orders)|--", ruling.sentence)
    assert not [word for word in ("Ann", "Sample Street", "62701") if word in ruling.sentence]


def test_what_is_typed_follows_what_it_is_for() -> None:
    ruling = decide_ruling(case_of(order(), aliases={"SKU-1": "W-2"}), [MapSku("SKU-1", "SKU-1")])
    assert isinstance(ruling, Refusal)
    assert ruling.sentence.endswith("or change that in the alias table")
    assert ruling.command == "dockwire stock aliases"


def test_acts_count_together_or_not_at_all() -> None:
    case = case_of(order(service_level="NEXT_DAY", address=None))
    both = decide_ruling(case, [SetShipMethod(UPS), CorrectAddress(address())])
    assert isinstance(both, Ruling)
    assert both.state is OrderState.NEW
    one = decide_ruling(case, [SetShipMethod(UPS)])
    assert isinstance(one, Ruling)
    assert (one.state, [problem.code for problem in one.problems]) == (OrderState.HELD, ["address_missing"])
    assert isinstance(decide_ruling(case, [SetShipMethod(UPS), MapSku("NOBODY", "W-2")]), Refusal)


@pytest.mark.parametrize(
    "act", [SetShipMethod(UPS), CorrectAddress(address()), SetLine(LINE, "W-2"), Skip("x")]
)
def test_the_same_decision_again_changes_nothing(act: Act) -> None:
    first = decide_ruling(case_of(), [act])
    assert isinstance(first, Ruling)
    assert isinstance(decide_ruling(case_of(overrides=first.overrides), [act]), Unchanged)


@pytest.mark.parametrize(
    ("methods", "routing"),
    [
        ({}, Routing("ups", "01")),
        ({"A": {"carrier": "DHL", "account": "D"}}, Routing("ups", "01")),
        (
            {"A": {"carrier": "UPS", "scac": "UPSN", "account": "7", "billing_code": "Prepaid"}},
            Routing("ups", "01", "UPSN", "7", "Prepaid"),
        ),
        (
            {"A": {"carrier": "UPS", "account": "7"}, "B": {"carrier": "UPS", "account": "8"}},
            Routing("ups", "01"),
        ),
    ],
)
def test_a_ship_method_of_one_order_is_billed_like_the_others_of_its_carrier(
    methods: dict[str, Any], routing: Routing
) -> None:
    ruling = decide_ruling(case_of(ship_methods=methods), [SetShipMethod(Routing("ups", "01"))])
    assert isinstance(ruling, Ruling)
    assert ruling.overrides.ship_method == routing


def test_a_release_lets_pass_what_was_looked_at_and_nothing_else() -> None:
    ruling = decide_ruling(case_of(CANCELS, filters=(IN_STATE,)), [Release()])
    assert isinstance(ruling, Ruling)

    def again(known: Order, *filters: Filter) -> set[str]:
        rules = ImportRules(connection(filters=filters), ITEMS)
        decision = decide_import(known, rules, ruling.overrides)
        return set() if isinstance(decision, Import) else {problem.code for problem in state_of(decision)[1]}

    assert again(CANCELS, IN_STATE) == set()
    another = line(item_id=AmazonItemId("2"), cancel_requested=True)
    assert again(replace(CANCELS, lines=(*CANCELS.lines, another)), IN_STATE) == {"buyer_asked_to_cancel"}
    assert again(CANCELS, IN_STATE, Filter(field=FilterField.COUNTRY, values=("US",))) == {"filtered"}


@pytest.mark.parametrize(
    ("instead_of", "now_at_amazon", "ships_to"),
    [
        (None, None, "Corrected"),
        (None, address(city="Corrected"), "Corrected"),
        (None, address(city="corrected ", phone="", kind="RESIDENTIAL"), "Corrected"),
        (address(), address(phone="+1 555 0199", instructions="ring twice"), "Corrected"),
        # Amazon withholds the address: it has not moved.
        (address(), None, "Corrected"),
        (None, address(city="New"), None),
        (None, address(postal_code=""), None),
    ],
)
def test_a_correction_counts_until_amazon_has_another_address(
    instead_of: Any, now_at_amazon: Any, ships_to: str | None
) -> None:
    corrected = Overrides(address=AddressCorrection(address(city="Corrected"), instead_of))
    decision = decide_import(order(address=now_at_amazon), ImportRules(connection(), ITEMS), corrected)
    if ships_to:
        assert isinstance(decision, Import)
        assert decision.draft.ship_to.city == ships_to
    else:
        assert not isinstance(decision, Import)
        assert [problem.code for problem in state_of(decision)[1]] == ["address_changed"]


def test_a_filter_looks_at_the_address_that_is_shipped_to() -> None:
    corrected = Overrides(address=AddressCorrection(address(state="AK"), address()))
    alaska = Filter(field=FilterField.STATE, values=("AK",))
    decision = decide_import(order(), ImportRules(connection(filters=(alaska,)), ITEMS), corrected)
    assert not isinstance(decision, Import)
    assert [problem.code for problem in state_of(decision)[1]] == ["filtered"]


@pytest.mark.parametrize("code", sorted(KEPT))
def test_what_only_the_warehouse_can_tell_stays_a_reason(code: str) -> None:
    stays = Problem(code, "x", Fixer.CLERK)
    ruling = decide_ruling(case_of(state=OrderState.HELD, problems=(stays,)), [SetShipMethod(UPS)])
    assert isinstance(ruling, Ruling)
    assert (ruling.state, ruling.problems) == (OrderState.HELD, (stays,))


@pytest.mark.parametrize("code", WAYS_OUT)
def test_every_reason_has_ways_out_whose_commands_name_the_order(code: str) -> None:
    known = order(lines=(line(sku="NO BODY'S"), line(item_id=AmazonItemId("2"), sku=None), line(sku="OLD")))
    case = case_of(known, state=OrderState.HELD)
    ways = remedies(Problem(code, "x"), case)
    assert len(ways) >= 2
    commands = [way.command for way in ways if way.command]
    assert commands, code
    for command in commands:
        assert known.order_id in command or command.startswith(
            ("dockwire apply", "dockwire run order-import acme-us")
        )
    if code == "unmapped_sku":
        assert f"dockwire holds fix {known.order_id} --sku 'NO BODY'\"'\"'S=WAREHOUSE-SKU'" in commands


GOOD = {
    "name": "Ann Example",
    "lines": ["1 Sample Street"],
    "city": "Springfield",
    "state": "IL",
    "postal_code": "62701",
    "country": "US",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"postal_code": ""}, "postal code: is missing"),
        ({"name": ""}, "name or company: is missing"),
        ({"lines": []}, "street: is missing"),
        ({"lines": "1 Sample Street"}, "lines: are no list of texts"),
        ({"lines": ["a", "b", "c", "d"]}, "lines: are more than 3"),
        ({"lines": [7]}, "lines: are no list of texts"),
        ({"city": 7}, "city: is no text"),
        ({"city": "C" * 51}, "city: is longer than 50 characters"),
        ({"name": "A\nB"}, "name: holds a line break or another sign that cannot be printed"),
        ({"country": "usa"}, "country: is longer than 2 characters"),
        ({"country": "us"}, "country: is no code of two capital letters"),
        ({"zip": "62701"}, "zip: is no field of an address"),
    ],
)
def test_a_wrong_address_is_told_by_field_and_never_by_value(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_address({**GOOD, **changes})
    assert told in str(caught.value).splitlines()
    assert "Sample" not in str(caught.value)


def test_all_faults_of_an_address_are_told_together() -> None:
    with pytest.raises(SettingsError) as caught:
        read_address({"city": 7, "phone": "x" * 51, "odd": ""})
    assert {line.split(":")[0] for line in str(caught.value).splitlines()[1:]} == {"city", "phone", "odd"}


@given(
    st.dictionaries(st.sampled_from(sorted(LONGEST)), st.one_of(st.text(), st.lists(st.text()), st.none()))
)
def test_whatever_is_given_as_an_address_is_one_or_is_told(said: dict[str, Any]) -> None:
    try:
        read = read_address(said)
    except SettingsError:
        return
    assert read.lines
    assert read.country


def test_a_hold_of_a_person_keeps_an_order_until_it_is_released_and_the_next_one_holds_again() -> None:
    held = decide_ruling(case_of(), [Hold("look at it")])
    assert isinstance(held, Ruling)
    assert (held.state, [each.code for each in held.problems]) == (OrderState.HELD, ["held_by_person"])
    released = decide_ruling(case_of(overrides=held.overrides), [Release()])
    assert isinstance(released, Ruling)
    assert (released.state, released.overrides) == (OrderState.NEW, NO_OVERRIDES)


@pytest.mark.parametrize("act", [Hold("why"), Cancel("why")])
def test_an_order_in_the_warehouse_is_stopped_by_a_wish_that_leaves_its_state(act: Hold | Cancel) -> None:
    case = case_of(state=OrderState.CREATED)
    ruling = decide_ruling(case, [act])
    assert isinstance(ruling, Ruling)
    (problem,) = ruling.problems
    assert (ruling.state, problem.fixer) == (OrderState.CREATED, Fixer.NOBODY)
    assert "do not ship it" in problem.sentence
    # Wanted already: another reason changes nothing.
    again = case_of(state=OrderState.CREATED, overrides=ruling.overrides, problems=ruling.problems)
    assert isinstance(decide_ruling(again, [replace(act, reason="other")]), Unchanged)
    assert isinstance(decide_ruling(again, [act]), Unchanged)
    assert isinstance(decide_ruling(case, [type(act)("for Ann Example")]), Refusal)
    for state in (OrderState.CLAIMED, OrderState.CANCELLED):
        assert isinstance(decide_ruling(case_of(state=state), [act]), Refusal)


def test_what_is_offered_is_what_would_be_taken() -> None:
    assert set(ways_of(case_of())) == {Way.ADDRESS, Way.SKIP, Way.HOLD}
    assert set(ways_of(case_of(CANCELS))) == {Way.ADDRESS, Way.RELEASE, Way.RETRY, Way.SKIP, Way.HOLD}
    assert set(ways_of(case_of(state=OrderState.CREATED))) == {Way.HOLD, Way.CANCEL}
    assert set(ways_of(case_of(overrides=Overrides(skip="by hand")))) == {Way.UNSKIP}
    wished = Overrides(hold="why", cancel="why")
    assert ways_of(case_of(state=OrderState.CREATED, overrides=wished)) == (Way.RELEASE,)
    held = Overrides(on_hold="why", cancel="why")
    assert ways_of(case_of(state=OrderState.CREATED, overrides=held)) == (Way.RELEASE,)
    assert ways_of(case_of(state=OrderState.CLAIMED)) == ()
