"""``/_sim/faults``: rules are replaced while a server runs, and wrong ones change nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.routing import Router

from dockwire.faults import FaultRules, fault_route

RULE = {"path": "/orders$", "effect": "lost_reply"}


@pytest.fixture
def rules() -> FaultRules:
    """Give rules that hit nobody."""
    return FaultRules()


@pytest.fixture
async def client(rules: FaultRules) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the route alone."""
    transport = httpx.ASGITransport(Router([fault_route(rules)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        yield client


@pytest.mark.parametrize("body", [[RULE], {"rules": [RULE], "seed": 7}])
async def test_rules_are_replaced_counted_and_ended(
    client: httpx.AsyncClient, rules: FaultRules, body: object
) -> None:
    assert (await client.post("/_sim/faults", json=body)).status_code == 200
    assert rules.choose("POST", "/orders") is not None
    told = (await client.get("/_sim/faults")).json()
    assert [(rule["path"], rule["matched"], rule["fired"]) for rule in told["rules"]] == [("/orders$", 1, 1)]
    assert told["seed"] == (1 if isinstance(body, list) else 7)
    assert (await client.delete("/_sim/faults")).json()["rules"] == []
    assert rules.choose("POST", "/orders") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "the body is not JSON"),
        (b'"x"', ": "),
        (b'[{"effect": "explode"}]', "rules.0.effect: "),
        (b'[{"effect": "cut", "path": "("}]', "rules.0.path: "),
    ],
)
async def test_wrong_rules_are_named_and_the_old_ones_stay(
    client: httpx.AsyncClient, rules: FaultRules, content: bytes, told: str
) -> None:
    await client.post("/_sim/faults", json=[RULE])
    reply = await client.post("/_sim/faults", content=content)
    assert (reply.status_code, told in reply.json()["error"]) == (400, True)
    assert rules.choose("POST", "/orders") is not None
