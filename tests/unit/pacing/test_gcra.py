"""The bucket's arithmetic, against its definition."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.pacing import BUDGETS, Budget, gcra
from dockwire.simulators.amazon.quota import DOCUMENTED

START = 1_793_600_000.0
RATES = st.sampled_from([0.0056, 0.016, 0.5, 2.0, 7.3])
BURSTS = st.integers(1, 30)
PAUSES = st.lists(st.floats(0, 400), min_size=1, max_size=80)


def planned(pauses: list[float], *, rate: float, burst: int) -> list[float]:
    """Return when an obedient caller calls, who wants to call after each of these pauses."""
    arrival: float | None = None
    now, calls = START, []
    for pause in pauses:
        now += pause
        while True:
            arrival, wait = gcra.take(arrival, rate=rate, burst=burst, now=now)
            if not wait:
                break
            now += wait
        calls.append(now)
    return calls


@given(pauses=PAUSES, rate=RATES, burst=BURSTS)
def test_no_span_of_time_holds_more_calls_than_burst_and_rate_allow(
    pauses: list[float], rate: float, burst: int
) -> None:
    calls = planned(pauses, rate=rate, burst=burst)
    for first, begin in enumerate(calls):
        for last in range(first, len(calls)):
            allowed = burst + rate * (calls[last] - begin)
            assert last - first + 1 <= allowed + 1e-3


@given(rate=RATES, burst=BURSTS)
def test_a_full_bucket_gives_its_burst_at_once_and_then_the_rate(rate: float, burst: int) -> None:
    calls = planned([0.0] * (burst + 3), rate=rate, burst=burst)
    assert calls[:burst] == [START] * burst
    for earlier, later in pairwise(calls[burst - 1 :]):
        assert later - earlier == pytest.approx(1 / rate, rel=1e-3)


@given(rate=RATES, burst=BURSTS, spent=st.integers(0, 40))
def test_a_refused_bucket_has_its_next_token_an_interval_later_at_the_earliest(
    rate: float, burst: int, spent: int
) -> None:
    arrival = START + spent / rate
    emptied = gcra.emptied(arrival, rate=rate, burst=burst, now=START)
    assert emptied >= arrival
    wait = gcra.take(emptied, rate=rate, burst=burst, now=START)[1]
    assert wait >= 1 / rate - 1e-3


@given(rate=RATES, burst=BURSTS, pause=st.floats(0, 1e7))
def test_a_refused_call_changes_nothing(rate: float, burst: int, pause: float) -> None:
    arrival = START + pause
    after, wait = gcra.take(arrival, rate=rate, burst=burst, now=START)
    assert (after == arrival) if wait else (after > arrival)


def served(arrivals: list[float], *, rate: float, burst: int) -> bool:
    """Play Amazon: a bucket that starts full; say whether every call found a token."""
    tokens, filled = float(burst), arrivals[0]
    for moment in arrivals:
        tokens = min(burst, tokens + (moment - filled) * rate)
        filled = moment
        if tokens < 1 - 1e-3:
            return False
        tokens -= 1
    return True


@given(
    pauses=PAUSES,
    delays=st.lists(st.floats(0, 0.999), min_size=80, max_size=80),
    budget=st.sampled_from(list(BUDGETS.values())),
)
def test_amazon_never_refuses_a_planned_call_however_its_way_varies(
    pauses: list[float], delays: list[float], budget: Budget
) -> None:
    calls = planned(pauses, rate=budget.rate, burst=budget.planned_burst)
    # Each call is on its way for less than one interval, so calls may even overtake each other.
    arrivals = sorted(at + delay / budget.rate for at, delay in zip(calls, delays, strict=False))
    assert served(arrivals, rate=budget.rate, burst=budget.burst)


def test_without_the_spare_token_a_varying_way_is_refused() -> None:
    budget = BUDGETS["searchOrders"]
    calls = planned([0.0] * 25, rate=budget.rate, burst=budget.burst)
    arrivals = [at + (0.9 / budget.rate if number < 20 else 0) for number, at in enumerate(calls)]
    assert not served(sorted(arrivals), rate=budget.rate, burst=budget.burst)


def test_the_budgets_are_the_documented_plans() -> None:
    assert {name: (plan.rate, plan.burst) for name, plan in DOCUMENTED.items()} == {
        name: (budget.rate, budget.burst) for name, budget in BUDGETS.items()
    }
    assert Budget(1.0, 1).planned_burst == 1


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS.keys())
def test_what_is_left_is_how_many_calls_may_be_made_at_once(budget: Budget) -> None:
    rate, burst = budget.rate, budget.burst
    arrival: float | None = None

    def left(after: float = 0.0) -> float:
        return gcra.left(arrival, rate=rate, burst=burst, now=START + after)

    for made in range(burst):
        assert left() == pytest.approx(burst - made, abs=1e-3)
        arrival, wait = gcra.take(arrival, rate=rate, burst=burst, now=START)
        assert not wait
    assert (left(), left(1 / rate)) == pytest.approx((0, 1), abs=1e-3)
    assert left(86_400) == burst
