"""Who asks, and what one operation works with."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, true

from dockwire.sealing import Sealer
from dockwire.warehouse.problems import RoleDenied
from dockwire.warehouse.switches import Switches

RECOMMENDED_ROLES = (
    "CustomerView",
    "FacilityView",
    "InventoryDetailView",
    "ItemView",
    "OrderEdit",
    "OrderView",
    "OrderWrite",
    "ReadPropertiesThirdParty",
    "ReceiverView",
)
"""The set that the vendor's "Getting Started with Credential Management" recommends."""

CLOSING_ROLE = "OrderConfirm"
"""Needed to close orders and to open them again; not in the recommended set."""

RECEIVING_ROLE = "ReceiverEdit"
"""Needed to book goods in and to confirm them; the vendor lists the role without saying what it is for."""

ADJUSTING_ROLE = "InventoryEdit"
"""Needed to adjust stock and to put it on hold; listed by the vendor without saying what it is for."""

STOCK_ROLE = "InventoryDetailView"
"""Needed to read stock and adjustments; the one role on stock in the recommended set."""

ROLES = (*RECOMMENDED_ROLES, CLOSING_ROLE, RECEIVING_ROLE, ADJUSTING_ROLE)
"""Every role that something here needs."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may do: its login, roles and customers (None: all of them)."""

    login: str
    roles: frozenset[str]
    customers: frozenset[int] | None = None

    def need(self, role: str) -> None:
        """Raise ``RoleDenied`` unless the caller has the role."""
        if role not in self.roles:
            raise RoleDenied(role)

    def sees(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that keeps other customers' rows away."""
        return true() if self.customers is None else column.in_(sorted(self.customers))


IN_PROCESS = Access("dockwire", frozenset(ROLES))
"""The caller in the same process, who could open the database anyway."""


@dataclass(frozen=True, slots=True)
class Work:
    """One operation under way: its transaction, the caller, the moment and the house rules."""

    link: Connection
    access: Access
    now: datetime
    zone: ZoneInfo
    sealer: Sealer
    switches: Switches
