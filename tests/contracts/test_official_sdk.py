"""Amazon's own Python SDK, an unrelated client, completes every simulated operation.

It refuses answers that lack a required field, so each success here is a check of the answer too. It
blocks, so the simulator runs on a loopback server.
"""

import gzip
import importlib
import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from dockwire.faults import FaultRules
from dockwire.model.ids import AmazonOrderId
from dockwire.model.order import Order as ReadOrder
from dockwire.simulators.amazon import World, build_app
from dockwire.simulators.amazon.feed_operations import create_feed
from dockwire.simulators.amazon.handlers import HANDLERS
from dockwire.simulators.amazon.quota import DOCUMENTED
from dockwire.simulators.amazon.tokens import FOREIGN_REFRESH_TOKEN
from tests.servers import serve
from tests.unit.amazon.accounts import opened
from tests.unit.amazon.feeding import item, parcel
from tests.unit.simulators.caller import EVER, FE, NA, a_world
from tests.unit.simulators.feeding import FULFILLMENT, TRACKING, US, XML, envelope, shipment
from tests.unit.simulators.listing import MUG, entry, stock_patch
from tests.unit.simulators.shipments import an_open_order

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
            "refresh_token": None if "scope" in change else self.world.sellers[seller].refresh_token,
        }
        spapi = _imported("spapi")
        config = spapi.SPAPIConfig(**credentials | change)
        client = spapi.SPAPIClient(config, oauth_endpoint=f"{self.url}/auth/o2/token", endpoint=self.endpoint)
        return getattr(_imported(f"spapi.api.{module}"), name)(client.api_client)

    def token(self, **change: Any) -> str:
        """Ask for an access token once; unless told, the SDK sleeps 14 seconds over a refused one."""
        known = self.world.application
        form = {"client_id": known.client_id, "client_secret": known.client_secret}
        form["refresh_token"] = self.world.sellers[NA].refresh_token
        cache = _imported("spapi.auth.lwa_request").AccessTokenCache(
            **form | change, oauth_endpoint=f"{self.url}/auth/o2/token", max_retries=0
        )
        return str(cache.get_lwa_access_token())

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

    @property
    def feeds(self) -> Any:
        """The Feeds operations."""
        return self.api("feeds_v2021_06_30.feeds_api", "FeedsApi")

    @property
    def listings(self) -> Any:
        """The Listings Items operations."""
        return self.api("listings_items_v2021_08_01.listings_api", "ListingsApi")

    @property
    def standing(self) -> Callable[..., Any]:
        """getMarketplaceParticipations."""
        return self.api("sellers_v1.sellers_api", "SellersApi").get_marketplace_participations  # type: ignore[no-any-return]  # the SDK has no types


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


def package(order: Any, **change: Any) -> Any:
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
    made = _imported("spapi.models.orders_v0.package_detail").PackageDetail(**detail | change)
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


async def test_it_reads_back_what_our_client_confirmed(sdk: Sdk) -> None:
    order_id = AmazonOrderId(an_open_order(sdk.world).key)
    other = {"carrier_code": "Other", "carrier_name": "Köhler & Söhne", "tracking": "K-1"}
    async with opened(sdk.world, url=sdk.url) as seller:
        known = await seller.get_order(order_id)
        assert isinstance(known, ReadOrder)
        await seller.confirm_shipment(known, parcel(1, items=(item("1", 2), item("2", 1))))
        await seller.confirm_shipment(known, parcel(1, items=(item("1", 1), item("2", 1))))
        await seller.feeds.submit([(known, parcel(2, **other))])
        sdk.world.advance(180)
    read = sdk.get(order_id, included_data=["PACKAGES", "FULFILLMENT"]).order
    assert [
        (
            shown.package_reference_id,
            shown.carrier,
            shown.tracking_number,
            {each.order_item_id: each.quantity for each in shown.package_items},
        )
        for shown in read.packages
    ] == [
        ("170001", "UPS", TRACKING, {"1": 1, "2": 1}),
        ("170002", "Köhler & Söhne", "K-1", {"1": 1}),
    ]
    assert read.fulfillment.fulfillment_status == "PARTIALLY_SHIPPED"


def test_it_lists_marketplaces_through_a_regional_path(sdk: Sdk) -> None:
    sdk.endpoint += "/na"
    api = sdk.api("sellers_v1.sellers_api", "SellersApi")
    listed = api.get_marketplace_participations().payload
    assert [entry.marketplace.country_code for entry in listed] == ["US", "CA", "MX", "BR"]
    stranger = sdk.api("sellers_v1.sellers_api", "SellersApi", seller=FE)
    assert refusal(stranger.get_marketplace_participations).status == 403


