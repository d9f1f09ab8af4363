"""How an order is to travel by what the buyer paid for, and whether a routing does that."""

from dockwire.errors import Fixer
from dockwire.model.closing import RoutingForm
from dockwire.model.connection import Connection
from dockwire.model.order import Order
from dockwire.model.override import Overrides
from dockwire.model.record import Problem
from dockwire.model.warehouse import Routing

_SPEED = {
    "FREE_ECONOMY": 0,
    "STANDARD": 0,
    "EXPEDITED": 1,
    "SECOND_DAY": 2,
    "PRIORITY": 2,
    "NEXT_DAY": 3,
    "SAME_DAY": 4,
}
"""Amazon's service levels, the slowest first; one that is not listed is as quick as none of them."""


def mapped_routing(order: Order, connection: Connection, overrides: Overrides) -> Routing | None:
    """Return how an order is to travel: as a person decided, else as its Prime or service level is mapped."""
    if overrides.ship_method is not None:
        return overrides.ship_method
    if order.is_prime and connection.prime_ship_method is not None:
        return connection.prime_ship_method.routing()
    method = connection.ship_methods.get(order.service_level)
    return None if method is None else method.routing()


def unfit_routing(
    order: Order, routing: RoutingForm, connection: Connection, overrides: Overrides
) -> Problem | None:
    """Return a doubt about a routing that is not the order's own, and by no map as quick.

    The slowest levels travel by anything.
    """
    wanted = mapped_routing(order, connection, overrides)
    if wanted is None or not routing.carrier or not routing.service or _is_by(routing, wanted):
        return None
    if overrides.ship_method is not None:
        why = "A person decided that the order travels"
    elif order.is_prime and connection.prime_ship_method is not None:
        why = "It is a Prime order, and those travel"
    elif _is_as_quick(order.service_level, routing, connection):
        return None
    else:
        why = f"The buyer paid for {order.service_level}, which travels"
    return Problem(
        "routing_unfit", f"{why} by {_told(wanted)}; the request says {_told(routing)}.", Fixer.CLERK
    )


def _is_as_quick(level: str, routing: RoutingForm, connection: Connection) -> bool:
    speed = _SPEED.get(level)
    if speed is None:
        return False
    quick = [
        method.routing() for name, method in connection.ship_methods.items() if _SPEED.get(name, -1) >= speed
    ]
    return speed == 0 or any(_is_by(routing, each) for each in quick)


def _is_by(routing: RoutingForm, method: Routing) -> bool:
    same = routing.carrier.casefold() == method.carrier.casefold()
    return same and (not method.service or routing.service.casefold() == method.service.casefold())


def _told(routing: RoutingForm | Routing) -> str:
    return f"{routing.carrier} {routing.service}".strip()
