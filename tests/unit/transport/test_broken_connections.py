"""Connections that break: every error httpx knows, and the real thing over loopback."""

import asyncio
import inspect
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dockwire.clock import ManualClock
from dockwire.errors import RemoteError, Unanswered, Unavailable
from dockwire.faults import FaultRules, Faults
from dockwire.transport import Sender
from tests.unit.transport.remote import READ, WRITE, Failing, Scripted, no_headers, sender

NEVER_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
}
OURS = {httpx.CookieConflict, httpx.StreamError}
"""Raised by misuse of httpx and not by the network; so are their subclasses."""

KINDS = [
    kind
    for _, kind in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(kind, Exception) and not issubclass(kind, tuple(OURS))
]


def broken(kind: type[Exception]) -> Exception:
    """Make an error of httpx whose text says what must not be told on."""
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://x.test")
        return httpx.HTTPStatusError("secret", request=request, response=httpx.Response(500))
    return kind("secret")


def test_the_list_of_httpx_errors_is_not_empty_by_mistake() -> None:
    assert {httpx.ReadTimeout, httpx.ProxyError, httpx.DecodingError, httpx.InvalidURL} < set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_a_read_survives_any_error_and_ends_unavailable_if_it_lasts(kind: type[Exception]) -> None:
    network = Failing(broken(kind), times=2)
    assert (await sender(network).send(READ, before=no_headers)).status == 200
    with pytest.raises(Unavailable) as caught:
        await sender(Failing(broken(kind))).send(READ, before=no_headers)
    told = "no connection" if kind in NEVER_SENT else "no usable answer"
    assert str(caught.value).startswith(f"{told} ({kind.__name__})")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_a_write_is_repeated_only_after_errors_that_prove_it_was_not_sent(
    kind: type[Exception],
) -> None:
    network = Failing(broken(kind), times=1)
    if kind in NEVER_SENT:
        assert (await sender(network).send(WRITE, before=no_headers)).status == 200
        assert network.seen == 2
    else:
        with pytest.raises(Unanswered):
            await sender(network).send(WRITE, before=no_headers)
        assert network.seen == 1


def over_loopback(url: str, *, patience: float = 60) -> Sender:
    client = httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(60, read=patience))
    return Sender("remote", client, clock=ManualClock())


@pytest.mark.parametrize(
    ("effect", "patience"),
    [("lost_reply", 60), ("hang", 0.2), ({"kind": "status", "status": 500, "text": "oops"}, 60)],
)
async def test_a_write_whose_reply_is_lost_reaches_a_real_server_once(
    server: Callable[[Any], str], effect: Any, patience: float
) -> None:
    healthy = Scripted([(201, {}, '{"id": 1}')])
    rules = FaultRules.model_validate({"rules": [{"effect": effect, "nth": 1}]})
    url = server(Faults(healthy, rules))
    with pytest.raises(Unanswered):
        await over_loopback(url, patience=patience).send(WRITE, before=no_headers)
    # A busy server may read what was sent after the sender has given up.
    for _ in range(600):
        if rules.reports()[0].matched:
            break
        await asyncio.sleep(0.1)
    assert rules.reports()[0].matched == 1
    assert len(healthy.requests) == (1 if effect == "lost_reply" else 0)


async def test_a_cut_connection_costs_a_read_one_more_attempt(server: Callable[[Any], str]) -> None:
    healthy = Scripted()
    rules = FaultRules.model_validate({"rules": [{"effect": "cut", "first": 2}]})
    reply = await over_loopback(server(Faults(healthy, rules))).send(READ, before=no_headers)
    assert reply.status == 200
    assert rules.reports()[0].matched == 3


async def test_nobody_listening_is_certainly_nothing_done() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(RemoteError) as caught:
            await over_loopback(url).send(WRITE, before=no_headers)
    assert type(caught.value) is Unavailable
