"""Looking at stored connections and trying them, without changing anything remote."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import anyio.to_thread

from blocks import MarketplaceConnection
from deployments.plan import stored_connections
from dockwire.access import EMBEDDED
from dockwire.bootstrap import opened_ledger, opened_seller, opened_warehouse
from dockwire.clock import SystemClock
from dockwire.decisions.sku_names import first_few
from dockwire.errors import DockwireError, NotFound, SettingsError
from dockwire.model.connection import Connection
from dockwire.model.shipping import Carrier
from dockwire.ports import Ledger, SellerAccount, Warehouse
from dockwire.settings import read_settings
from tasks.mail_server import FAILURES, open_server, why
from tasks.opening import load_block


async def describe_all() -> list[dict[str, Any]]:
    """Return one row per stored connection, without secrets."""
    rows = []
    for slug in await stored_connections():
        block = await load_block(slug)
        rows.append(
            {
                "connection": slug,
                "marketplace": block.marketplace,
                "seller": block.seller_account.seller_id,
                "warehouse": block.warehouse_name,
                "customer": block.customer_id,
                "facility": block.facility_id,
            }
        )
    return rows


async def check_connection(slug: str) -> list[dict[str, Any]]:
    """Return what was tried and how it went: settings, database, Amazon, warehouse.

    ``ok`` is None for what cannot be tried without changing something.
    """
    results: list[dict[str, Any]] = []

    async def tried(what: str, attempt: Callable[[], Awaitable[str]]) -> None:
        try:
            results.append({"what": what, "ok": True, "detail": await attempt()})
        except DockwireError as error:
            results.append({"what": what, "ok": False, "detail": str(error), "fixer": error.fixer.value})

    block = await load_block(slug)
    connection = block.connection(slug)
    results.append({"what": "settings", "ok": True, "detail": "the block is complete"})
    async with AsyncExitStack() as stack:
        try:
            seller, warehouse, ledger = await _open(stack, block)
        except DockwireError as error:
            results.append({"what": "ledger", "ok": False, "detail": str(error), "fixer": error.fixer.value})
            return results
        results.append({"what": "ledger", "ok": True, "detail": "the database answers"})
        await tried("amazon", lambda: _marketplace(seller, connection))
        await tried("warehouse", lambda: _customer_and_facility(warehouse, connection))
        await tried("items", lambda: _items(warehouse, ledger, connection))
        await tried("ship methods", lambda: _ship_methods(warehouse, connection))
    results.append(_closing(block))
    await tried("mail", lambda: _mail(block))
    return results


async def _mail(block: MarketplaceConnection) -> str:
    """Sign in to the mail server and send nothing."""
    credentials = block.mail_server
    if credentials is None:
        return "no mail server is named; notices wait in the outbox"
    try:
        server = await anyio.to_thread.run_sync(open_server, credentials)
        server.close()
    except FAILURES as error:
        raise SettingsError(why(error, credentials)) from None
    return "the mail server answers"


def _closing(block: MarketplaceConnection) -> dict[str, Any]:
    """The hosted warehouse tells a caller nowhere which roles its credential carries."""
    if block.warehouse.base_url == EMBEDDED:
        return {
            "what": "closing",
            "ok": True,
            "detail": "the embedded warehouse lets this process close orders",
        }
    return {
        "what": "closing",
        "ok": None,
        "detail": "needs the role OrderConfirm, which only closing an order would try; the warehouse shows the "
        "roles of a credential where it was made (Support Portal, Manage Credentials; the embedded one: its seed)",
    }


async def _open(
    stack: AsyncExitStack, block: MarketplaceConnection
) -> tuple[SellerAccount, Warehouse, Ledger]:
    settings, clock = read_settings(), SystemClock()
    ledger = await stack.enter_async_context(opened_ledger(settings))
    seller = await stack.enter_async_context(
        opened_seller(block.seller_account.access(), quotas=ledger, settings=settings, clock=clock)
    )
    access = block.warehouse.access(block.warehouse_name)
    warehouse = await stack.enter_async_context(opened_warehouse(access, settings=settings, clock=clock))
    return seller, warehouse, ledger


async def _marketplace(seller: SellerAccount, connection: Connection) -> str:
    wanted = connection.marketplace.id
    for participation in await seller.participations():
        if participation.marketplace_id == wanted:
            if not participation.participating:
                raise SettingsError(f"the seller does not sell on {connection.marketplace_code}")
            if participation.suspended:
                raise SettingsError(f"the seller's listings on {connection.marketplace_code} are suspended")
            return f"the seller sells on {connection.marketplace_code}"
    raise SettingsError(f"the seller account has no marketplace {connection.marketplace_code}")


async def _customer_and_facility(warehouse: Warehouse, connection: Connection) -> str:
    try:
        facilities = await warehouse.facilities(connection.customer_id)
    except NotFound:
        names = ", ".join(f"{party.id} ({party.name})" for party in await warehouse.customers())
        raise SettingsError(f"there is no customer {connection.customer_id}; there are: {names}") from None
    for facility in facilities:
        if facility.id == connection.facility_id:
            return f"customer {connection.customer_id} is served by {facility.name}"
    names = ", ".join(f"{party.id} ({party.name})" for party in facilities)
    raise SettingsError(f"no facility {connection.facility_id} for this customer; there are: {names}")


async def _items(warehouse: Warehouse, ledger: Ledger, connection: Connection) -> str:
    items = await warehouse.items(connection.customer_id)
    known = {item.sku for item in items}
    aliases = await ledger.aliases(connection.warehouse, connection.customer_id)
    tables = {"the SKU map": connection.sku_map, "the alias table": aliases}
    wrong = [
        f"{table} names items the warehouse does not know: {first_few(unknown)}"
        for table, names in tables.items()
        if (unknown := set(names.values()) - known)
    ]
    if wrong:
        raise SettingsError("; ".join(wrong))
    return f"{len(items)} items"


def _names(carriers: Mapping[str, Carrier]) -> str:
    return ", ".join(sorted(carrier.name for carrier in carriers.values()))


async def _ship_methods(warehouse: Warehouse, connection: Connection) -> str:
    carriers = {carrier.name.casefold(): carrier for carrier in await warehouse.carriers()}
    wrong = []
    for level, method in connection.ship_methods.items():
        carrier = carriers.get(method.carrier.casefold())
        if not method.scac:
            wrong.append(f"{level} has no SCAC")
        if carriers and carrier is None:
            wrong.append(f"{level} names the carrier {method.carrier!r}; there are: {_names(carriers)}")
        elif carrier and carrier.services and method.service not in {each.code for each in carrier.services}:
            wrong.append(f"{level} names the service {method.service!r}, which {carrier.name} does not offer")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return f"{len(connection.ship_methods)} ship methods"
