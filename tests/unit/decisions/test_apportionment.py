"""Charges fall on orders exactly: nothing is lost, nothing is made up, whatever the currency."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockwire.decisions.apportionment import apportion, charge_problems, split_evenly
from dockwire.model.charge import Apply, Charge, ChargeType
from dockwire.model.money import from_minor_units, minor_digits

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])
COUNTS = st.integers(1, 10_000)


def charge(amount: str | Decimal, *, units: str = "1", label: str = "pick") -> Charge:
    return Charge(ChargeType.SPECIAL, label, Decimal(units), Decimal(amount), "each")


@given(units=st.integers(0, 10**12), parts=COUNTS, currency=CURRENCIES)
@example(units=1000, parts=3, currency="USD")
@example(units=1000, parts=3, currency="JPY")
@example(units=2, parts=10_000, currency="KWD")
def test_shares_add_up_and_differ_by_one_minor_unit_at_most(units: int, parts: int, currency: str) -> None:
    amount = from_minor_units(units, currency)
    shares = split_evenly(amount, parts=parts, currency=currency)
    assert len(shares) == parts
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= from_minor_units(1, currency)
    assert shares == sorted(shares, reverse=True)  # the remainder goes to the first
    assert all(-int(share.as_tuple().exponent) == minor_digits(currency) for share in shares)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=5),
    st.integers(1, 200),
    CURRENCIES,
    st.sampled_from(Apply),
    st.randoms(use_true_random=False),
)
def test_the_total_follows_the_rule_and_not_the_order_of_the_charges(
    amounts: list[int], orders: int, currency: str, apply: Apply, chance: object
) -> None:
    charges = [charge(from_minor_units(units, currency), label=f"c{n}") for n, units in enumerate(amounts)]
    total = sum(each.amount for each in charges)
    expected = total * orders if apply is Apply.SEPARATELY else total
    shuffled = list(charges)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for listed in (charges, shuffled):
        borne = apportion(listed, apply=apply, orders=orders, currency=currency)
        assert len(borne) == orders
        assert sum(each.amount for order in borne for each in order) == expected
        assert all(each.amount > 0 for order in borne for each in order)


def test_ten_dollars_over_three_orders() -> None:
    borne = apportion([charge("2.50", units="4")], apply=Apply.EVENLY, orders=3, currency="USD")
    assert [str(order[0].amount) for order in borne] == ["3.34", "3.33", "3.33"]
    assert {(order[0].label, order[0].kind, order[0].unit_description) for order in borne} == {
        ("pick", ChargeType.SPECIAL, "each")
    }


def test_ten_yen_over_three_orders_and_one_cent_over_three() -> None:
    yen = apportion([charge("10")], apply=Apply.EVENLY, orders=3, currency="JPY")
    assert [str(order[0].amount) for order in yen] == ["4", "3", "3"]
    cent = apportion([charge("0.01")], apply=Apply.EVENLY, orders=3, currency="USD")
    assert [len(order) for order in cent] == [1, 0, 0]


def test_first_and_separately_keep_units_and_price() -> None:
    row = charge("0.125", units="8")
    assert apportion([row], apply=Apply.FIRST, orders=3, currency="USD") == [(row,), (), ()]
    assert apportion([row], apply=Apply.SEPARATELY, orders=2, currency="USD") == [(row,), (row,)]


@pytest.mark.parametrize(
    ("row", "currency", "words"),
    [
        (charge("0"), "USD", "price per unit is 0"),
        (charge("-1"), "USD", "price per unit is -1"),
        (charge("1", units="0"), "USD", "units is 0"),
        (charge("1", units="-2"), "USD", "units is -2"),
        (charge("NaN"), "USD", "price per unit is NaN"),
        (charge("Infinity"), "USD", "price per unit is Infinity"),
        (charge("0.333", units="3"), "USD", "3 x 0.333 = 0.999 USD"),
        (charge("0.5"), "JPY", "the currency has 0 decimals"),
        (charge("1e12"), "USD", "more than any charge"),
        (charge("1", label=" "), "USD", "no label"),
        (Charge(ChargeType.AUTO_HANDLING, "x", Decimal(1), Decimal(1)), "USD", "price rules only"),
    ],
)
def test_what_is_no_charge_is_refused_with_its_name(row: Charge, currency: str, words: str) -> None:
    assert any(words in problem for problem in charge_problems(row, currency))
    for apply in Apply:
        with pytest.raises(ValueError, match="charge"):
            apportion([row], apply=apply, orders=2, currency=currency)


@pytest.mark.parametrize("currency", ["", "usd", "DOLLAR", "U$D"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="currency code"):
        split_evenly(Decimal(1), parts=2, currency=currency)


def test_charges_need_an_order() -> None:
    with pytest.raises(ValueError, match="at least one order"):
        apportion([], apply=Apply.EVENLY, orders=0, currency="USD")
    with pytest.raises(ValueError, match="at least one order"):
        split_evenly(Decimal(1), parts=0, currency="USD")
