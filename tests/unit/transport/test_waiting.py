"""How long a sender waits between attempts, and when it gives up."""

import random
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.clock import ManualClock
from dockwire.errors import RemoteError, Throttled, Unavailable, WrongCredentials
from dockwire.transport import Retrying
from tests.unit.transport.remote import OK, READ, Answer, Scripted, no_headers, sender

BUSY: Answer = (503, {}, "")


def waited(clock: ManualClock) -> float:
    return (clock.now() - ManualClock().now()).total_seconds()


@given(seed=st.integers(0, 10_000), attempt=st.integers(1, 12), at_least=st.floats(0, 1e6))
def test_a_wait_is_below_its_doubling_ceiling_and_never_shorter_than_asked(
    seed: int, attempt: int, at_least: float
) -> None:
    retrying = Retrying(first_delay=0.5, longest_delay=15)
    delay = sender(Scripted(), retrying=retrying, chance=random.Random(seed)).delay(attempt, at_least)
    assert at_least <= delay <= max(at_least, min(15, 0.5 * 2 ** (attempt - 1)))


async def test_waits_differ_between_senders_so_that_they_do_not_return_together() -> None:
    clocks = [ManualClock() for _ in range(5)]
    for number, clock in enumerate(clocks):
        remote = Scripted([BUSY, BUSY, OK])
        await sender(remote, clock=clock, chance=random.Random(number)).send(READ, before=no_headers)
    assert len({clock.now() for clock in clocks}) == 5


async def test_retry_after_in_seconds_is_obeyed() -> None:
    clock = ManualClock()
    remote = Scripted([(429, {"retry-after": "20"}, ""), OK])
    await sender(remote, clock=clock).send(READ, before=no_headers)
    assert waited(clock) == pytest.approx(20)


async def test_retry_after_as_a_moment_is_obeyed() -> None:
    clock = ManualClock()
    moment = format_datetime(clock.now() + timedelta(seconds=30), usegmt=True)
    remote = Scripted([(429, {"retry-after": moment}, ""), OK])
    await sender(remote, clock=clock).send(READ, before=no_headers)
    assert waited(clock) == pytest.approx(30)


@pytest.mark.parametrize(
    "nonsense", ["soon", "nan", "-5", "", "Mon, 32 Foo 2026", "2026-11-02", "Mon, 02 Nov 2026 09:10:00"]
)
async def test_a_retry_after_without_sense_is_passed_over(nonsense: str) -> None:
    clock = ManualClock()
    remote = Scripted([(429, {"retry-after": nonsense}, ""), OK])
    await sender(remote, clock=clock).send(READ, before=no_headers)
    assert waited(clock) <= 0.5


@pytest.mark.parametrize("asked", ["3600", "inf"])
async def test_a_wait_beyond_the_limit_is_left_to_the_next_run_not_shortened(asked: str) -> None:
    clock = ManualClock()
    remote = Scripted([(429, {"retry-after": asked}, ""), OK])
    with pytest.raises(Throttled) as caught:
        await sender(remote, clock=clock).send(READ, before=no_headers)
    assert caught.value.retry_after == float(asked)
    assert (len(remote.requests), waited(clock)) == (1, 0)


async def test_no_attempt_begins_after_the_limit_of_a_call() -> None:
    clock = ManualClock()
    retrying = Retrying(attempts=100, first_delay=8, longest_delay=8, longest_call=30)
    remote = Scripted([BUSY])
    with pytest.raises(Unavailable):
        await sender(remote, clock=clock, retrying=retrying).send(READ, before=no_headers)
    assert 3 < len(remote.requests) < 100
    assert waited(clock) <= 30


@pytest.mark.parametrize("kind", [Unavailable, Throttled, WrongCredentials])
async def test_what_goes_wrong_ahead_of_a_call_is_not_repeated_and_nothing_is_sent(
    kind: type[RemoteError],
) -> None:
    asked = 0

    async def refuse() -> Mapping[str, str]:
        nonlocal asked
        asked += 1
        raise kind("no token", system="remote", operation="token")

    remote = Scripted()
    with pytest.raises(kind):
        await sender(remote).send(READ, before=refuse)
    assert (asked, remote.requests) == (1, [])


async def test_every_attempt_gets_headers_of_its_own() -> None:
    numbers = iter(range(10))

    async def numbered() -> Mapping[str, str]:
        return {"x-number": str(next(numbers))}

    await sender(Scripted([BUSY, BUSY, OK])).send(READ, before=numbered)
    assert next(numbers) == 3
