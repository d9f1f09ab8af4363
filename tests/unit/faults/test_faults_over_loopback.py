"""What a real HTTP client sees of each fault, and what the application behind it has done."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dockwire.clock import ManualClock
from dockwire.faults import ConnectionCut, FaultRules, Faults
from tests.servers import serve


class Shop:
    """A small application that remembers what was written to it, with rules in front."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.rules = FaultRules()
        self.clock = ManualClock()
        routes = [
            Route("/orders", self.listing, methods=["GET"]),
            Route("/orders", self.create, methods=["POST"]),
            Route("/text", self.text),
        ]
        self.app = Faults(Starlette(routes=routes), self.rules, clock=self.clock)

    async def listing(self, request: Request) -> Response:
        return JSONResponse({"orders": [{"id": 1}, {"id": 2}, {"id": "三"}], "next": "n"})

    async def create(self, request: Request) -> Response:
        self.written.append((await request.body()).decode())
        return JSONResponse({"created": True}, status_code=201)

    async def text(self, request: Request) -> Response:
        return PlainTextResponse("orders")

    def hurt(self, effect: str | dict[str, Any], **when: Any) -> None:
        self.rules.replace(FaultRules.model_validate({"rules": [{"effect": effect, **when}]}).rules)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(shop: Shop) -> Iterator[httpx.Client]:
    with serve(shop.app) as url, httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        yield client


def test_without_rules_requests_and_answers_pass_untouched(shop: Shop, client: httpx.Client) -> None:
    assert client.get("/orders").json()["next"] == "n"
    assert client.post("/orders", content="a").status_code == 201
    assert shop.written == ["a"]


def test_a_lost_reply_breaks_off_after_the_write(shop: Shop, client: httpx.Client) -> None:
    shop.hurt("lost_reply", method="POST", nth=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/orders", content="once")
    assert shop.written == ["once"]
    assert client.post("/orders", content="twice").status_code == 201
    assert [report.fired for report in shop.rules.reports()] == [1]


def test_a_cut_connection_breaks_off_before_the_write(shop: Shop, client: httpx.Client) -> None:
    shop.hurt("cut", nth=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/orders", content="never")
    assert shop.written == []


async def test_in_process_a_broken_connection_is_the_same_httpx_error(shop: Shop) -> None:
    shop.hurt("lost_reply")
    transport = httpx.ASGITransport(shop.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        with pytest.raises(ConnectionCut):
            await client.post("/orders", content="once")
    assert issubclass(ConnectionCut, httpx.RemoteProtocolError)
    assert shop.written == ["once"]


def test_a_client_that_waits_for_a_hanging_server_times_out(shop: Shop, client: httpx.Client) -> None:
    shop.hurt("hang", first=1)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/orders", timeout=httpx.Timeout(60, read=0.2))
    assert client.get("/orders").status_code == 200


async def test_hanging_ends_when_the_client_has_left(shop: Shop) -> None:
    shop.hurt("hang")
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError("a hanging server answers nothing")

    scope = {"type": "http", "method": "GET", "path": "/orders"}
    async with asyncio.timeout(60):
        await shop.app(scope, receive, send)
    assert messages == []


def test_a_delayed_answer_takes_the_clocks_time(shop: Shop, client: httpx.Client) -> None:
    shop.hurt({"kind": "delay", "seconds": 45})
    before = shop.clock.now()
    assert client.get("/orders").status_code == 200
    assert (shop.clock.now() - before).total_seconds() == 45


@pytest.mark.parametrize(
    ("effect", "body", "content_type"),
    [
        ({"status": 429}, b"", None),
        ({"status": 500, "json_body": {"errors": []}}, b'{"errors": []}', "application/json"),
        ({"status": 503, "html": "<h1>Busy</h1>"}, b"<h1>Busy</h1>", "text/html; charset=utf-8"),
        ({"status": 502, "text": "bad"}, b"bad", "text/plain; charset=utf-8"),
        (
            {"status": 500, "text": "{", "headers": {"Content-Type": "application/json"}},
            b"{",
            "application/json",
        ),
    ],
)
def test_a_status_comes_with_the_body_and_type_that_were_asked_for(
    shop: Shop, client: httpx.Client, effect: dict[str, Any], body: bytes, content_type: str | None
) -> None:
    shop.hurt({"kind": "status", **effect})
    answer = client.post("/orders", content="never")
    assert (answer.status_code, answer.content) == (effect["status"], body)
    assert answer.headers.get("content-type") == content_type
    assert shop.written == []


def test_throttling_can_carry_headers(shop: Shop, client: httpx.Client) -> None:
    shop.hurt({"kind": "status", "status": 429, "headers": {"Retry-After": "3"}}, first=1)
    assert client.get("/orders").headers["retry-after"] == "3"
    assert client.get("/orders").status_code == 200


def test_items_are_repeated_or_turned_round_and_the_rest_stays(shop: Shop, client: httpx.Client) -> None:
    shop.hurt("duplicate_items")
    answer = client.get("/orders").json()
    assert [item["id"] for item in answer["orders"]] == [1, 2, "三", 1, 2, "三"]
    assert answer["next"] == "n"
    shop.hurt({"kind": "duplicate_items", "count": 1})
    assert [item["id"] for item in client.get("/orders").json()["orders"]] == [1, 2, "三", 1]
    shop.hurt("reverse_items")
    assert [item["id"] for item in client.get("/orders").json()["orders"]] == ["三", 2, 1]


@pytest.mark.parametrize(
    ("path", "effect"), [("/text", "reverse_items"), ("/orders", {"kind": "reverse_items", "member": "next"})]
)
def test_answers_without_such_a_list_stay_as_they_are(
    shop: Shop, client: httpx.Client, path: str, effect: str | dict[str, Any]
) -> None:
    healthy = client.get(path).content
    shop.hurt(effect)
    assert client.get(path).content == healthy


def test_empty_and_html_successes_are_no_successes(shop: Shop, client: httpx.Client) -> None:
    shop.hurt("empty_success")
    empty = client.get("/orders")
    assert (empty.status_code, empty.content, empty.headers["content-length"]) == (200, b"", "0")
    shop.hurt("html_success")
    page = client.get("/orders")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith("<!DOCTYPE html>")


async def test_lifespan_passes_and_the_kind_of_fault_is_left_in_the_scope(shop: Shop) -> None:
    shop.hurt("empty_success")
    scopes: list[Any] = []

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        with contextlib.suppress(ConnectionCut):
            await shop.app(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(outer), base_url="http://shop") as client:
        await client.get("/orders")
    assert scopes[0]["dockwire.fault"] == "empty_success"
    assert [report.matched for report in shop.rules.reports()] == [1]
