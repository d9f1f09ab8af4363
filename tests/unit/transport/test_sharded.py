"""Connections of their own: never more than allowed, and every one given back."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from dockwire.transport import ShardedTransport


class Busy:
    """A server that counts connections and requests under way, and answers slowly, in pieces."""

    def __init__(self) -> None:
        self.under_way = 0
        self.most = 0
        self.clients: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.clients.add(tuple(scope["client"]))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self._answer(scope["path"], send)
        finally:
            self.under_way -= 1

    async def _answer(self, path: str, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.sleep(3600 if path == "/slow" else 0.01)
        if path == "/broken":
            raise RuntimeError("in the middle of an answer")
        await send({"type": "http.response.body", "body": b"last"})


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def url(busy: Busy, server: Callable[[Any], str]) -> str:
    return server(busy)


def client(url: str, size: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, transport=ShardedTransport(size), timeout=60)


async def all_free(visitor: httpx.AsyncClient, size: int) -> bool:
    """Say whether ``size`` requests can be under way at once: none of them would get through otherwise."""
    async with asyncio.timeout(60):
        replies = await asyncio.gather(*(visitor.get("/") for _ in range(size)))
    return all(reply.text == "firstlast" for reply in replies)


@pytest.mark.parametrize("size", [1, 4])
async def test_no_more_than_the_allowed_connections_are_ever_open(busy: Busy, url: str, size: int) -> None:
    async with client(url, size) as visitor:
        replies = await asyncio.gather(*(visitor.get("/") for _ in range(40)))
    assert {reply.text for reply in replies} == {"firstlast"}
    assert busy.most == size
    assert len(busy.clients) == size


async def test_calls_one_after_the_other_stay_on_one_warm_connection(busy: Busy, url: str) -> None:
    async with client(url, 8) as visitor:
        for _ in range(10):
            await visitor.get("/")
    assert len(busy.clients) == 1


async def test_a_connection_is_free_again_after_an_answer_broke_off(url: str) -> None:
    async with client(url, 2) as visitor:
        for _ in range(5):
            with pytest.raises(httpx.RemoteProtocolError):
                await visitor.get("/broken")
        assert await all_free(visitor, 2)


async def test_a_connection_is_free_again_after_a_timeout(url: str) -> None:
    async with client(url, 2) as visitor:
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                await visitor.get("/slow", timeout=httpx.Timeout(60, read=0.1))
        assert await all_free(visitor, 2)


async def test_a_connection_is_free_again_after_nobody_answered() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with client(f"http://127.0.0.1:{unused.getsockname()[1]}", 1) as visitor:
            for _ in range(3):
                with pytest.raises(httpx.ConnectError):
                    await visitor.get("/")


async def test_cancelled_calls_give_back_what_they_hold_and_what_they_wait_for(url: str) -> None:
    async with client(url, 2) as visitor:
        calls = [asyncio.create_task(visitor.get("/slow")) for _ in range(6)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
        assert await all_free(visitor, 2)


async def test_an_answer_closed_early_gives_its_connection_back_once(busy: Busy, url: str) -> None:
    async with client(url, 2) as visitor:
        for _ in range(3):
            async with visitor.stream("GET", "/slow") as reply:
                assert await anext(reply.aiter_bytes()) == b"first"
            await reply.aclose()
        busy.most = 0
        await asyncio.gather(*(visitor.get("/") for _ in range(10)))
    assert busy.most <= 2 + busy.under_way


async def test_a_hundred_impatient_callers_do_not_lock_each_other_out(url: str) -> None:
    async with client(url, 3) as visitor:

        async def impatient(number: int) -> None:
            async with asyncio.timeout(0.002 * (number % 20)):
                await visitor.get("/")

        await asyncio.gather(*(impatient(n) for n in range(100)), return_exceptions=True)
        assert await all_free(visitor, 3)


def test_without_any_connection_there_is_no_transport() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ShardedTransport(0)
