"""Ways from an order to its pages elsewhere: at Amazon and in the warehouse."""

from dataclasses import dataclass
from urllib.parse import quote

from dockwire.console.link_settings import LinkSettings
from dockwire.console.records import OrderRecord
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
