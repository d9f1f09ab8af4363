"""Which window of a seller account to read next.

Sibling connections share one chain of pages, so one poll serves all marketplaces of a seller and
region. Every harvest window overlaps the last one, because Amazon shows orders late and may move an
order between two pages; a daily sweep asks for everything still open over the last days and so
meets what the harvests missed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.model.ids import MarketplaceId
from dockwire.model.order import OrderStatus, SearchWindow
from dockwire.model.record import Chain, ChainKind, HarvestState

_NEIGHBOURS = timedelta(days=1)
"""Marketplaces whose watermarks lie this close are read together; a new one catches up by itself."""


@dataclass(frozen=True, slots=True)
class HarvestPolicy:
    """How an account is read."""

    fresh_for: timedelta = timedelta(minutes=10)
    """A harvest that ended this recently serves the sibling connections too."""
    overlap: timedelta = timedelta(minutes=10)
    settle: timedelta = timedelta(seconds=150)
    """Amazon refuses upper bounds younger than two minutes; the rest is room for a slow request."""
    longest_window: timedelta = timedelta(days=730)
    shortest_window: timedelta = timedelta(minutes=15)
    token_life: timedelta = timedelta(hours=23)
    """Page tokens live 24 hours; we stop trusting them an hour earlier."""
    sweep_every: timedelta = timedelta(days=1)
    sweep_over: timedelta = timedelta(days=14)
    catch_up: timedelta = timedelta(days=31)
    """How far back somebody may have orders read again."""
    history: timedelta = timedelta(days=729)
    """Amazon answers for two years (Orders v2026-01-01 model)."""


def next_chain(
    state: HarvestState, *, now: datetime, policy: HarvestPolicy, refresh: bool = False
) -> Chain | None:
    """Return the chain to start, or None when the account is fresh. ``now`` is Amazon's time."""
    upper = now - policy.settle
    if not state.watermarks:
        return None
    if (window := _harvest_window(state, upper, policy, refresh=refresh)) is not None:
        return Chain(ChainKind.HARVEST, window)
    if _sweep_due(state, now, policy):
        return Chain(
            ChainKind.SWEEP,
            SearchWindow(
                marketplaces=tuple(sorted(state.watermarks)),
                updated_after=upper - policy.sweep_over,
                # No further than the harvests have read: what lies behind is new, not late.
                updated_before=min(upper, *state.watermarks.values()),
                statuses=(OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED),
            ),
        )
    return None


def outlived(chain: Chain, *, now: datetime, policy: HarvestPolicy) -> bool:
    """Return whether the chain's page token is too old to be used."""
    return chain.started is not None and now - chain.started > policy.token_life


def shorter(state: HarvestState, policy: HarvestPolicy) -> int:
    """Return the window length in seconds to try after a chain outlived its token."""
    return max(int(policy.shortest_window.total_seconds()), state.span_seconds // 2)


def next_span(span_seconds: int, pages: int) -> int:
    """Return how long the next window may be after one of ``span_seconds`` took so many pages.

    Quiet accounts catch up on months in a handful of calls; busy ones never begin a chain that would
    outlive its token (484 pages a day at the documented rate of Orders v2026-01-01).
    """
    if pages <= 1:
        return min(span_seconds * 4, _LONGEST_SPAN)
    if pages <= _FEW_PAGES:
        return min(span_seconds * 2, _LONGEST_SPAN)
    return max(span_seconds // 2, _SHORTEST_SPAN) if pages > _MANY_PAGES else span_seconds


_LONGEST_SPAN = 730 * 86_400
_SHORTEST_SPAN = 900
_FEW_PAGES = 5
_MANY_PAGES = 200


def _harvest_window(
    state: HarvestState, upper: datetime, policy: HarvestPolicy, *, refresh: bool
) -> SearchWindow | None:
    oldest = min(state.watermarks.values())
    stale = upper - oldest
    if stale <= (timedelta() if refresh else policy.fresh_for):
        return None
    after = max(oldest - policy.overlap, upper - policy.history)
    span = min(policy.longest_window, timedelta(seconds=state.span_seconds)) + policy.overlap
    return SearchWindow(
        marketplaces=_together(state.watermarks, oldest),
        updated_after=after,
        updated_before=min(upper, after + span),
    )


def _together(watermarks: dict[MarketplaceId, datetime], oldest: datetime) -> tuple[MarketplaceId, ...]:
    near = [marketplace for marketplace, mark in watermarks.items() if mark - oldest <= _NEIGHBOURS]
    return tuple(sorted(near))


def _sweep_due(state: HarvestState, now: datetime, policy: HarvestPolicy) -> bool:
    if state.completed is None:
        return False
    return state.swept is None or now - state.swept >= policy.sweep_every
