"""What the client leaves in logs, even at their most talkative: operations and request ids, nothing else."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from dockwire.access import AmazonAccess
from dockwire.bootstrap import opened_seller
from dockwire.errors import RemoteError
from dockwire.model.ids import AmazonOrderId, SellerId
from dockwire.model.marketplaces import Region
from dockwire.pacing import MemoryQuotaStore
from dockwire.settings import Settings
from dockwire.simulators.amazon import World, build_app
from tests.unit.amazon.accounts import NA, a_world, rules, window

REFUSAL = {"errors": [{"code": "InvalidInput", "message": "call +1 555 010 0123, Atza|abc"}]}


def access_to(world: World, url: str) -> AmazonAccess:
    known = world.application
    return AmazonAccess(
        application_id=known.application_id,
        client_id=known.client_id,
        client_secret=SecretStr(known.client_secret),
        refresh_token=SecretStr(world.sellers[NA].refresh_token),
        seller_id=SellerId(NA),
        region=Region.NA,
        endpoint=url,
        token_url=f"{url}/auth/o2/token",
    )


def secrets_of(world: World) -> set[str]:
    """Everything that opens an account or names a buyer."""
    addresses = [
        order.body["recipient"]["deliveryAddress"] for order in world.orders if "recipient" in order.body
    ]
    personal = {
        address[part]
        for address in addresses
        for part in ("name", "addressLine1", "phone")
        if part in address
    }
    known = world.application
    return personal | set(world.tokens._access) | {known.client_secret, world.sellers[NA].refresh_token}


async def test_logs_hold_neither_secrets_nor_buyers_nor_queries(
    server: Callable[[Any], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Another test of this process may have set the level of our own lines.
    caplog.set_level(logging.DEBUG, "dockwire.http")
    world = a_world()
    world.populate(150, [("US", 1)])
    refused = {"path": "/sellers/", "effect": {"kind": "status", "status": 400, "json_body": REFUSAL}}
    url = server(build_app(world, faults=rules(refused)))
    now = world.clock.now()
    async with opened_seller(
        access_to(world, url), quotas=MemoryQuotaStore(), settings=Settings(), clock=world.clock
    ) as seller:
        page = await seller.search_orders(window(now))
        await seller.search_orders(window(now), page.next_token)
        await seller.get_order(AmazonOrderId(next(iter(world.orders)).key))
        for ask in (seller.get_order(AmazonOrderId("111-9999999-9999999")), seller.participations()):
            try:
                await ask
            except RemoteError:
                logging.getLogger("dockwire.http").exception("as a flow would log it")
    told = [record.getMessage() for record in caplog.records if record.name == "dockwire.http"]
    assert sum("searchOrders outcome=200" in line for line in told) == 2
    assert sum("request_id=" in line for line in told) == 5
    assert "status 404" in caplog.text
    assert page.next_token
    for secret in (
        *secrets_of(world),
        page.next_token,
        "lastUpdatedAfter",
        "includedData",
        "010 0123",
        "Atza",
    ):
        assert secret not in caplog.text
