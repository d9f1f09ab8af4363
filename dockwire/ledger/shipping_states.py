"""How far an order has come on its way from the warehouse to the buyer, as far as the ledger knows."""

from typing import Any

from sqlalchemy import ColumnElement, case, exists, literal, null

from dockwire.ledger.overrides import has_override
from dockwire.ledger.tables import closings, orders, parcels
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, OrderState, Shipping

TO_STOP = (OverrideKind.HOLD, OverrideKind.CANCEL)
"""What stops an order that is in the warehouse before it is on hold there."""


def shipping_state() -> ColumnElement[Any]:
    """Return the :class:`Shipping` of a row of ``orders`` as an SQL expression, NULL where nothing ships.

    The package that needs somebody most decides: one refused makes the order refused. An order closed
    by a request of ours is known to be closed before the tracking update has read its packages.
    """
    in_warehouse = orders.c.state == OrderState.CREATED
    return case(
        (_has_parcel(ParcelState.REFUSED), literal(Shipping.REFUSED)),
        (_has_parcel(ParcelState.TO_SEND, ParcelState.SENT), literal(Shipping.TO_CONFIRM)),
        (_has_parcel(ParcelState.ACCEPTED, ParcelState.VISIBLE), literal(Shipping.CONFIRMED)),
        (_has_parcel(ParcelState.NOT_NEEDED), literal(Shipping.NOT_NEEDED)),
        (in_warehouse & _is_closed(), literal(Shipping.TO_CONFIRM)),
        (in_warehouse & has_override(OverrideKind.ON_HOLD), literal(Shipping.ON_HOLD)),
        (in_warehouse & has_override(*TO_STOP), literal(Shipping.TO_STOP)),
        (in_warehouse, literal(Shipping.TO_SHIP)),
        else_=null(),
    )


def _has_parcel(*states: ParcelState) -> ColumnElement[bool]:
    return exists().where(parcels.c.order_id == orders.c.id, parcels.c.state.in_(states)).correlate(orders)


def _is_closed() -> ColumnElement[bool]:
    closed = closings.c.state == ClosingState.CLOSED
    return exists().where(closings.c.order_id == orders.c.id, closed).correlate(orders)