def feed_model(name: str, **members: Any) -> Any:
    module = _imported(f"spapi.models.feeds_v2021_06_30.{name}")
    return getattr(module, "".join(part.title() for part in name.split("_")))(**members)


def feed_of(document_id: str, feed_type: str = FULFILLMENT) -> Any:
    members = {"feed_type": feed_type, "marketplace_ids": [US], "input_feed_document_id": document_id}
    return feed_model("create_feed_specification", **members)


def test_it_ships_an_order_by_feed_and_reads_the_report(sdk: Sdk) -> None:
    order = an_open_order(sdk.world)
    feeds, content = sdk.feeds, envelope(shipment(1, order.key), shipment(2, order.key, i1=9))
    document = feeds.create_feed_document(feed_model("create_feed_document_specification", content_type=XML))
    with httpx.Client(trust_env=False) as storage:
        refused = storage.put(document.url, content=content, headers={"content-type": "text/xml"})
        assert refused.status_code == 403
        sent = storage.put(document.url, content=content, headers={"content-type": XML})
        assert sent.status_code == 200
        created = feeds.create_feed(feed_of(document.feed_document_id))
        assert feeds.get_feed(created.feed_id).processing_status == "IN_QUEUE"
        sdk.world.advance(180)
        done = feeds.get_feed(created.feed_id)
        assert (done.processing_status, done.marketplace_ids) == ("DONE", [US])
        assert done.processing_end_time > done.processing_start_time > done.created_time
        (listed,) = feeds.get_feeds(feed_types=[FULFILLMENT], processing_statuses=["DONE"]).feeds
        assert listed == done
        found = feeds.get_feed_document(done.result_feed_document_id)
        assert found.compression_algorithm == "GZIP"
        report = gzip.decompress(storage.get(found.url).content).decode()
    assert "<MessagesSuccessful>1</MessagesSuccessful>" in report
    assert report.count("<Result>") == 1
    (package,) = sdk.get(order.key, included_data=["PACKAGES"]).order.packages
    assert package.tracking_number == TRACKING


def patch_of(*patches: dict[str, Any], product_type: str = "PRODUCT") -> Any:
    models = "spapi.models.listings_items_v2021_08_01"
    operation = _imported(f"{models}.patch_operation").PatchOperation
    request = _imported(f"{models}.listings_item_patch_request").ListingsItemPatchRequest
    return request(product_type=product_type, patches=[operation(**each) for each in patches])


@pytest.mark.parametrize(
    "sku", ["MUG/SET/4", "ROPE+HOOK 8MM", "SOCKE-GRÜN-39/42", "SOAP-SALT%20", "TIN#3-TEA"]
)
def test_it_patches_the_quantity_of_any_sku_and_reads_it_back(sdk: Sdk, sku: str) -> None:
    listings = sdk.listings
    body = patch_of(stock_patch(entry(41)))
    preview = {"mode": "VALIDATION_PREVIEW", "included_data": ["identifiers", "issues"]}
    judged = listings.patch_listings_item(NA, sku, [US], body, **preview)
    assert (judged.status, len(judged.identifiers), judged.issues) == ("VALID", 1, [])
    sdk.world.switches.listings_delay_seconds = 60
    answer = listings.patch_listings_item(NA, sku, [US], body)
    assert (answer.sku, answer.status, answer.issues) == (sku, "ACCEPTED", [])

    def quantity() -> int:
        shown = listings.get_listings_item(NA, sku, [US], included_data=["fulfillmentAvailability"])
        return int(shown.fulfillment_availability[0].quantity)

    assert quantity() != 41
    sdk.world.advance(60)
    assert quantity() == 41


def test_it_reads_what_is_wrong_with_a_patch(sdk: Sdk) -> None:
    answer = sdk.listings.patch_listings_item(NA, MUG, [US], patch_of(stock_patch(entry(-1))))
    assert answer.status == "INVALID"
    (issue,) = answer.issues
    assert (issue.severity, issue.attribute_names) == ("ERROR", ["fulfillment_availability"])


def test_it_pages_through_the_listings(sdk: Sdk) -> None:
    listings, query = sdk.listings, {"page_size": 20, "included_data": ["summaries", "offers", "issues"]}
    first = listings.search_listings_items(NA, [US], **query)
    rest = listings.search_listings_items(NA, [US], page_token=first.pagination.next_token, **query)
    assert (first.number_of_results, rest.pagination.next_token) == (40, None)
    assert len({each.sku for each in first.items + rest.items}) == 40


