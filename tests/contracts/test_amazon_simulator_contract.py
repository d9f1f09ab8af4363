"""Everything the simulator says, and every request it accepts, keeps to Amazon's model files."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwire.clock import ManualClock
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.handlers import HANDLERS
from dockwire.simulators.amazon.loading import read_orders
from dockwire.simulators.amazon.quota import DOCUMENTED
from dockwire.simulators.amazon.timestamps import instant
from tests.contracts.amazon_models import all_operations, judging, samples
from tests.unit.simulators.caller import ALL_DATA, EU, EVER, FE, NA, SEARCH, Caller, a_world
from tests.unit.simulators.feeding import DE, DOCUMENTS, FEEDS, US
from tests.unit.simulators.listing import ITEMS, MUG, path_of
from tests.unit.simulators.shipments import GOOD, a_world_to_ship_from, an_open_order, only

DATASETS = ["", *ALL_DATA.split(","), ALL_DATA]
EVERYWHERE = [(code, 30) for code in ("US", "CA", "MX", "GB", "DE", "FR", "IT", "ES", "NL", "JP", "AU")]


def judged(world: World, **more: Any) -> Caller:
    caller = Caller(world, **more)
    caller.http.event_hooks["response"].append(judging)
    return caller


@pytest.mark.parametrize("seller", [NA, EU, FE])
async def test_every_seeded_order_fits_the_model_on_every_day_of_its_life(seller: str) -> None:
    world = a_world(seed=5)
    world.populate(330, EVERYWHERE)
    caller = judged(world, seller=seller)
    shown: set[str] = set()
    for _ in range(8):
        shown |= {order["orderId"] for order in await caller.orders(includedData=ALL_DATA)}
        world.advance(6 * 3600 + 1)
    assert len(shown) == 30 * {NA: 3, EU: 6, FE: 2}[seller]
    assert len(world.timeline) == 0, "the walk must outlive every planned change"


@pytest.mark.parametrize("data", DATASETS)
async def test_every_dataset_fits_the_model_alone(data: str) -> None:
    world = a_world()
    world.populate(60)
    caller = judged(world)
    orders = await caller.orders(includedData=data)
    assert len(orders) == 40
    await caller.order(orders[0]["orderId"], data=data)


async def test_orders_fit_the_model_without_any_role_for_personal_data() -> None:
    world = a_world()
    world.populate(60)
    caller = judged(world)
    await caller.control("roles", {"roles": ["Inventory and Order Tracking"]})
    assert len(await caller.orders(includedData=ALL_DATA)) == 40


@pytest.mark.parametrize("sample", samples("orders_2026-01-01", "200"), ids=lambda sample: sample[0])
async def test_amazons_samples_come_back_as_they_were_loaded(
    sample: tuple[str, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    _, parameters, answer = sample
    expected = answer["orders"][0] if "orders" in answer else answer["order"]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    world = World(1, clock=ManualClock(instant("2025-03-20T00:00:00Z")))
    loaded = world.load_orders(read_orders(file))
    assert len(loaded) == len(answer.get("orders", [1]))
    caller = judged(world, seller=loaded[0].seller_id)

    assert await caller.order(expected["orderId"]) == expected
    assert await caller.orders(createdAfter="2024-12-01T00:00:00Z", includedData=ALL_DATA) == [expected]
    # And with the datasets of the sample's own request, which leave out what the sample lacks.
    asked = ",".join(parameters["includedData"])
    assert await caller.order(expected["orderId"], data=asked) == expected


def test_there_are_samples_of_both_operations() -> None:
    assert {name for name, _, _ in samples("orders_2026-01-01", "200")} == {"searchOrders", "getOrder"}


@pytest.mark.parametrize("sample", samples("orders_2026-01-01", "400"), ids=lambda sample: sample[0])
async def test_amazons_bad_requests_are_refused(sample: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    operation, parameters, expected = sample
    caller = judged(a_world())
    path = SEARCH if operation == "searchOrders" else f"{SEARCH}/{parameters.pop('orderId')}"
    answer = await caller.call("GET", path, params=parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == expected["errors"][0]["code"]


CONFIRMATIONS = [
    (status, parameters)
    for status in ("204", "400")
    for name, parameters, _ in samples("ordersV0", status)
    if name == "confirmShipment"
]


@pytest.mark.parametrize(("status", "parameters"), CONFIRMATIONS)
async def test_amazons_confirmation_pair_is_told_apart(status: str, parameters: dict[str, Any]) -> None:
    world = a_world()
    order = an_open_order(world, **{parameters["body"]["packageDetail"]["orderItems"][0]["orderItemId"]: 1})
    answer = await judged(world).call(
        "POST", f"/orders/v0/orders/{order.key}/shipmentConfirmation", json=parameters["body"]
    )
    assert answer.status_code == int(status)
    assert len(world.confirmations) == (status == "204")


def test_the_confirmation_pair_is_there() -> None:
    assert len(CONFIRMATIONS) == 2


async def test_confirmed_packages_fit_the_model_in_a_search_and_alone() -> None:
    world = a_world_to_ship_from()
    caller = judged(world)
    path = f"/orders/v0/orders/{only(world).key}/shipmentConfirmation"
    coded = {"orderItemId": "1", "quantity": 2, "transparencyCodes": ["09876543211234567890"]}
    second = {**GOOD["packageDetail"], "packageReferenceId": "18", "orderItems": [coded]}
    for detail in (GOOD["packageDetail"], second):
        body = {**GOOD, "packageDetail": detail}
        assert (await caller.call("POST", path, json=body)).status_code == 204
    shown = await caller.order(only(world).key)
    world.advance(121)
    (found,) = await caller.orders(lastUpdatedAfter="2026-11-02T09:00:00Z", includedData=ALL_DATA)
    assert found == shown
    assert [package["packageReferenceId"] for package in shown["packages"]] == ["17", "18"]
    assert shown["packages"][1]["packageItems"] == [coded]


async def test_participations_fit_the_model() -> None:
    caller = judged(a_world())
    for seller in (NA, EU, FE):
        answer = await caller.call("GET", "/sellers/v1/marketplaceParticipations", seller=seller)
        assert answer.json()["payload"]


REFUSED: list[tuple[int, str, str, dict[str, Any]]] = [
    (400, "GET", SEARCH, {}),
    (400, "GET", SEARCH, {"params": {"createdAfter": "yesterday"}}),
    (400, "GET", f"{SEARCH}/1", {}),
    (404, "GET", f"{SEARCH}/112-0000000-0000000", {}),
    (403, "GET", "/eu" + SEARCH, {"params": {"createdAfter": EVER}}),
    (403, "GET", SEARCH, {"params": {"createdAfter": EVER}, "headers": {"x-amz-access-token": "Atza|x"}}),
    (403, "GET", "/sellers/v1/marketplaceParticipations", {"headers": {"x-amz-access-token": ""}}),
    (400, "POST", "/orders/v0/orders/112-0000000-0000000/shipmentConfirmation", {"content": b"{"}),
    (403, "POST", "/orders/v0/orders/1/shipmentConfirmation", {"headers": {"x-amz-access-token": "x"}}),
    (400, "POST", DOCUMENTS, {"json": {}}),
    (400, "POST", FEEDS, {"json": {}}),
    (403, "POST", "/fe" + FEEDS, {"json": {}}),
    (400, "GET", FEEDS, {}),
    (400, "GET", f"{FEEDS}/x", {}),
    (404, "GET", f"{FEEDS}/1", {}),
    (404, "DELETE", f"{FEEDS}/1", {}),
    (403, "DELETE", f"{FEEDS}/1", {"headers": {"x-amz-access-token": "x"}}),
    (400, "GET", f"{DOCUMENTS}/x", {}),
    (404, "GET", f"{DOCUMENTS}/amzn1.tortuga.4.na.x", {}),
    (400, "GET", path_of(MUG), {}),
    (403, "GET", path_of(MUG, EU), {"params": {"marketplaceIds": US}}),
    (404, "GET", path_of("A/B C+D"), {"params": {"marketplaceIds": US}}),
    (400, "GET", f"{ITEMS}/{NA}", {}),
    (403, "GET", f"{ITEMS}/{NA}", {"params": {"marketplaceIds": DE}}),
    (400, "PATCH", path_of(MUG), {"params": {"marketplaceIds": US}, "json": {}}),
    (403, "PATCH", "/eu" + path_of(MUG), {"params": {"marketplaceIds": US}}),
]


@pytest.mark.parametrize(("status", "method", "path", "request_"), REFUSED)
async def test_every_kind_of_refusal_fits_the_model(
    status: int, method: str, path: str, request_: dict[str, Any]
) -> None:
    answer = await judged(a_world()).call(method, path, **request_)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "burst"),
    [
        ("GET", SEARCH, 20),
        ("GET", f"{SEARCH}/112-0000000-0000000", 30),
        ("POST", "/orders/v0/orders/1/shipmentConfirmation", 10),
        ("POST", DOCUMENTS, 15),
        ("POST", FEEDS, 15),
        ("GET", FEEDS, 10),
        ("GET", f"{FEEDS}/1", 15),
        ("DELETE", f"{FEEDS}/1", 15),
        ("GET", f"{DOCUMENTS}/amzn1.tortuga.4.na.x", 10),
        ("GET", path_of(MUG), 10),
        ("GET", f"{ITEMS}/{NA}", 5),
        ("PATCH", path_of(MUG), 5),
    ],
)
async def test_throttling_fits_the_model(method: str, path: str, burst: int) -> None:
    caller = judged(a_world(quota="documented"))
    statuses = [(await caller.call(method, path)).status_code for _ in range(burst + 1)]
    assert 429 not in statuses[:-1]
    assert statuses[-1] == 429


def test_quotas_are_those_of_the_models_usage_plans() -> None:
    plans: dict[str, tuple[float, int]] = {}
    for operation in all_operations():
        rate, burst = re.findall(r"\| ([0-9.]+) \| ([0-9]+) \|", operation.spec["description"])[-1]
        # The newest model comes first: getOrder is in the old one too.
        plans.setdefault(operation.name, (float(rate), int(burst)))
    assert {name: (plan.rate, plan.burst) for name, plan in DOCUMENTED.items()} == {
        name: plans[name] for name in HANDLERS
    }


TIMES = st.sampled_from(
    [EVER, "2026-11-01T00:00:00Z", "2026-11-02T08:00:00.5Z", "2026-11-02", "2026-11-02T08:00:00+09:00", ""]
)
LISTS = st.lists(
    st.sampled_from(
        ["MERCHANT", "AMAZON", "PENDING", "UNSHIPPED", "BUYER", "TAX", "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "x"]
    ),
    max_size=3,
).map(",".join)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore"), TIMES),
        **dict.fromkeys(("fulfillmentStatuses", "marketplaceIds", "fulfilledBy", "includedData"), LISTS),
        "maxResultsPerPage": st.sampled_from(["1", "100", "0", "101", "-1", "ten", "1.5", "١"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(parameters=PARAMETERS)
async def test_whatever_is_accepted_is_allowed_by_the_model(parameters: dict[str, str]) -> None:
    world = a_world()
    world.populate(5)
    answer = await judged(world).call("GET", SEARCH, params=parameters)
    assert answer.status_code in {200, 400}


@settings(max_examples=50, deadline=None)
@given(data=LISTS)
async def test_whatever_get_order_accepts_is_allowed_by_the_model(data: str) -> None:
    world = a_world()
    world.populate(1, [("US", 1)])
    path = f"{SEARCH}/{next(iter(world.orders)).key}"
    answer = await judged(world).call("GET", path, params={"includedData": data})
    assert answer.status_code in {200, 400}


JUNK: list[Any] = [None, True, -1, 2, "", "x", [], {}, [1]]
PLACES: list[tuple[str | int, ...]] = [
    *((name,) for name in GOOD),
    *(("packageDetail", name) for name in (*GOOD["packageDetail"], "carrierName", "more")),
    ("packageDetail", "orderItems", 0),
    *(("packageDetail", "orderItems", 0, name) for name in ("orderItemId", "quantity", "transparencyCodes")),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place[-1]))
async def test_whatever_confirmation_is_accepted_is_allowed_by_the_model(
    place: tuple[str | int, ...],
) -> None:
    world = a_world_to_ship_from()
    path = f"/orders/v0/orders/{only(world).key}/shipmentConfirmation"
    caller = judged(world)
    for junk in JUNK:
        body: Any = copy.deepcopy(GOOD)
        holder = body
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = junk
        assert (await caller.call("POST", path, json=body)).status_code in {204, 400}
