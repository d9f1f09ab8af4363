"""Orders on their way out: routing, closing with charges, carriers, and what was closed lately."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from pydantic import ValidationError

from dockwire.decisions.carriers import same_tracking
from dockwire.errors import Outdated, Unanswered, Unavailable
from dockwire.extensiv import rql
from dockwire.extensiv.caller import Caller, error_of, members_of, unmoved, unusable
from dockwire.extensiv.placed import placed
from dockwire.extensiv.shipping_wire import (
    WireCarrier,
    WireCarriers,
    WireCharge,
    WireChargeDetail,
    WireListed,
    WireService,
    WireShipOrder,
)
from dockwire.model.charge import Charge, ChargeType
from dockwire.model.ids import AmazonItemId, CustomerId, WarehouseOrderId
from dockwire.model.shipping import (
    BookedCharge,
    Carrier,
    PackedLine,
    Service,
    ShipLine,
    ShipOrder,
    ShippedPackage,
    UnreadableOrder,
)
from dockwire.model.warehouse import Routing
from dockwire.transport import Call

_LISTED = {"detail": "OrderItems,Packages,SavedElements", "itemdetail": "SavedElements,Allocations"}
_DETAIL = _LISTED | {"detail": f"{_LISTED['detail']},BillingDetails"}
_PAGE = 200
_EARLIER = timedelta(minutes=1)
"""Closing dates may not lie in the future of the warehouse's clock, which may be behind ours."""


