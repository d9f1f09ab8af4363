"""What the two sides show while a connection is being described: nothing is stored, nothing is sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks import AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from dockwire.bootstrap import opened_desk, opened_seller, opened_warehouse
from dockwire.clock import SystemClock
from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.errors import NotFound, SettingsError
from dockwire.model.ids import CustomerId
from dockwire.model.marketplaces import Marketplace, marketplace
from dockwire.model.order import SearchWindow
from dockwire.model.shipping import Carrier
from dockwire.model.warehouse import Party
from dockwire.pacing import MemoryQuotaStore
from dockwire.services.onboarding import Outlook
from dockwire.services.onboarding import look_over as foresee
from dockwire.settings import Settings


@dataclass(frozen=True, slots=True)
class Selling:
    """What Amazon shows of a seller in a marketplace.

    Attributes:
        warning: What is unusual; empty when nothing is.
        levels: Service levels of the first orders, the most frequent first.
    """

    warning: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class House:
    """What the warehouse shows its credential."""

    customers: list[Party]
    carriers: list[Carrier]


async def selling(
    seller: AmazonSellerAccount, name: str, place: Marketplace, since: datetime, settings: Settings
) -> Selling:
    """Return how the seller stands in a marketplace.

    Raises:
        SettingsError: the seller does not take part in it; the message names where it does.
        RemoteError: Amazon does not answer, or does not take the consent.
    """
    clock, policy = SystemClock(), HarvestPolicy()
    access = seller.access(name)
    async with opened_seller(access, quotas=MemoryQuotaStore(), settings=settings, clock=clock) as client:
        standings = await client.participations()
        here = next(
            (each for each in standings if each.marketplace_id == place.id and each.participating), None
        )
        if here is None:
            raise SettingsError(
                f"seller {seller.seller_id} does not take part in {place.code}; Amazon names: "
                f"{', '.join(_code(each.marketplace_id) for each in standings if each.participating) or 'no marketplace'}"
            )
        warning = f"Amazon has suspended the seller's listings in {place.code}" if here.suspended else ""
        until = await client.amazon_now() - policy.settle
        levels: Counter[str] = Counter()
        if since < until:
            window = SearchWindow(marketplaces=(place.id,), updated_after=since, updated_before=until)
            page = await client.search_orders(window)
            levels.update(order.service_level for order in page.orders if order.service_level)
    return Selling(warning, tuple(level for level, _ in levels.most_common()))


async def house(block: WarehouseAccount, name: str, settings: Settings) -> House:
    """Return the warehouse's customers and carriers.

    Raises:
        RemoteError: it does not answer, or does not take the credential.
    """
    async with opened_warehouse(block.access(name), settings=settings, clock=SystemClock()) as client:
        customers = [party for party in await client.customers() if party.active]
        return House(customers, await client.carriers())


async def facilities(
    block: WarehouseAccount, name: str, customer: CustomerId, settings: Settings
) -> Sequence[Party]:
    """Return the facilities that serve a customer."""
    async with opened_warehouse(block.access(name), settings=settings, clock=SystemClock()) as client:
        try:
            return [party for party in await client.facilities(customer) if party.active]
        except NotFound:
            return []


async def look_over(block: MarketplaceConnection, slug: str, settings: Settings) -> Outlook:
    """Return what the first import of a connection would bring, which need not be stored."""
    async with opened_desk(
        block.connection(slug),
        amazon=block.seller_account.access(slug),
        warehouse=block.warehouse.access(block.warehouse_name),
        settings=settings,
        owner="connection add",
    ) as desk:
        return await foresee(desk, pages=1)


def _code(marketplace_id: str) -> str:
    """Return a marketplace's code, or the id itself of one that is not known here."""
    try:
        return marketplace(marketplace_id).code
    except KeyError:
        return marketplace_id
