"""One by one or in a feed: by computed end, never in a feed for a few."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.backlog import CROSSOVER, QUEUE_SECONDS, Choice, Lane, Route, choose_route
from dockwire.model.feed import MOST_MESSAGES
from dockwire.pacing import BUDGETS

COUNTS = st.integers(0, 200_000)
LANES = st.builds(
    Lane,
    rate=st.floats(0.001, 50, allow_nan=False),
    burst=st.integers(1, 40),
    ahead=st.integers(0, 20_000),
)
QUEUES = st.floats(0, 200_000, allow_nan=False)


def lane(operation: str, ahead: int = 0) -> Lane:
    budget = BUDGETS[operation]
    return Lane(budget.rate, budget.burst, ahead)


def documented(
    parcels: int, *, ahead: int = 0, feeds_ahead: int = 0, queue_seconds: float = QUEUE_SECONDS
) -> Choice:
    return choose_route(
        parcels,
        single=lane("confirmShipment", ahead),
        creating=lane("createFeed", feeds_ahead),
        reporting=lane("getFeedDocument", feeds_ahead),
        queue_seconds=queue_seconds,
    )


@pytest.mark.parametrize(
    ("parcels", "route"),
    [
        (0, Route.ONE_BY_ONE),
        (CROSSOVER, Route.ONE_BY_ONE),
        (2_000, Route.ONE_BY_ONE),
        (2_500, Route.FEED),
        (10_000, Route.FEED),
        (100_000, Route.FEED),
    ],
)
def test_the_route_at_amazons_documented_quotas(parcels: int, route: Route) -> None:
    assert documented(parcels).route is route


def test_both_ends_are_told_in_seconds() -> None:
    choice = documented(10_000)
    assert choice.one_by_one == 4_995
    assert choice.feed == pytest.approx(900 + 900)


def test_several_feeds_keep_their_distance_and_wait_for_their_reports() -> None:
    assert documented(20_001).feed == pytest.approx(2 * 1200 + 900 + 20_001 * 0.09)
    waits = 30 / 0.0222
    reports = choose_route(
        10_000,
        single=lane("confirmShipment"),
        creating=lane("createFeed"),
        reporting=lane("getFeedDocument", 39),
    )
    assert reports.feed == pytest.approx(900 + 900 + waits)


def test_the_crossover_itself_goes_one_by_one_however_long_it_takes() -> None:
    assert documented(CROSSOVER, ahead=50_000).route is Route.ONE_BY_ONE
    assert documented(CROSSOVER + 1, ahead=50_000).route is Route.FEED


def test_parcels_of_siblings_count_where_they_go_first() -> None:
    assert documented(600).route is Route.ONE_BY_ONE
    assert documented(600, ahead=5_000).route is Route.FEED
    assert documented(600, ahead=5_000, feeds_ahead=60).route is Route.ONE_BY_ONE


def test_what_the_last_feed_took_moves_the_route() -> None:
    assert documented(2_500, queue_seconds=4_000).route is Route.ONE_BY_ONE
    assert documented(1_000, queue_seconds=60).route is Route.FEED


@given(parcels=st.integers(0, CROSSOVER), single=LANES, creating=LANES, reporting=LANES, queue=QUEUES)
def test_few_parcels_never_make_a_feed(
    parcels: int, single: Lane, creating: Lane, reporting: Lane, queue: float
) -> None:
    choice = choose_route(parcels, single=single, creating=creating, reporting=reporting, queue_seconds=queue)
    assert choice.route is Route.ONE_BY_ONE


@given(parcels=COUNTS, single=LANES, creating=LANES, reporting=LANES, queue=QUEUES)
def test_above_the_crossover_the_slower_way_is_never_taken(
    parcels: int, single: Lane, creating: Lane, reporting: Lane, queue: float
) -> None:
    choice = choose_route(parcels, single=single, creating=creating, reporting=reporting, queue_seconds=queue)
    assert choice == choose_route(
        parcels, single=single, creating=creating, reporting=reporting, queue_seconds=queue
    )
    ends = {Route.ONE_BY_ONE: choice.one_by_one, Route.FEED: choice.feed}
    assert all(math.isfinite(end) and end >= 0 for end in ends.values())
    if parcels > CROSSOVER:
        assert ends[choice.route] == min(ends.values())


@given(
    parcels=COUNTS,
    more=st.integers(1, 50_000),
    single=LANES,
    creating=LANES,
    reporting=LANES,
    queue=QUEUES,
)
def test_more_parcels_never_end_sooner(
    parcels: int, more: int, single: Lane, creating: Lane, reporting: Lane, queue: float
) -> None:
    few = choose_route(parcels, single=single, creating=creating, reporting=reporting, queue_seconds=queue)
    many = choose_route(
        parcels + more, single=single, creating=creating, reporting=reporting, queue_seconds=queue
    )
    assert many.one_by_one >= few.one_by_one
    assert many.feed >= few.feed


@given(parcels=st.integers(CROSSOVER + 1, MOST_MESSAGES - 1), ahead=st.integers(0, 20_000), queue=QUEUES)
def test_a_route_once_left_is_not_come_back_to_within_one_feed(
    parcels: int, ahead: int, queue: float
) -> None:
    fewer = documented(parcels, ahead=ahead, queue_seconds=queue)
    more = documented(parcels + 1, ahead=ahead, queue_seconds=queue)
    assert not (fewer.route is Route.FEED and more.route is Route.ONE_BY_ONE)