def test_it_cancels_a_feed_once_and_pages_through_feeds(sdk: Sdk) -> None:
    ids = [a_feed(sdk) for _ in range(3)]
    feeds = sdk.feeds
    assert feeds.cancel_feed_with_http_info(ids[0])[1] == 200
    assert refusal(feeds.cancel_feed, ids[0]).status == 400
    first = feeds.get_feeds(feed_types=[FULFILLMENT], page_size=2)
    rest = feeds.get_feeds(next_token=first.next_token)
    assert [feed.feed_id for feed in first.feeds + rest.feeds] == ids[::-1]
    assert (rest.feeds[0].processing_status, rest.next_token) == ("CANCELLED", None)
    assert refusal(feeds.get_feeds, next_token=first.next_token, page_size=2).status == 400


def a_document(sdk: Sdk) -> str:
    """Make a document at Amazon's side, so that no call is spent on it."""
    world = sdk.world
    return world.feeds.new_document(world.sellers[NA], XML, world.clock.now()).id


def a_feed(sdk: Sdk) -> str:
    """Put a feed into the queue at Amazon's side."""
    world = sdk.world
    body = {"feedType": FULFILLMENT, "marketplaceIds": [US], "inputFeedDocumentId": a_document(sdk)}
    return str(create_feed(world, world.sellers[NA], json.dumps(body).encode())["feedId"])


@dataclass(frozen=True)
class Asking:
    """One operation: how to call it well, and what of it Amazon refuses with 400 and 404."""

    well: Callable[[Sdk], Callable[[], Any]]
    badly: Callable[[Sdk], Callable[[], Any]]
    amiss: Callable[[Sdk], Callable[[], Any]] | None = None


def first_id(sdk: Sdk) -> str:
    return next(iter(sdk.world.orders)).key


def confirming(sdk: Sdk, order_id: str = "", **change: Any) -> Callable[[], Any]:
    """Read the first order and return the call that confirms its shipment."""
    body = package(sdk.get(first_id(sdk)).order, **change)
    return partial(sdk.confirm, order_id or first_id(sdk), body)


def anonymous(sdk: Sdk) -> Callable[[], Any]:
    """Call under a name longer than Amazon takes."""
    api = sdk.api("sellers_v1.sellers_api", "SellersApi")
    api.api_client.user_agent = "x" * 501
    return api.get_marketplace_participations  # type: ignore[no-any-return]  # the SDK has no types


def repeating(call: Callable[..., Any], argument: Callable[[], Any]) -> Callable[[], Any]:
    """Call with another argument each time."""
    return lambda: call(argument())


NOWHERE = "112-0000000-0000000"
ASKING = {
    "searchOrders": Asking(
        well=lambda sdk: partial(sdk.search, last_updated_after=EVER, max_results_per_page=1),
        badly=lambda sdk: partial(sdk.search, created_after="yesterday"),
    ),
    "getOrder": Asking(
        well=lambda sdk: partial(sdk.get, first_id(sdk)),
        badly=lambda sdk: partial(sdk.get, "1"),
        amiss=lambda sdk: partial(sdk.get, NOWHERE),
    ),
    "confirmShipment": Asking(
        well=confirming,
        badly=lambda sdk: confirming(sdk, ship_date="02/21/2022"),
        amiss=lambda sdk: confirming(sdk, NOWHERE),
    ),
    "getMarketplaceParticipations": Asking(well=lambda sdk: sdk.standing, badly=anonymous),
    "createFeedDocument": Asking(
        well=lambda sdk: partial(
            sdk.feeds.create_feed_document, feed_model("create_feed_document_specification", content_type=XML)
        ),
        badly=lambda sdk: partial(
            sdk.feeds.create_feed_document, feed_model("create_feed_document_specification", content_type=" ")
        ),
    ),
    "createFeed": Asking(
        well=lambda sdk: repeating(sdk.feeds.create_feed, lambda: feed_of(a_document(sdk))),
        badly=lambda sdk: partial(sdk.feeds.create_feed, feed_of(a_document(sdk), "POST_NOTHING")),
    ),
    "getFeed": Asking(
        well=lambda sdk: partial(sdk.feeds.get_feed, a_feed(sdk)),
        badly=lambda sdk: partial(sdk.feeds.get_feed, "BADID1"),
        amiss=lambda sdk: partial(sdk.feeds.get_feed, "1"),
    ),
    "getFeeds": Asking(
        well=lambda sdk: partial(sdk.feeds.get_feeds, feed_types=[FULFILLMENT]),
        badly=lambda sdk: partial(sdk.feeds.get_feeds, feed_types=[FULFILLMENT], created_since="yesterday"),
    ),
    "cancelFeed": Asking(
        well=lambda sdk: repeating(sdk.feeds.cancel_feed, lambda: a_feed(sdk)),
        badly=lambda sdk: partial(sdk.feeds.cancel_feed, "BADID1"),
        amiss=lambda sdk: partial(sdk.feeds.cancel_feed, "1"),
    ),
    "getFeedDocument": Asking(
        well=lambda sdk: partial(sdk.feeds.get_feed_document, a_document(sdk)),
        badly=lambda sdk: partial(sdk.feeds.get_feed_document, "badDocumentId1"),
        amiss=lambda sdk: partial(sdk.feeds.get_feed_document, "amzn1.tortuga.4.na.x"),
    ),
    "getListingsItem": Asking(
        well=lambda sdk: partial(sdk.listings.get_listings_item, NA, MUG, [US]),
        badly=lambda sdk: partial(sdk.listings.get_listings_item, NA, MUG, ["x"]),
        amiss=lambda sdk: partial(sdk.listings.get_listings_item, NA, "NONE", [US]),
    ),
    "searchListingsItems": Asking(
        well=lambda sdk: partial(sdk.listings.search_listings_items, NA, [US]),
        badly=lambda sdk: partial(sdk.listings.search_listings_items, NA, [US], page_token="x"),
    ),
    "patchListingsItem": Asking(
        well=lambda sdk: partial(
            sdk.listings.patch_listings_item, NA, MUG, [US], patch_of(stock_patch(entry(1)))
        ),
        badly=lambda sdk: partial(
            sdk.listings.patch_listings_item, NA, MUG, ["x"], patch_of(stock_patch(entry(1)))
        ),
    ),
}


