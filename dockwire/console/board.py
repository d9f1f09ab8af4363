"""The ship-by board: orders that Amazon waits for, the soonest first, and what each needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, or_
from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.filters import BaseFilter, FilterApplyContext, FilterGroup

from dockwire.console import words
from dockwire.console.fields import moment, text
from dockwire.console.filtering import MOMENTS, OneOf
from dockwire.console.order_filters import CONNECTIONS, SKUS, STANDING
from dockwire.console.orders_view import OrdersView
from dockwire.console.records import OrderRecord
from dockwire.console.urgent_first import urgent
from dockwire.decisions.health import IMPORT_LATE, TRACKING_LATE
from dockwire.decisions.ship_by import warning
from dockwire.decisions.spans import in_words
from dockwire.errors import Fixer
from dockwire.ledger.standings import DUE_WITHIN
from dockwire.ledger.tables import orders
from dockwire.model.ids import AmazonOrderId
from dockwire.model.notice import ShipByRow
from dockwire.model.record import OrderState, Shipping

LATE, AT_RISK, LATER = "late", "at_risk", "later"
_STAGES = {LATE: "late", AT_RISK: "at risk", LATER: "later"}
_COMING = "It is closed: the next tracking update tells Amazon."
"""As long as the tracking update is not late: it runs by schedule, and at once behind a closing."""
_ON_HOLD = "It is on hold in the warehouse: release or cancel it."
_OVERDUE = "The import is late: run the order import."
_DUE = "new,held,quarantined,claimed,failed,to_ship,on_hold,to_stop,to_confirm,refused"


class _Stage(OneOf):
    choices = tuple(_STAGES.items())

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        view: Any = ctx.view
        now: datetime = view.parts.clock.now()
        soon, ship_by = now + DUE_WITHIN, orders.c.ship_by
        conditions = {
            LATE: ship_by < now,
            AT_RISK: and_(ship_by >= now, ship_by <= soon),
            LATER: ship_by > soon,
        }
        return or_(*(conditions[each] for each in ctx.value if each in conditions))


_STAGE: list[type[BaseFilter]] = [_Stage]


@dataclass(frozen=True, slots=True)
class Due:
    """A connection's numbers above the board."""

    connection: str
    due: int
    late: int
    outside: int
    due_query: str
    """Of Find Orders: the same orders."""
    late_query: str


class BoardView(OrdersView):
    """Find Orders, narrowed to what has to ship."""

    key = "board"
    menu_label = "Ship-by board"
    icon = "fa fa-stopwatch"
    list_template = "console/board.html"
    sortable_fields: Sequence[str] = ("ship_by", "amazon_order_id")
    sortable_field_mapping: ClassVar[dict[str, Any]] = {}
    fields_default_sort = (("ship_by", False),)
    shown_first: ClassVar[frozenset[str]] = frozenset(
        {"countdown", "amazon_order_id", "connection", "state", "need", "fixer", "skus"}
    )

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            text("countdown", "Time left", self._countdown, filters=[]),
            text("amazon_order_id", "Amazon order", filters=[]),
            text("connection", "Connection", filters=CONNECTIONS),
            text(
                "state",
                "State",
                lambda row: words.state_in_words(row.state, row.beside.shipping),
                filters=STANDING,
            ),
            text("need", "What it needs", lambda row: self._told(row)["reason"], filters=[]),
            text("fixer", "Who", lambda row: self._told(row)["fixer"], filters=[]),
            text("stage", "Ship-by", self._stage, filters=_STAGE),
            moment("ship_by", "Ship by", filters=MOMENTS),
            text("skus", "SKUs", lambda row: ", ".join(row.beside.skus), filters=SKUS),
            text("hold", "Oldest hold", lambda row: row.beside.hold, filters=[]),
        ]

    def get_list_query(self, request: Request) -> Select[Any]:
        """Return the orders that Amazon waits for."""
        query: Select[Any] = super().get_list_query(request)
        return query.where(urgent())

    def get_count_query(self, request: Request) -> Select[Any]:
        """Count them."""
        query: Select[Any] = super().get_count_query(request)
        return query.where(urgent())

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """Return one page of orders, and beside it the numbers of every connection."""
        standings = await self.parts.ledger.standings(None, now=self.parts.clock.now())
        request.state.due = [
            Due(
                each.connection,
                each.ship_by.due,
                each.ship_by.late,
                each.ship_by.not_in_warehouse,
                due_query(each.connection, DUE_WITHIN),
                due_query(each.connection, timedelta()),
            )
            for each in standings
        ]
        return await super().find_all(request, skip, limit, q, sorts, filters)

    def _stage(self, row: OrderRecord) -> str:
        assert row.ship_by is not None
        left = row.ship_by - self.parts.clock.now()
        return _STAGES[LATE if left < timedelta() else AT_RISK if left <= DUE_WITHIN else LATER]

    def _countdown(self, row: OrderRecord) -> str:
        assert row.ship_by is not None
        left = row.ship_by - self.parts.clock.now()
        return f"{in_words(-left)} late" if left < timedelta() else in_words(left)

    def _told(self, row: OrderRecord) -> dict[str, str]:
        assert row.ship_by is not None
        shipping = Shipping(row.beside.shipping) if row.beside.shipping else None
        if row.beside.hold and shipping is None:
            return {"reason": row.beside.hold, "fixer": row.beside.fixer}
        if shipping in (Shipping.ON_HOLD, Shipping.TO_STOP) and row.beside.hold:
            return self._stopped(row)
        closed = row.beside.closed
        if (
            shipping is Shipping.TO_CONFIRM
            and closed
            and self.parts.clock.now() - closed < TRACKING_LATE.look
        ):
            return {"reason": _COMING, "fixer": Fixer.NOBODY.value}
        waiting = ShipByRow(
            row.id,
            AmazonOrderId(row.amazon_order_id),
            row.ship_by,
            OrderState(row.state),
            shipping,
            row.region,
            row.warehouse_order_id,
        )
        return warning(waiting, self.parts.clock.now()).detail

    def _stopped(self, row: OrderRecord) -> dict[str, str]:
        """Say what an order waits for that is on hold in the warehouse, or is to be stopped there."""
        beside = row.beside
        if beside.fixer != Fixer.NOBODY:
            told = f"{_ON_HOLD} {beside.hold}" if beside.shipping == Shipping.ON_HOLD else beside.hold
            return {"reason": told, "fixer": beside.fixer}
        assert beside.since is not None
        if self.parts.clock.now() - beside.since < IMPORT_LATE.look:
            return {"reason": beside.hold, "fixer": beside.fixer}
        return {"reason": f"{beside.hold} {_OVERDUE}", "fixer": Fixer.ENGINEER.value}


def due_query(connection: str, within: timedelta) -> str:
    """Return the query of Find Orders for what a connection has to ship within so long, late ones included."""
    hours = int(within.total_seconds() // 3600)
    # Amazon does not wait for what it knows to be shipped or cancelled.
    conditions = (
        f"connection__in={connection}",
        f"ship_by__within_hours={hours}",
        "amazon_status__in=UNSHIPPED,PARTIALLY_SHIPPED",
        f"state__in={_DUE}",
    )
    return urlencode({"filter": " AND ".join(conditions), "sort": "ship_by__asc"})
