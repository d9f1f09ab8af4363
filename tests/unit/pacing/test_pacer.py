"""Waiting for tokens, learning rates, giving up in time."""

import logging
from datetime import timedelta

import pytest

from dockwire.clock import ManualClock
from dockwire.errors import Throttled
from dockwire.model.connection import AccountKey
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.pacing import MemoryQuotaStore, Pacer

SEARCH = "searchOrders"
INTERVAL = 1 / 0.0056


def key(application: str = "app", seller: str = "A1", region: Region = Region.NA) -> AccountKey:
    return AccountKey(application_id=application, seller_id=SellerId(seller), region=region)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pacer(clock: ManualClock) -> Pacer:
    return Pacer(MemoryQuotaStore(), clock)


def waited(clock: ManualClock) -> float:
    return (clock.now() - ManualClock().now()).total_seconds()


async def test_the_burst_less_one_goes_at_once_and_then_one_an_interval(
    pacer: Pacer, clock: ManualClock
) -> None:
    for _ in range(19):
        await pacer.take(key(), SEARCH)
    assert waited(clock) == 0
    await pacer.take(key(), SEARCH)
    assert waited(clock) == pytest.approx(INTERVAL)


@pytest.mark.parametrize("other", [key(seller="A2"), key("app2"), key(region=Region.EU)], ids=str)
async def test_sellers_applications_and_regions_have_buckets_of_their_own(
    pacer: Pacer, clock: ManualClock, other: AccountKey
) -> None:
    for _ in range(19):
        await pacer.take(key(), SEARCH)
    await pacer.take(other, SEARCH)
    await pacer.take(key(), "getOrder")
    assert waited(clock) == 0


async def test_a_wait_beyond_the_limit_is_refused_at_once_and_says_how_long(clock: ManualClock) -> None:
    pacer = Pacer(MemoryQuotaStore(), clock, max_wait=100)
    for _ in range(19):
        await pacer.take(key(), SEARCH)
    with pytest.raises(Throttled, match="another 179 s") as caught:
        await pacer.take(key(), SEARCH)
    assert caught.value.retry_after == pytest.approx(INTERVAL)
    assert waited(clock) == 0


async def test_waits_add_up_towards_the_limit(clock: ManualClock) -> None:
    """Somebody else may take the token that we were waiting for."""

    class Greedy(MemoryQuotaStore):
        async def take(self, key: str, **about: object) -> float:
            return 40.0

    with pytest.raises(Throttled):
        await Pacer(Greedy(), clock, max_wait=100).take(key(), SEARCH)
    assert waited(clock) == 80


async def test_an_announced_rate_takes_the_place_of_the_documented_one(
    pacer: Pacer, clock: ManualClock
) -> None:
    await pacer.observe(key(), SEARCH, "0.02")
    for _ in range(20):
        await pacer.take(key(), SEARCH)
    assert waited(clock) == pytest.approx(50)


@pytest.mark.parametrize(
    "nonsense", [None, "", "fast", "nan", "inf", "0", "-1", "0.0056,0.0056", "1e-300", "0.000001", "1e9"]
)
async def test_a_header_without_sense_is_passed_over(
    pacer: Pacer, clock: ManualClock, nonsense: str | None
) -> None:
    await pacer.observe(key(), SEARCH, nonsense)
    for _ in range(20):
        await pacer.take(key(), SEARCH)
    assert waited(clock) == pytest.approx(INTERVAL)


async def test_the_same_announcement_is_written_once(clock: ManualClock) -> None:
    class Counting(MemoryQuotaStore):
        written = 0

        async def observe(self, *args: object, **about: object) -> None:
            self.written += 1

    store = Counting()
    pacer = Pacer(store, clock)
    for header in ("0.02", "0.02", "0.03", "0.02"):
        await pacer.observe(key(), SEARCH, header)
    assert store.written == 3


async def test_after_a_refusal_the_next_call_comes_an_interval_later(
    pacer: Pacer, clock: ManualClock
) -> None:
    await pacer.take(key(), SEARCH)
    await pacer.penalise(key(), SEARCH)
    await pacer.take(key(), SEARCH)
    assert waited(clock) == pytest.approx(INTERVAL)


async def test_a_full_hour_of_rest_fills_the_bucket_and_no_more(pacer: Pacer, clock: ManualClock) -> None:
    await pacer.penalise(key(), SEARCH)
    clock.advance(timedelta(days=3).total_seconds())
    for _ in range(20):
        await pacer.take(key(), SEARCH)
    assert waited(clock) - 3 * 86_400 == pytest.approx(INTERVAL)


async def test_only_long_waits_are_told(pacer: Pacer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="dockwire")
    for _ in range(32):
        await pacer.take(key(), "getOrder")
    assert caplog.messages == []
    for _ in range(20):
        await pacer.take(key(), SEARCH)
    assert caplog.messages == ["waiting 179 s for Amazon's quota of searchOrders"]
