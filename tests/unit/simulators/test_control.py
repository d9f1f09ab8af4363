"""The control endpoints: everything a test or a demonstration needs, and closed unless asked for."""

from typing import Any

import httpx
import pytest

from dockwire.clock import ManualClock, SystemClock
from dockwire.faults import FaultRules
from dockwire.simulators.amazon import World, build_app
from tests.unit.simulators.caller import EU, NA, SEARCH, START, Caller, a_world
from tests.unit.simulators.shipments import GOOD, a_world_to_ship_from, confirm, only


@pytest.fixture
def caller() -> Caller:
    world = a_world()
    world.populate(20)
    return Caller(world)


async def test_control_is_closed_unless_asked_for() -> None:
    caller = Caller(a_world(), build_app(a_world()))
    for path in ("state", "requests", "faults", ""):
        assert (await caller.control(path)).status_code == 404
    assert (await caller.control("reset", {})).status_code == 404


async def test_the_state_tells_everything(caller: Caller) -> None:
    await caller.search()
    state = (await caller.control("state")).json()
    assert (state["clock"], state["seed"]) == ("2026-11-02T09:00:00Z", 1)
    assert [seller["id"] for seller in state["sellers"]] == list(caller.world.sellers)
    assert state["sellers"][0]["refreshToken"] == caller.world.sellers[NA].refresh_token
    assert len(state["orders"]) == 20
    assert all(entry["order"]["buyer"]["buyerName"] for entry in state["orders"])
    assert (state["confirmations"], state["throttled"]) == ([], 0)
    assert state["requests"] == 2
    assert state["pendingChanges"] > 0
    caller.world.advance(86400)
    assert (await caller.control("state")).json()["pendingChanges"] == 0


async def test_the_state_shows_confirmations_as_they_came() -> None:
    world = a_world_to_ship_from()
    caller = Caller(world)
    await confirm(world)
    (confirmation,) = (await caller.control("state")).json()["confirmations"]
    expected = {"seller": NA, "orderId": only(world).key, "time": "2026-11-02T09:00:00Z", "request": GOOD}
    assert confirmation == expected


async def test_switches_are_thrown_one_by_one_and_shown(caller: Caller) -> None:
    before = (await caller.control("switches")).json()
    assert (await caller.control("state")).json()["switches"] == before
    answer = await caller.control("switches", {"confirmation_delay_seconds": 90})
    assert answer.json() == before | {"confirmation_delay_seconds": 90}
    after = (await caller.control("switches", {"most_package_edits": 2})).json()
    assert after == before | {"confirmation_delay_seconds": 90, "most_package_edits": 2}
    await caller.control("reset", {})
    assert (await caller.control("switches")).json() == after


async def test_the_journal_names_operations_and_holds_no_queries_or_bodies(caller: Caller) -> None:
    order_id = (await caller.orders(marketplaceIds="ATVPDKIKX0DER"))[0]["orderId"]
    await caller.order(order_id)
    await caller.search(maxResultsPerPage=0)
    await caller.http.get("/nowhere", params={"name": "Cleo Quill"})
    answer = await caller.control("requests")
    journal = answer.json()
    seen = [(entry["operation"], entry["status"], entry["seller"]) for entry in journal["requests"]]
    assert seen == [
        ("token", 200, None),
        ("searchOrders", 200, NA),
        ("getOrder", 200, NA),
        ("searchOrders", 400, NA),
        ("unsupported", 501, None),
    ]
    assert (journal["total"], journal["throttled"]) == (5, 0)
    assert journal["requests"][2]["path"] == f"{SEARCH}/{order_id}"
    assert {entry["time"] for entry in journal["requests"]} == {"2026-11-02T09:00:00Z"}
    for secret in ("?", "Quill", "Atza|", "ATVPDKIKX0DER"):
        assert secret not in answer.text


async def test_reset_starts_over_with_another_seed(caller: Caller) -> None:
    before = (await caller.control("state")).json()
    caller.world.sellers[NA].consent = False
    await caller.control("faults", [{"effect": "cut"}])
    answer = await caller.control("reset", {"seed": 2, "orders": 5})
    assert answer.json() == {"seed": 2, "orders": 5}
    assert (await caller.control("reset", method="POST")).json() == {"seed": 2, "orders": 0}
    await caller.control("reset", {"orders": 5})
    state = (await caller.control("state")).json()
    assert state["sellers"] == before["sellers"]
    assert state["requests"] == 0
    assert state["orders"] != before["orders"][:5]
    assert (await caller.control("faults")).json()["rules"] == []
    await caller.control("reset", {"seed": 1, "orders": 20})
    assert (await caller.control("state")).json()["orders"] == before["orders"]


@pytest.mark.parametrize("clock", [ManualClock(START), SystemClock()])
async def test_the_clock_moves_forward_only(clock: ManualClock | SystemClock) -> None:
    world = World(1, clock=clock)
    world.populate(50, [("US", 1)])
    caller = Caller(world)
    before = clock.now()
    assert (await caller.control("clock", {"advance_seconds": 86400})).status_code == 200
    assert 86400 <= (clock.now() - before).total_seconds() < 86500
    assert len(world.timeline) == 0
    assert (await caller.control("clock", {"advance_seconds": -1})).status_code == 400


