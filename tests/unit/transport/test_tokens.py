"""One access token for many calls."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError

from dockwire.clock import ManualClock
from dockwire.errors import ConsentRevoked, RemoteError, Unavailable
from dockwire.transport import Granted, TokenKeeper


class Endpoint:
    """Grants tokens by number, unless told to fail."""

    def __init__(self, *failures: type[RemoteError], life: float | None = 3600) -> None:
        self.failures = list(failures)
        self.life = life
        self.asked = 0

    async def __call__(self) -> Granted:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)("no", system="remote", operation="token")
        return Granted(access_token=f"t{self.asked}", expires_in=self.life)


def keeper(endpoint: Endpoint, clock: ManualClock) -> TokenKeeper:
    return TokenKeeper(endpoint, clock=clock, early=timedelta(seconds=60), life=timedelta(minutes=30))


async def test_fifty_callers_at_once_cause_one_request() -> None:
    endpoint = Endpoint()
    tokens = keeper(endpoint, ManualClock())
    assert set(await asyncio.gather(*(tokens.token() for _ in range(50)))) == {"t1"}
    assert endpoint.asked == 1


@pytest.mark.parametrize(("life", "good_for"), [(3600.0, 3540), (None, 1740), (600.0, 540)])
async def test_a_token_is_replaced_a_minute_before_it_ends(life: float | None, good_for: int) -> None:
    clock = ManualClock()
    tokens = keeper(Endpoint(life=life), clock)
    assert await tokens.token() == "t1"
    clock.advance(good_for - 1)
    assert await tokens.token() == "t1"
    clock.advance(1)
    assert await tokens.token() == "t2"


async def test_a_refused_token_is_forgotten_once_even_if_many_calls_complain() -> None:
    endpoint = Endpoint()
    tokens = keeper(endpoint, ManualClock())
    old = await tokens.token()
    tokens.discard(old)
    assert await tokens.token() == "t2"
    tokens.discard(old)
    assert await tokens.token() == "t2"


async def test_a_weak_endpoint_is_asked_three_times() -> None:
    endpoint = Endpoint(Unavailable, Unavailable)
    assert await keeper(endpoint, ManualClock()).token() == "t3"


async def test_fifty_callers_share_one_failure_and_the_next_call_tries_again() -> None:
    clock = ManualClock()
    endpoint = Endpoint(Unavailable, Unavailable, Unavailable)
    tokens = keeper(endpoint, clock)
    outcomes = await asyncio.gather(*(tokens.token() for _ in range(50)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert endpoint.asked == 3
    assert clock.now() - ManualClock().now() == timedelta(seconds=3)
    assert await tokens.token() == "t4"


async def test_a_refusal_is_not_repeated_but_asked_anew_by_a_later_call() -> None:
    endpoint = Endpoint(ConsentRevoked, ConsentRevoked)
    tokens = keeper(endpoint, ManualClock())
    for asked in (1, 2):
        with pytest.raises(ConsentRevoked):
            await tokens.token()
        assert endpoint.asked == asked
    assert await tokens.token() == "t3"


async def test_the_caller_that_asks_may_be_cancelled_and_the_next_one_takes_over() -> None:
    endpoint = Endpoint()
    tokens = keeper(endpoint, ManualClock())
    first = asyncio.create_task(tokens.token())
    second = asyncio.create_task(tokens.token())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "t2"


@pytest.mark.parametrize(
    "body", ['{"access_token": ""}', '{"access_token": "a\\nb"}', '{"access_token": "ü"}', "{}"]
)
def test_a_token_that_fits_into_no_header_is_none(body: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Granted.model_validate_json(body)
    assert "a\nb" not in str(caught.value)


@pytest.mark.parametrize("life", ["NaN", "Infinity", "1e300", "-1", '"soon"'])
def test_a_lifetime_without_sense_is_no_grant(life: str) -> None:
    with pytest.raises(ValidationError):
        Granted.model_validate_json(f'{{"access_token": "t", "expires_in": {life}}}')


def test_a_token_does_not_show_itself() -> None:
    assert "t0ken" not in repr(Granted(access_token="t0ken"))
