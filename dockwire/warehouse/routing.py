"""The routing of an order by itself: who carries it, how, and under which tracking number."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from dockwire.warehouse import order_state, shown_members
from dockwire.warehouse.carriers import check_carrier
from dockwire.warehouse.closing import close_if_tracked
from dockwire.warehouse.members import Members
from dockwire.warehouse.order_request import limits_by_kind
from dockwire.warehouse.order_state import etag
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.switches import Switches
from dockwire.warehouse.tables import orders
from dockwire.warehouse.work import Work


def read_routing(body: object, *, switches: Switches, zone: ZoneInfo) -> dict[str, Any]:
    """Read the body of ``PUT /orders/{id}/routing``.

    Raises:
        InvalidModel: a member is of the wrong kind or too long.
    """
    members = Members(body, model="RoutingInfo")
    return shown_members.keep(
        members, shown_members.ROUTING, limits=limits_by_kind(switches.limits), zone=zone
    )


def show(work: Work, order_id: int) -> tuple[Resource, str]:
    """Return an order's routing with every member, null where it has none, and the order's ETag.

    Raises:
        Missing: there is no order that the caller may see.
    """
    wanted = select(orders).where(orders.c.id == order_id, work.access.sees(orders.c.customer_id))
    row = work.link.execute(wanted).first()
    if row is None:
        raise Missing("The order")
    shown: Resource = dict.fromkeys(shown_members.ROUTING) | row.members.get("routingInfo", {})
    return shown | {"_self": f"/orders/{order_id}/routing"}, etag("order", row.id, row.version)


def put(work: Work, order_id: int, routing: dict[str, Any], if_match: str | None) -> None:
    """Put routing in the place of an open order's.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is closed, cancelled or on hold.
        InvalidModel: the carrier is not one for orders.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    order_state.need_open(order, "Route")
    order_state.need_released(order, "Route")
    check_carrier(work, routing, "carrier")
    others = {name: value for name, value in order.members.items() if name != "routingInfo"}
    order_state.change(work, order, members=others | ({"routingInfo": routing} if routing else {}))
    close_if_tracked(work, order_id, routing.get("trackingNumber", ""))
