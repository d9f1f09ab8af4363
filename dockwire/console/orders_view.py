"""Find Orders: the ledger's orders, found by anything a clerk has in hand."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.fields import BaseField, IntegerField
from starlette_admin.types import RequestAction

from dockwire.console import words
from dockwire.console.beside import fill
from dockwire.console.deciding_list import DecidingList
from dockwire.console.fields import moment, text
from dockwire.console.filtering import MOMENTS, TRUTH, WORDS, beginning
from dockwire.console.happened_filters import HAPPENED
from dockwire.console.order_filters import CARRIERS, CONNECTIONS, MARKETPLACE, SKUS, STANDING, STATUS
from dockwire.console.order_page import page_of
from dockwire.console.parts import Parts
from dockwire.console.records import OrderRecord
from dockwire.console.searching import as_order_id, pasted
from dockwire.console.ship_ways import to_ship
from dockwire.console.urgent_first import UrgentFirst
from dockwire.ledger.tables import closings, orders, parcels
from dockwire.ledger.used_numbers import plain_number
from dockwire.model.record import ClosingState

_LARGEST = 2**63 - 1


class OrdersView(UrgentFirst, DecidingList):
    """All orders of all connections."""

    key = "orders"
    menu_label = "Find orders"
    display_name = "Order"
    icon = "fa fa-magnifying-glass"
    search_hint = "Order, warehouse order or tracking"
    search_told = "An Amazon order id from its beginning, a whole number of a warehouse order, or a whole tracking number"
    shown_first: ClassVar[frozenset[str]] = frozenset(
        {"amazon_order_id", "connection", "state", "ship_by", "skus", "hold"}
    )
    detail_template = "console/order.html"
    sortable_fields: Sequence[str] = ("amazon_order_id", "ship_by", "warehouse_order_id", "first_seen")
    sortable_field_mapping: ClassVar[dict[str, Any]] = {"first_seen": OrderRecord.id}

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(parts, OrderRecord)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            text("amazon_order_id", "Amazon order", filters=WORDS),
            text("connection", "Connection", filters=CONNECTIONS),
            text(
                "marketplace_id",
                "Marketplace",
                lambda row: words.marketplace_code(row.marketplace_id),
                filters=MARKETPLACE,
            ),
            text(
                "state",
                "State",
                lambda row: words.state_in_words(row.state, row.beside.shipping),
                filters=[*STANDING, *HAPPENED],
            ),
            text("amazon_status", "Amazon says", filters=STATUS),
            moment("amazon_updated", "Changed at Amazon", filters=[]),
            moment("ship_by", "Ship by", filters=MOMENTS),
            text("prime", "Prime", lambda row: "Prime" if row.prime else "", filters=TRUTH),
            text("service_level", "Service", filters=WORDS),
            text("region", "Region", filters=[]),
            text("skus", "SKUs", lambda row: ", ".join(row.beside.skus), filters=SKUS),
            text("carrier", "Carrier", lambda row: ", ".join(row.beside.carriers), filters=CARRIERS),
            text("tracking", "Tracking", lambda row: ", ".join(row.beside.tracking), filters=[]),
            text("hold", "Oldest hold", lambda row: row.beside.hold, filters=[]),
            IntegerField("warehouse_order_id", label="Warehouse order", filters=[]),
            moment("first_seen", "First seen", filters=[]),
        ]

    def beside(self, session: Session, records: Sequence[OrderRecord]) -> None:
        """Read SKUs, packages and reasons of a page of orders."""
        fill(session, records)

    @action(name="ship", text="Ship and close", custom_response=True)
    async def ship(self, request: Request, selection: ActionSelection) -> Response:
        """Go to the page that ships and closes the selected orders."""
        return await to_ship(request, selection)

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """Return one order, or None; for its page with what is shown there."""
        found = await super().find_by_pk(request, pk)
        if found is not None and request.state.action is RequestAction.DETAIL:
            found.page = await page_of(self.parts, request, found)
        return found

    def get_search_query(self, request: Request, term: str) -> ColumnElement[bool]:  # noqa: ARG002 - starlette-admin's signature
        """Find by the beginning of an Amazon order id, a warehouse order id or a tracking number."""
        plain = pasted(term)
        number = plain.lstrip("#")
        found = [select(orders.c.id).where(beginning(orders.c.amazon_order_id, as_order_id(term)))]
        if key := plain_number(plain):
            # Of those just closed the packages are not read yet.
            closed = closings.c.state == ClosingState.CLOSED
            found += [
                select(parcels.c.order_id).where(parcels.c.tracking_key == key),
                select(closings.c.order_id).where(closings.c.tracking_key == key, closed),
            ]
        if number.isascii() and number.isdigit() and int(number) <= _LARGEST:
            found.append(select(orders.c.id).where(orders.c.warehouse_order_id == int(number)))
        # One after the other by index; as alternatives in one condition they would not be.
        return orders.c.id.in_(union(*found))
