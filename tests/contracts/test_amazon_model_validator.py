"""The judge itself: it must be able to say no."""

import copy
from typing import Any

import httpx
import pytest

from tests.contracts.amazon_models import Operation, all_operations, judge, samples


@pytest.fixture
def search() -> Operation:
    return next(operation for operation in all_operations() if operation.name == "searchOrders")


@pytest.fixture
def answer() -> dict[str, Any]:
    return copy.deepcopy(samples("orders_2026-01-01", "200")[0][2])


def problems(search: Operation, answer: dict[str, Any]) -> list[str]:
    return search.problems(search.spec["responses"]["200"]["schema"], answer)


def test_amazons_own_samples_pass(search: Operation, answer: dict[str, Any]) -> None:
    assert problems(search, answer) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("orders", 0, "orderItems", 0, "quantityOrdered"), "two"),
        (("orders", 0, "createdTime"), "2026-11-02"),
        (("orders", 0, "createdTime"), "2026-02-30T00:00:00Z"),
        (("orders", 0, "fulfillment", "fulfillmentStatus"), "INVOICE_UNCONFIRMED"),
        (("orders", 0, "surprise"), 1),
        (("orders", 0, "salesChannel"), {}),
        (("orders", 0, "proceeds", "grandTotal", "amount"), 12.5),
        (("extra",), True),
    ],
)
def test_what_breaks_the_model_is_found(
    search: Operation, answer: dict[str, Any], path: tuple[Any, ...], value: object
) -> None:
    holder: Any = answer
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert problems(search, answer)


def test_values_that_are_open_in_prose_pass(search: Operation, answer: dict[str, Any]) -> None:
    answer["orders"][0]["programs"] = ["A_PROGRAM_OF_NEXT_YEAR"]
    answer["orders"][0]["fulfillment"]["fulfillmentServiceLevel"] = "BY_DRONE"
    assert problems(search, answer) == []


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, {"orders": []}),
        (418, {"x-amzn-requestid": "1"}, {"errors": []}),
        (429, {"x-amzn-requestid": "1", "x-amzn-ratelimit-limit": "0.0056"}, {"errors": []}),
        (400, {"x-amzn-requestid": "1"}, {"errors": [{"code": "InvalidInput"}]}),
    ],
)
def test_wrong_headers_and_statuses_are_found(status: int, headers: dict[str, str], body: Any) -> None:
    request = httpx.Request("GET", "http://amazon/orders/2026-01-01/orders")
    with pytest.raises(AssertionError):
        judge(httpx.Response(status, headers=headers, json=body, request=request))


@pytest.mark.parametrize(
    "query",
    [
        "includedData=EVERYTHING",
        "maxResultsPerPage=many",
        "createdAfter=yesterday",
        "marketplaceIds=" + "A," * 51,
    ],
)
def test_an_accepted_request_outside_the_model_is_found(query: str) -> None:
    request = httpx.Request("GET", f"http://amazon/na/orders/2026-01-01/orders?{query}")
    answer = httpx.Response(200, headers={"x-amzn-requestid": "1"}, json={"orders": []}, request=request)
    with pytest.raises(AssertionError):
        judge(answer)
