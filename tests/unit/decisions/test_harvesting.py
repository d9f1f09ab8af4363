"""Which window is read next: overlap, freshness, catching up, sweeping, two years at most."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.harvesting import HarvestPolicy, next_chain, next_span, outlived, shorter
from dockwire.model.order import OrderStatus
from dockwire.model.record import Chain, ChainKind, HarvestState
from tests.builders import CA, NOW, US

POLICY = HarvestPolicy()
UPPER = NOW - POLICY.settle


def state(**overrides: Any) -> HarvestState:
    fields: dict[str, Any] = {
        "watermarks": {US: NOW - timedelta(hours=1), CA: NOW - timedelta(hours=1)},
        "chain": None,
        "span_seconds": 86400,
        "completed": NOW - timedelta(hours=1),
        "swept": NOW - timedelta(hours=2),
    }
    return HarvestState(**fields | overrides)


def chain_of(given_state: HarvestState, **options: Any) -> Chain:
    chain = next_chain(given_state, now=NOW, policy=POLICY, **options)
    assert chain is not None
    return chain


def test_siblings_are_read_together_with_an_overlap_and_a_bound_amazon_accepts() -> None:
    window = chain_of(state()).window
    assert window.marketplaces == (CA, US)
    assert window.updated_after == NOW - timedelta(hours=1, minutes=10)
    assert window.updated_before == UPPER
    assert window.updated_before <= NOW - timedelta(minutes=2)


def test_a_fresh_account_is_not_read_again_unless_asked() -> None:
    fresh = state(watermarks={US: UPPER - timedelta(minutes=5)})
    assert next_chain(fresh, now=NOW, policy=POLICY) is None
    assert chain_of(fresh, refresh=True).kind is ChainKind.HARVEST


def test_a_new_marketplace_catches_up_by_itself_before_it_joins_the_others() -> None:
    window = chain_of(state(watermarks={US: NOW - timedelta(hours=1), CA: NOW - timedelta(days=30)})).window
    assert window.marketplaces == (CA,)
    assert window.updated_before == NOW - timedelta(days=29)


def test_nothing_older_than_two_years_is_asked_for() -> None:
    window = chain_of(state(watermarks={US: NOW - timedelta(days=2000)})).window
    assert window.updated_after >= NOW - timedelta(days=730)


def test_a_sweep_asks_once_a_day_for_what_is_still_open() -> None:
    fresh = {US: UPPER}
    assert next_chain(state(watermarks=fresh), now=NOW, policy=POLICY) is None
    sweep = chain_of(state(watermarks=fresh, swept=NOW - timedelta(days=1)))
    assert sweep.kind is ChainKind.SWEEP
    assert sweep.window.updated_after == UPPER - timedelta(days=14)
    assert sweep.window.statuses == (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)


def test_a_sweep_compares_no_further_than_the_harvests_have_read() -> None:
    # What lies behind the watermark is new, not late.
    read = UPPER - timedelta(minutes=9)
    sweep = chain_of(state(watermarks={US: UPPER, CA: read}, swept=None))
    assert (sweep.kind, sweep.window.updated_before) == (ChainKind.SWEEP, read)


def test_an_account_without_connections_is_not_read() -> None:
    assert next_chain(state(watermarks={}), now=NOW, policy=POLICY) is None


def test_an_old_token_is_not_trusted_and_the_next_window_is_shorter() -> None:
    chain = chain_of(state())
    assert not outlived(chain, now=NOW, policy=POLICY)
    begun = Chain(chain.kind, chain.window, "token", started=NOW - timedelta(hours=23, minutes=1), pages=3)
    assert outlived(begun, now=NOW, policy=POLICY)
    assert shorter(state(), POLICY) == 43200
    assert shorter(state(span_seconds=1000), POLICY) == 900


@given(st.integers(0, 10**6), st.integers(900, 86400))
def test_every_chain_moves_the_oldest_watermark_forward(age_seconds: int, span: int) -> None:
    oldest = NOW - timedelta(seconds=age_seconds)
    chain = next_chain(state(watermarks={US: oldest}, span_seconds=span), now=NOW, policy=POLICY)
    if chain is not None and chain.kind is ChainKind.HARVEST:
        assert chain.window.updated_after <= oldest < chain.window.updated_before <= UPPER


def test_quiet_accounts_catch_up_in_few_calls_and_busy_ones_in_short_windows() -> None:
    span, covered, calls = 86_400, 0, 0
    while covered < 730 * 86_400:
        covered, calls, span = covered + span, calls + 1, next_span(span, 1)
    assert calls <= 7
    assert next_span(86_400, 3) == 2 * 86_400
    assert next_span(86_400, 50) == 86_400
    assert next_span(86_400, 300) == 43_200
    assert next_span(900, 300) == 900, "a window without length would be read for ever"


def read_to_the_end(since: datetime) -> list[Chain]:
    """Follow the chains as the ledger would, each ending at its upper bound."""
    chains: list[Chain] = []
    marks = {US: since}
    while (chain := next_chain(state(watermarks=marks), now=NOW, policy=POLICY)) is not None:
        chains.append(chain)
        marks = {US: chain.window.updated_before}
    return chains


def test_a_backlog_is_cut_into_windows_that_leave_no_gap() -> None:
    chains = read_to_the_end(NOW - timedelta(days=5))
    assert len(chains) == 5
    for before, after in itertools.pairwise(chains):
        assert after.window.updated_after < before.window.updated_before
