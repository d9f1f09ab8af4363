"""What the signed-in person can do about one order, as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import BaseRoute

from dockwire.console.order_packages import Package
from dockwire.console.parts import WORKERS, may
from dockwire.console.records import OrderRecord
from dockwire.decisions.remedies import Way
from dockwire.model.order import OrderStatus
from dockwire.model.record import OrderState, Shipping
from dockwire.services.holds import Known

SHIP_AND_CLOSE = "/ship-and-close"
"""The page where selected orders are shipped and closed."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The acts that apply; none for viewers."""

    holds: bool = False
    """Something holds it, and the page of waiting orders says what ends that."""
    ways: tuple[Way, ...] = ()
    packages: bool = False
    """Packages that Amazon did not take can be sent again."""
    ship: str = ""
    """The address of the page that ships it."""
    address: bool = False
    """Its address can be seen."""
    on_hold: bool = False
    """It is on hold in the warehouse."""


def offers_of(
    request: Request, record: OrderRecord, known: Known | None, packages: Sequence[Package]
) -> Offers:
    """Return what applies to an order."""
    if not may(request, WORKERS):
        return Offers()
    waiting = known.waiting if known is not None else None
    readable = waiting is not None and waiting.known is not None
    to_ship = record.state == OrderState.CREATED and record.beside.shipping == Shipping.TO_SHIP
    on_hold = record.state == OrderState.CREATED and record.beside.shipping == Shipping.ON_HOLD
    to_stop = record.state == OrderState.CREATED and record.beside.shipping == Shipping.TO_STOP
    ways = known.ways if known is not None else ()
    if record.state == OrderState.CREATED and not (to_ship or on_hold or to_stop):
        # Closed: there is nothing left to stop.
        ways = ()
    return Offers(
        holds=waiting is not None and bool(waiting.row.holds),
        ways=ways,
        packages=_sent_again(record, packages),
        ship=_page_of(request, SHIP_AND_CLOSE) if to_ship else "",
        address=readable,
        on_hold=on_hold,
    )


def _sent_again(record: OrderRecord, packages: Sequence[Package]) -> bool:
    cancelled = record.amazon_status == OrderStatus.CANCELLED
    return not cancelled and any(each.refused and not each.gone for each in packages)


def _page_of(request: Request, path: str) -> str:
    """Return the address of one of the console's pages; empty where this console has no such page."""
    routes: list[BaseRoute] = request.app.routes
    found = any(getattr(route, "path", "") == path for route in routes)
    return f"{request.scope.get('root_path', '')}{path}" if found else ""
