"""Amazon's own Python SDK, an unrelated client, completes every simulated operation.

It refuses answers that lack a required field, so each success here is a check of the answer too. It
blocks, so the simulator runs on a loopback server.
"""

import importlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dockwire.faults import FaultRules
from dockwire.simulators.amazon import World, build_app
from tests.servers import serve
from tests.unit.simulators.caller import EVER, FE, NA, a_world

# The SDK leaves its connection pool to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Sdk:
    """The SDK's API classes, pointed at one simulator."""

    def __init__(self, world: World, url: str, *, path: str = "") -> None:
        self.world = world
        self.url = url
        self.endpoint = url + path

    def api(self, module: str, name: str, *, seller: str = NA, **change: Any) -> Any:
        """Make one of the SDK's API objects with a seller's credentials."""
        known = self.world.application
        credentials = {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "refresh_token": self.world.sellers[seller].refresh_token,
        }
        spapi = _imported("spapi")
        config = spapi.SPAPIConfig(**credentials | change)
        client = spapi.SPAPIClient(config, oauth_endpoint=f"{self.url}/auth/o2/token", endpoint=self.endpoint)
        return getattr(_imported(f"spapi.api.{module}"), name)(client.api_client)

    @property
    def search(self) -> Callable[..., Any]:
        """searchOrders."""
        api = self.api("orders_v2026_01_01.search_orders_api", "SearchOrdersApi")
        return api.search_orders  # type: ignore[no-any-return]  # the SDK has no types

    @property
    def get(self) -> Callable[..., Any]:
        """getOrder."""
        return self.api("orders_v2026_01_01.get_order_api", "GetOrderApi").get_order  # type: ignore[no-any-return]  # the SDK has no types

    @property
    def confirm(self) -> Callable[..., Any]:
        """confirmShipment."""
        return self.api("orders_v0.orders_v0_api", "OrdersV0Api").confirm_shipment_with_http_info  # type: ignore[no-any-return]  # the SDK has no types


def _imported(module: str) -> Any:
    # Importing it warns on newer Pythons and installs a root log handler.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


@pytest.fixture
def rules() -> FaultRules:
    return FaultRules()


@pytest.fixture
def sdk(rules: FaultRules, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sdk]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    world = a_world(quota="documented")
    world.populate(30, [("US", 1)])
    with serve(build_app(world, faults=rules)) as url:
        yield Sdk(world, url)


def package(order: Any) -> Any:
    detail = {
        "package_reference_id": "1",
        "carrier_code": "UPS",
        "tracking_number": "1Z999AA10123456784",
        "ship_date": "2026-11-02T08:00:00Z",
        "order_items": [
            _imported("spapi.models.orders_v0.confirm_shipment_order_item").ConfirmShipmentOrderItem(
                order_item_id=order.order_items[0].order_item_id, quantity=1
            )
        ],
    }
    made = _imported("spapi.models.orders_v0.package_detail").PackageDetail(**detail)
    request = _imported("spapi.models.orders_v0.confirm_shipment_request").ConfirmShipmentRequest
    return request(package_detail=made, marketplace_id="ATVPDKIKX0DER")


def refusal(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """The SDK's exception for a refused call."""
    error = _imported("spapi.rest").ApiException
    with pytest.raises(error) as refused:
        call(*arguments, **named)
    return refused.value


def test_it_pages_through_a_search(sdk: Sdk) -> None:
    search = sdk.search
    first = search(last_updated_after=EVER, max_results_per_page=20, included_data=["BUYER", "FULFILLMENT"])
    token = first.pagination.next_token
    rest = search(last_updated_after=EVER, pagination_token=token, included_data=["BUYER", "FULFILLMENT"])
    assert rest.pagination is None
    assert rest.last_updated_before == first.last_updated_before
    assert len({order.order_id for order in first.orders + rest.orders}) == 30
    assert all(order.fulfillment.fulfillment_status for order in first.orders)


def test_it_reads_an_order_and_confirms_its_shipment(sdk: Sdk) -> None:
    order_id = next(iter(sdk.world.orders)).key
    order = sdk.get(order_id, included_data=["RECIPIENT", "PROCEEDS", "FULFILLMENT"]).order
    assert order.order_id == order_id
    _, status, headers = sdk.confirm(order_id, package(order))
    assert (status, headers["x-amzn-RateLimit-Limit"]) == (204, "2.0")
    (confirmation,) = sdk.world.confirmations
    assert confirmation.body["packageDetail"]["packageReferenceId"] == "1"


def test_it_lists_marketplaces_through_a_regional_path(sdk: Sdk) -> None:
    sdk.endpoint += "/na"
    api = sdk.api("sellers_v1.sellers_api", "SellersApi")
    listed = api.get_marketplace_participations().payload
    assert [entry.marketplace.country_code for entry in listed] == ["US", "CA", "MX", "BR"]
    stranger = sdk.api("sellers_v1.sellers_api", "SellersApi", seller=FE)
    assert refusal(stranger.get_marketplace_participations).status == 403


def test_it_meets_each_refusal(sdk: Sdk) -> None:
    order_id = next(iter(sdk.world.orders)).key
    order = sdk.get(order_id).order
    nowhere = "112-0000000-0000000"
    assert refusal(sdk.search, created_after="yesterday").status == 400
    assert refusal(sdk.get, "1").status == 400
    assert refusal(sdk.get, nowhere).status == 404
    assert refusal(sdk.confirm, nowhere, package(order)).status == 404
    wrong = package(order)
    wrong.package_detail.ship_date = "02/21/2022"
    assert refusal(sdk.confirm, order_id, wrong).status == 400
    sdk.world.application.roles.clear()
    denied = refusal(sdk.get, order_id)
    assert (denied.status, b"Access to requested resource is denied." in denied.body.encode()) == (403, True)


def test_it_is_throttled(sdk: Sdk) -> None:
    search = sdk.search
    for _ in range(20):
        search(last_updated_after=EVER, max_results_per_page=1)
    throttled = refusal(search, last_updated_after=EVER, max_results_per_page=1)
    assert throttled.status == 429
    assert "QuotaExceeded" in throttled.body


def test_it_meets_injected_outages(sdk: Sdk, rules: FaultRules) -> None:
    outages = [
        {"path": "/orders$", "nth": 1, "effect": {"kind": "status", "status": 503, "html": "<h1>Busy</h1>"}},
        {
            "path": "/orders$",
            "nth": 2,
            "effect": {"kind": "status", "status": 500, "json_body": {"errors": []}},
        },
    ]
    rules.replace(FaultRules.model_validate({"rules": outages}).rules)
    search = sdk.search
    assert refusal(search, last_updated_after=EVER).status == 503
    assert refusal(search, last_updated_after=EVER).status == 500
    assert len(search(last_updated_after=EVER).orders) == 30


def test_a_refused_token_reaches_it_as_its_own_error(sdk: Sdk) -> None:
    # Slow on purpose: the SDK sleeps 2, 4 and 8 seconds before it gives up on a refused token.
    sdk.world.sellers[NA].consent = False
    error = _imported("spapi.auth.lwa_exception").LwaException
    with pytest.raises(error):
        sdk.search(last_updated_after=EVER)
    assert [entry.status for entry in sdk.world.journal.entries] == [400] * 4
