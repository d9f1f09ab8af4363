"""What a request to close says: the date, routing values, charges; and for many orders, which and how."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dockwire.warehouse import shown_members
from dockwire.warehouse.billing_methods import Method
from dockwire.warehouse.charge_request import ChargeRequest, read_charges
from dockwire.warehouse.holding import read_order_ids
from dockwire.warehouse.local_time import from_wire
from dockwire.warehouse.members import Members
from dockwire.warehouse.order_request import limits_by_kind
from dockwire.warehouse.switches import Switches

_ROUTING = {
    name: shown_members.ROUTING[name]
    for name in (
        "trackingNumber",
        "trailerNumber",
        "sealNumber",
        "billOfLading",
        "loadNumber",
        "doorNumber",
        "pickupDate",
    )
}
"""What of the routing may be set while closing; carrier, service and SCAC may not (relation "orderconfirm")."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How to close; without ``confirmed`` it is closed now."""

    confirmed: datetime | None = None
    routing: dict[str, Any] = field(default_factory=dict)
    charges: tuple[ChargeRequest, ...] = ()
    recalculate: bool = False


@dataclass(frozen=True, slots=True)
class ClosingMany:
    """Which orders to close, in the order of the request, and how charges fall on them."""

    order_ids: tuple[int, ...]
    closing: Closing
    method: Method


def read_closing(body: object, *, switches: Switches, zone: ZoneInfo) -> Closing:
    """Read the body of ``/orders/{id}/confirmer``.

    Raises:
        InvalidModel: a member is of the wrong kind, too long or not supported.
    """
    return _closing(Members(body, model="OrderConfirm"), switches, zone)


def read_closing_many(body: object, *, switches: Switches, zone: ZoneInfo) -> ClosingMany:
    """Read the body of ``/orders/confirmer``.

    Raises:
        InvalidModel: a member is missing, of the wrong kind, too long or not supported.
    """
    members = Members(body, model="OrdersConfirm")
    method = members.number("billingApplyMethod") or 0
    if method not in list(Method):
        hint = "One of 0 (Each), 1 (First) and 2 (Prorate)."
        raise members.invalid("billingApplyMethod", "ValueNotSupported", hint, value=method)
    order_ids = tuple(read_order_ids(body))
    return ClosingMany(order_ids, _closing(members, switches, zone), Method(method))


def _closing(members: Members, switches: Switches, zone: ZoneInfo) -> Closing:
    if members.has("invoiceCreationInfo"):
        raise members.invalid("invoiceCreationInfo", "ValueNotSupported", "This warehouse makes no invoices.")
    limits = limits_by_kind(switches.limits)
    return Closing(
        confirmed=_confirmed(members, zone),
        routing=shown_members.keep(members, _ROUTING, limits=limits, zone=zone),
        charges=read_charges(members, switches.limits),
        recalculate=bool(members.flag("recalcAutoCharges")),
    )


def _confirmed(members: Members, zone: ZoneInfo) -> datetime | None:
    text = members.text("confirmDate")
    try:
        # Of the two readings of an hour that autumn repeats, the earlier one is not in the future.
        return from_wire(text, zone) if text else None
    except (ValueError, OverflowError):
        raise members.invalid("confirmDate", "ValueNotSupported", "confirmDate is not a time.") from None