async def test_consent_can_be_revoked_restored_and_given_anew(caller: Caller) -> None:
    await caller.control("consent", {"seller": NA, "action": "revoke"})
    assert (
        await caller.grant(grant_type="refresh_token", refresh_token=f"Atzr|simulated-{NA}")
    ).status_code == 400
    await caller.control("consent", {"seller": NA, "action": "restore"})
    assert (await caller.search()).status_code == 200
    answer = (await caller.control("consent", {"seller": EU, "action": "authorize"})).json()
    assert answer["selling_partner_id"] == EU
    code = {"grant_type": "authorization_code", "code": answer["spapi_oauth_code"]}
    assert (await caller.grant(**code)).status_code == 200


async def test_secret_and_participation_can_be_changed(caller: Caller) -> None:
    await caller.control("secret", {"expired": True})
    assert (await caller.grant(grant_type="refresh_token", refresh_token="x")).status_code == 401
    await caller.control("secret", {"expired": False})
    body = {"seller": NA, "marketplace": "CA", "participating": False}
    assert (await caller.control("participation", body)).status_code == 200
    listed = (await caller.call("GET", "/sellers/v1/marketplaceParticipations")).json()["payload"]
    canada = next(entry for entry in listed if entry["marketplace"]["countryCode"] == "CA")
    assert canada["participation"]["isParticipating"] is False


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("reset", {"sed": 1}, "sed"),
        ("reset", {"orders": -1}, "orders"),
        ("clock", {}, "advance_seconds"),
        ("clock", {"advance_seconds": "NaN"}, "advance_seconds"),
        ("roles", {"roles": ["King"]}, "roles"),
        ("consent", {"seller": "nobody", "action": "revoke"}, "unknown seller"),
        ("consent", {"seller": NA, "action": "forget"}, "action"),
        ("consent", {"seller": NA, "action": "authorize", "redirect_uri": "http://x/"}, "redirect URI"),
        ("participation", {"seller": NA, "marketplace": "DE"}, "region"),
        ("participation", {"seller": NA, "marketplace": "XX"}, "marketplace"),
        ("orders", {"nothing": 1}, "expected"),
        ("orders", [1], "object"),
        ("faults", [{"effect": "explode"}], "explode"),
        ("switches", {"confirmation_delay": 1}, "confirmation_delay"),
        ("switches", {"confirmation_delay_seconds": -1}, "confirmation_delay_seconds"),
    ],
)
async def test_a_wish_that_means_nothing_is_explained(
    caller: Caller, path: str, body: Any, text: str
) -> None:
    answer = await caller.control(path, body)
    assert answer.status_code == 400
    assert text in answer.json()["error"]


async def test_faults_come_by_control_are_counted_and_go_again(caller: Caller) -> None:
    rules = [
        {"path": "^/auth/", "nth": 1, "effect": {"kind": "status", "status": 503, "html": "<h1>Busy</h1>"}},
        {"path": "/orders$", "first": 2, "effect": {"kind": "status", "status": 429}},
    ]
    await caller.control("faults", {"seed": 3, "rules": rules})
    assert (await caller.grant(grant_type="refresh_token")).text == "<h1>Busy</h1>"
    assert [(await caller.search()).status_code for _ in range(3)] == [429, 429, 200]
    told = (await caller.control("faults")).json()
    assert told["seed"] == 3
    assert [(rule["matched"], rule["fired"]) for rule in told["rules"]] == [(2, 1), (3, 2)]
    assert (await caller.control("faults", method="DELETE")).json()["rules"] == []
    journal = (await caller.control("requests")).json()
    assert journal["throttled"] == 2
    assert [entry["throttled"] for entry in journal["requests"]] == [False, False, True, True, False]
    assert [entry["fault"] for entry in journal["requests"]] == ["status", None, "status", "status", None]


async def test_a_lost_reply_is_carried_out_and_noted_without_a_status() -> None:
    world = a_world()
    rules = FaultRules.model_validate({"rules": [{"path": SEARCH, "effect": "lost_reply"}]})
    caller = Caller(world, build_app(world, control=True, faults=rules))
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.search()
    entry = (await caller.control("requests")).json()["requests"][-1]
    assert (entry["operation"], entry["seller"]) == ("searchOrders", NA)
    assert (entry["status"], entry["fault"]) == (None, "lost_reply")


async def test_faults_never_hurt_the_control_endpoints(caller: Caller) -> None:
    await caller.control("faults", [{"effect": "cut"}])
    assert (await caller.control("state")).status_code == 200


async def test_repeated_and_reversed_orders_are_what_the_world_holds() -> None:
    world = a_world()
    world.populate(9, [("US", 1)])
    caller = Caller(world)
    healthy = await caller.orders()
    await caller.control("faults", [{"effect": "duplicate_items", "path": SEARCH}])
    assert await caller.orders() == healthy + healthy
    await caller.control("faults", [{"effect": "reverse_items", "path": SEARCH}])
    assert await caller.orders() == healthy[::-1]