def test_every_simulated_operation_is_asked() -> None:
    assert set(ASKING) == set(HANDLERS) == set(DOCUMENTED)


@pytest.mark.parametrize("operation", ASKING)
def test_each_operation_refuses_what_is_wrong_unknown_or_not_allowed(sdk: Sdk, operation: str) -> None:
    asking = ASKING[operation]
    assert refusal(asking.badly(sdk)).status == 400
    if asking.amiss is not None:
        assert refusal(asking.amiss(sdk)).status == 404
    allowed = asking.well(sdk)
    allowed()
    sdk.world.application.roles.clear()
    denied = refusal(allowed)
    assert (denied.status, "Access to requested resource is denied." in denied.body) == (403, True)


@pytest.mark.parametrize("operation", ASKING)
def test_each_operation_is_throttled_after_its_documented_burst(sdk: Sdk, operation: str) -> None:
    call = ASKING[operation].well(sdk)
    for _ in range(DOCUMENTED[operation].burst):
        call()
    throttled = refusal(call)
    assert throttled.status == 429
    assert "QuotaExceeded" in throttled.body


@pytest.mark.parametrize("operation", ASKING)
def test_each_operation_may_be_out_of_order_and_recovers(sdk: Sdk, rules: FaultRules, operation: str) -> None:
    call = ASKING[operation].well(sdk)
    outages = [
        {
            "path": "^/(orders|sellers|feeds|listings)",
            "nth": 1,
            "effect": {"kind": "status", "status": 503, "html": "<h1>Busy</h1>"},
        },
        {
            "path": "^/(orders|sellers|feeds|listings)",
            "nth": 2,
            "effect": {"kind": "status", "status": 500, "json_body": {"errors": []}},
        },
    ]
    rules.replace(FaultRules.model_validate({"rules": outages}).rules)
    assert refusal(call).status == 503
    assert refusal(call).status == 500
    call()


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"refresh_token": "Atzr|nobody's"}, 400, "invalid_grant"),
        ({"refresh_token": FOREIGN_REFRESH_TOKEN}, 400, "unauthorized_client"),
        ({"grant_type": "client_credentials", "scope": "sellingpartnerapi::migration"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_each_refused_token_reaches_it_with_its_own_error(
    sdk: Sdk, change: dict[str, str], status: int, error: str
) -> None:
    with pytest.raises(_imported("spapi.auth.lwa_exception").LwaException) as refused:
        sdk.token(**change)
    answer = refused.value.__cause__.response
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_revoked_consent_is_an_invalid_grant_to_it(sdk: Sdk) -> None:
    sdk.world.sellers[NA].consent = False
    with pytest.raises(_imported("spapi.auth.lwa_exception").LwaException) as refused:
        sdk.token()
    assert refused.value.__cause__.response.json()["error"] == "invalid_grant"


def test_its_grantless_token_is_granted_and_opens_nothing_of_a_sellers(sdk: Sdk) -> None:
    api = sdk.api("sellers_v1.sellers_api", "SellersApi", scope="sellingpartnerapi::notifications")
    assert refusal(api.get_marketplace_participations).status == 403
    assert [(entry.operation, entry.status) for entry in sdk.world.journal.entries] == [
        ("token", 200),
        ("getMarketplaceParticipations", 403),
    ]