class ShippingCalls(Caller):
    """The part of ``Warehouse`` that ships."""

    async def ship_order(self, order_id: WarehouseOrderId) -> ShipOrder:
        """Return one order with lines, packages, routing and charges."""
        call = Call("getOrder", "GET", f"/orders/{order_id}", dict(_DETAIL))
        reply = await self.ask(call)
        try:
            return self._ship_order(
                WireShipOrder.model_validate_json(reply.content), reply.headers.get("etag", "")
            )
        except ValidationError:
            raise unusable(call, reply) from None

    async def route_order(self, order: ShipOrder, routing: Routing, tracking: str) -> ShipOrder:
        """Set routing and tracking number, keeping all else that stands there; return the order as it is then.

        Raises:
            Outdated: the order's routing is not what ``order`` shows, or changed while it was replaced.
            Refused: it is closed or cancelled, the warehouse does not know the carrier, or it answers and
                the order shows other routing all the same.
            Unavailable: the answer is not the warehouse's.
        """
        if (order.routing, order.tracking) == (routing, tracking):
            return order
        known, etag = await self._routing_of(order)
        wanted = _members(routing, tracking)
        lowered = {name.lower() for name in wanted}
        call = Call(
            "putRouting",
            "PUT",
            f"/orders/{order.placed.order_id}/routing",
            body={name: value for name, value in known.items() if _writable(name, lowered)} | wanted,
            headers={"if-match": etag},
            # Conditional on the ETag: sent twice, the second is refused.
            repeatable=True,
            expects_json=False,
        )
        reply = await self.ask(call)
        if reply.status != httpx.codes.NO_CONTENT and reply.json() is None:
            raise error_of(Unavailable, call, reply, "the answer is not the warehouse's")
        routed = await self.ship_order(order.placed.order_id)
        if not _shows(routed, routing, tracking):
            # Closed like this it would travel by nobody knows what, and Amazon would refuse it.
            raise unmoved(call, "the warehouse answered and did not set carrier, service or tracking number")
        return routed

    async def _routing_of(self, order: ShipOrder) -> tuple[dict[str, Any], str]:
        """Return the members of an order's routing and their ETag, if they still are what the order shows."""
        call = Call("getRouting", "GET", f"/orders/{order.placed.order_id}/routing")
        reply = await self.ask(call)
        known = reply.json()
        if not isinstance(known, dict):
            raise unusable(call, reply)
        values = {name.lower(): value or "" for name, value in known.items()}
        seen = _members(order.routing, order.tracking)
        if any(_plain(values.get(name.lower(), value)) != _plain(value) for name, value in seen.items()):
            # This ETag is newer than the order: it would let somebody's routing be replaced unseen.
            raise error_of(Outdated, call, reply, "its routing changed meanwhile")
        return known, reply.headers.get("etag") or order.placed.etag

    async def close_order(
        self, order: ShipOrder, tracking: str, charges: Sequence[Charge], *, at: datetime
    ) -> None:
        """Close an order and add charges, in one call; what became of it is seen by reading the order.

        Raises:
            Outdated: the order changed since it was read, perhaps by this very call.
            Refused: it is closed, cancelled, on hold or short of stock.
            Unanswered: the outcome is unknown; read the order.
        """
        call = Call(
            "confirmOrder",
            "POST",
            f"/orders/{order.placed.order_id}/confirmer",
            body={
                "confirmDate": f"{(at - _EARLIER).astimezone(self.zone):%Y-%m-%dT%H:%M:%S}",
                "trackingNumber": tracking,
                "recalcAutoCharges": True,
                "billing": {"billingCharges": [_billed(charge) for charge in charges]},
                "invoiceCreationInfo": None,
            },
            headers={"if-match": order.placed.etag},
            repeatable=True,
            expects_json=False,
        )
        reply = await self.ask(call)
        if reply.status != httpx.codes.NO_CONTENT and reply.json() is None:
            raise error_of(Unanswered, call, reply, "the answer is not the warehouse's")

    async def carriers(self) -> list[Carrier]:
        """Return the carriers orders may travel by; those without services of their own offer the default ones."""
        call = Call("listCarriers", "GET", "/properties/carriers")
        reply = await self.ask(call)
        found = members_of(call, reply, WireCarrier)[0]
        try:
            default = WireCarriers.model_validate(reply.json()).defaultshipmentservices
        except ValidationError:
            raise unusable(call, reply) from None
        return [
            Carrier(wire.name, wire.scaccode, _services(wire.shipmentservices or default))
            for wire in found
            if wire.usable
        ]

    async def moved_orders(
        self, customer_id: CustomerId, since: datetime
    ) -> AsyncIterator[ShipOrder | UnreadableOrder]:
        """Yield the customer's orders that changed at or after ``since``, by number, whatever their status.

        One that cannot be read stands between the others, unless it certainly is not closed. Each page asks for what lies behind the last one. Pages counted from the beginning would shift,
        and an order fall between two of them, when one is opened again or changed meanwhile.
        """
        local = f"{since.astimezone(self.zone):%Y-%m-%dT%H:%M:%S}"
        wanted = rql.both(
            rql.at_least("readonly.lastModifiedDate", local),
            rql.equals("readonly.customeridentifier.id", str(customer_id)),
        )
        last, more = 0, True
        while more:
            rows, last, more = await self._listed_behind(last, wanted)
            for row in rows:
                order = self._listed(row)
                strange = isinstance(order, ShipOrder) and order.placed.customer_id != customer_id
                open_and_unreadable = isinstance(order, UnreadableOrder) and row.readonly.isclosed is False
                if not strange and not open_and_unreadable:
                    yield order

    def _listed(self, row: WireListed) -> ShipOrder | UnreadableOrder:
        """One order that cannot be read must not keep the others of its page from being shipped."""
        try:
            return self._ship_order(WireShipOrder.model_validate(row.whole), "")
        except ValidationError as error:
            members = {".".join(map(str, each["loc"])) for each in error.errors()}
            return UnreadableOrder(WarehouseOrderId(row.readonly.orderid), ", ".join(sorted(members)))

    async def _listed_behind(self, last: int, wanted: str) -> tuple[list[WireListed], int, bool]:
        """Return orders with numbers above ``last``, the highest of them, and whether there are more."""
        condition = rql.both(wanted, rql.more_than("readonly.orderId", str(last)))
        params = {"rql": condition, "sort": "readonly.orderId", "pgsiz": str(_PAGE), "pgnum": "1", **_LISTED}
        call = Call("listOrders", "GET", "/orders", params)
        reply = await self.ask(call)
        rows, total = members_of(call, reply, WireListed)
        highest = max((row.readonly.orderid for row in rows), default=last)
        more = len(rows) == _PAGE if total is None else len(rows) < total
        if more and highest <= last:
            # Taken for the end it would mean that the rest was never shipped.
            raise unusable(call, reply)
        return rows, highest, more

    def _ship_order(self, wire: WireShipOrder, etag: str) -> ShipOrder:
        routing = wire.routinginfo
        return ShipOrder(
            placed=placed(wire, etag),
            routing=Routing(
                routing.carrier, routing.mode, routing.scaccode, routing.account, wire.billingcode
            ),
            tracking=routing.trackingnumber,
            lines=tuple(
                ShipLine(
                    line.readonly.orderitemid,
                    line.itemidentifier.sku,
                    line.qty,
                    AmazonItemId(line.amazon_item) if line.amazon_item else None,
                    tuple((each.receiveitemid, each.qty) for each in line.readonly.allocations if each.qty),
                )
                for line in wire.orderitems
            ),
            packages=tuple(
                ShippedPackage(
                    package.packageid,
                    package.trackingnumber,
                    tuple(
                        PackedLine(each.orderitemid, each.qty, each.receiveitemid)
                        for each in package.packagecontents
                    ),
                )
                for package in wire.readonly.packages
            ),
            charges=tuple(_booked(wire.billing.billingcharges)),
            closed=self._instant(wire.readonly.processdate),
            modified=self._instant(wire.readonly.lastmodifieddate),
        )

    def _instant(self, local: datetime | None) -> datetime | None:
        """Times come without offset, in the warehouse's zone."""
        if local is None:
            return None
        return (local if local.tzinfo else local.replace(tzinfo=self.zone)).astimezone(UTC)


