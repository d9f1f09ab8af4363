"""Personal data goes only where Amazon's roles send it, and never into a journal or an error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.accounts import Role
from tests.unit.simulators.caller import ALL_DATA, EU, FE, NA, Caller, a_world

EVERYWHERE = [(code, 20) for code in ("US", "CA", "GB", "DE", "NL", "JP", "AU")]
PERSONAL = ("name", "addressLine1", "addressLine2", "addressLine3", "postalCode", "phone")


@pytest.fixture
def world() -> World:
    world = a_world(seed=11)
    world.populate(420, EVERYWHERE)
    return world


def personal_values(world: World) -> set[str]:
    """Everything in the world that identifies a buyer, short numbers apart: those occur in any id."""
    values = {value for order in world.orders for value in _personal(order.body)}
    return {value for value in values if len(value) > 3 and not value.isdigit()}


def _personal(body: dict[str, Any]) -> Iterator[str]:
    yield body["buyer"]["buyerName"]
    yield body["buyer"]["buyerEmail"]
    address = body.get("recipient", {}).get("deliveryAddress", {})
    yield from (address[member] for member in PERSONAL if address.get(member))
    for item in body["orderItems"]:
        gift = item["fulfillment"].get("packing", {}).get("giftOption", {})
        yield from (gift[member] for member in ("giftMessage",) if member in gift)


async def everything_said(world: World) -> str:
    """All answers about all orders at three moments of their lives, as one text."""
    said = []
    for _ in range(3):
        for seller in (NA, EU, FE):
            orders = await Caller(world, seller=seller).orders(includedData=ALL_DATA)
            said.append(json.dumps(orders, ensure_ascii=False))
        world.advance(86400)
    return "\n".join(said)


async def test_without_roles_for_it_nothing_personal_is_ever_said(world: World) -> None:
    secrets = personal_values(world)
    assert len(secrets) > 1000
    world.application.roles = {Role.ORDER_TRACKING}
    said = await everything_said(world)
    assert len(said) > 100_000
    assert [secret for secret in secrets if json.dumps(secret, ensure_ascii=False)[1:-1] in said] == []
    assert [
        member for member in (*PERSONAL, "buyerName", "buyerEmail", "giftMessage") if f'"{member}"' in said
    ] == []


async def test_with_the_shipping_role_every_ready_order_with_an_address_can_be_shipped(world: World) -> None:
    for seller in (NA, EU, FE):
        ready = await Caller(world, seller=seller).orders(
            includedData="RECIPIENT,BUYER", fulfillmentStatuses="UNSHIPPED", fulfilledBy="MERCHANT"
        )
        addressed = [order for order in ready if "recipient" in order]
        assert len(addressed) > len(ready) * 0.9
        for order in addressed:
            assert order["recipient"]["deliveryAddress"]["addressLine1"]
            assert order["buyer"]["buyerEmail"].endswith(".example")


async def test_the_journal_and_refusals_hold_nothing_personal(world: World) -> None:
    secrets = personal_values(world)
    caller = Caller(world)
    some = sorted(secrets)[:200]
    said = []
    for secret in some:
        said.append((await caller.search(fulfilledBy=secret, marketplaceIds=secret)).text)
        said.append((await caller.search(lastUpdatedAfter=secret)).text)
        said.append((await caller.search(paginationToken=secret)).text)
    path = "/orders/v0/orders/112-0000000-0000000/shipmentConfirmation"
    said.append((await caller.call("POST", path, json={"packageDetail": {"trackingNumber": some}})).text)
    said.append((await caller.control("requests")).text)
    text = "\n".join(said)
    assert [secret for secret in some if secret in text] == []
