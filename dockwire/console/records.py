"""Rows of the ledger as objects that lists show: read only, and never a sealed column."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import registry

from dockwire.ledger.console_tables import console_audit
from dockwire.ledger.tables import metadata, orders

if TYPE_CHECKING:
    from dockwire.console.order_page import OrderPage

_mappers = registry(metadata=metadata)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page of orders shows from other tables; read for the whole page at once."""

    shipping: str | None = None
    skus: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    tracking: tuple[str, ...] = ()
    hold: str = ""
    """The oldest reason that is open."""
    fixer: str = ""
    """Who fixes it."""
    since: datetime | None = None
    """Since when it waits for that."""
    closed: datetime | None = None
    """Since when Amazon is to be told: closed by a request, or met closed."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to an order."""

    at: str
    """In ISO 8601, in UTC."""
    kind: str
    detail: tuple[tuple[str, str], ...]
    who: str = ""
    run: str = ""
    """Prefect's id of the run that it happened in, where that is known."""


class OrderRecord:
    """An order without personal data."""

    id: int
    amazon_order_id: str
    connection: str | None
    marketplace_id: str | None
    amazon_status: str
    amazon_updated: datetime
    service_level: str
    prime: bool
    ship_by: datetime | None
    region: str
    state: str
    reference: str | None
    warehouse_order_id: int | None
    first_seen: datetime
    beside: Beside = Beside()
    page: "OrderPage | None" = None
    """What its own page shows."""


class AuditRecord:
    """A row of the console's audit trail."""

    id: int
    at: datetime
    user: str
    role: str
    act: str
    connection: str
    order_id: str
    detail: str


_mappers.map_imperatively(
    OrderRecord,
    orders,
    include_properties=[
        "id", "amazon_order_id", "connection", "marketplace_id", "amazon_status", "amazon_updated",
        "service_level", "prime", "ship_by", "region", "state", "reference", "warehouse_order_id", "first_seen",
    ],
)  # fmt: skip
_mappers.map_imperatively(AuditRecord, console_audit)
