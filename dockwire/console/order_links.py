"""Ways from an order to its pages elsewhere: at Amazon, in the warehouse, in Prefect."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import anyio.to_thread

from dockwire.console.link_settings import LinkSettings
from dockwire.console.parts import Parts
from dockwire.console.records import OrderRecord, Told
from dockwire.errors import DockwireError
from dockwire.model.marketplaces import MARKETPLACES

_SELLER_CENTRAL = {str(each.id): each.seller_central for each in MARKETPLACES.values()}


@dataclass(frozen=True, slots=True)
class Link:
    """One way out of the console."""

    name: str
    address: str


def links_of(settings: LinkSettings, record: OrderRecord) -> tuple[Link, ...]:
    """Return the pages of an order that somebody said the address of."""
    links = []
    central = _SELLER_CENTRAL.get(record.marketplace_id or "")
    if settings.amazon and (central or "{seller_central}" not in settings.amazon):
        address = settings.amazon.replace("{seller_central}", central or "")
        order = quote(record.amazon_order_id, safe="")
        links.append(Link("At Amazon", address.replace("{order}", order)))
    if settings.warehouse and record.warehouse_order_id is not None:
        address = settings.warehouse.replace("{warehouse_order}", str(record.warehouse_order_id))
        links.append(Link("In the warehouse", address))
    return tuple(links)


async def pages_of_runs(parts: Parts, story: Iterable[Told]) -> dict[str, str]:
    """Return the pages of the runs that a story names, where somebody serves them."""
    runs = list(dict.fromkeys(told.run for told in story if told.run))
    try:
        # In a thread: the first time Prefect is imported for it.
        pages = await anyio.to_thread.run_sync(lambda: [parts.desk.run_page(run) for run in runs])
    except DockwireError:
        return {}
    return {run: page for run, page in zip(runs, pages, strict=True) if page}