def _members(routing: Routing, tracking: str) -> dict[str, str]:
    return {
        "carrier": routing.carrier,
        "mode": routing.service,
        "scacCode": routing.scac,
        "trackingNumber": tracking,
    }


def _shows(order: ShipOrder, routing: Routing, tracking: str) -> bool:
    """Letter case and blanks may be the warehouse's own."""
    there = (order.routing.carrier, order.routing.service, order.routing.scac)
    wanted = (routing.carrier, routing.service, routing.scac)
    return [*map(_plain, there)] == [*map(_plain, wanted)] and same_tracking(order.tracking, tracking)


def _plain(value: object) -> str:
    return str(value).strip().casefold()


def _writable(name: str, replaced: set[str]) -> bool:
    return name.lower() not in replaced and not name.startswith("_") and name.lower() != "readonly"


def _services(wires: Sequence[WireService]) -> tuple[Service, ...]:
    return tuple(Service(wire.code, wire.description) for wire in wires if wire.code and not wire.deactivated)


def _billed(charge: Charge) -> dict[str, Any]:
    return {
        "chargeType": int(charge.kind),
        "subtotal": _number(charge.amount),
        "details": [
            {
                "numUnits": _number(charge.units),
                "chargeLabel": charge.label,
                "unitDescription": charge.unit_description,
                "chargePerUnit": _number(charge.price_per_unit),
            }
        ],
    }


def _number(value: Decimal) -> int | float:
    """Return the JSON number; its shortest text is the decimal again, up to fifteen digits."""
    return int(value) if value == value.to_integral_value() else float(value)


def _booked(wires: Sequence[WireCharge]) -> list[BookedCharge]:
    """Return one row per detail; a charge whose details name no price is one row of its subtotal."""
    rows: list[BookedCharge] = []
    for wire in wires:
        kind, details = wire.chargetype, wire.details
        if details and all(detail.chargeperunit is not None for detail in details):
            rows += [
                BookedCharge(_charge(kind, detail), automatic=bool(detail.systemgenerated))
                for detail in details
            ]
            continue
        label = details[0].chargelabel if details else ""
        automatic = bool(details) and all(detail.systemgenerated for detail in details)
        rows.append(BookedCharge(Charge(kind, label, Decimal(1), wire.subtotal), automatic=automatic))
    return rows


def _charge(kind: ChargeType, detail: WireChargeDetail) -> Charge:
    units = Decimal(1) if detail.numunits is None else detail.numunits
    return Charge(kind, detail.chargelabel, units, detail.chargeperunit or Decimal(0), detail.unitdescription)
