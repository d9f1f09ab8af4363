"""The noun behind an order the warehouse shows."""

from dockwire.extensiv.wire import WireOrder
from dockwire.model.ids import CustomerId, WarehouseOrderId
from dockwire.model.warehouse import PlacedOrder, PlacedStatus

_STATUS = {0: PlacedStatus.OPEN, 1: PlacedStatus.CLOSED, 2: PlacedStatus.CANCELLED}


def placed(wire: WireOrder, etag: str) -> PlacedOrder:
    """Return the order; lists carry no ETag that would do for a change."""
    state = wire.readonly
    return PlacedOrder(
        order_id=WarehouseOrderId(state.orderid),
        reference=wire.referencenum,
        customer_id=CustomerId(state.customeridentifier.id),
        status=_STATUS[state.status],
        etag=etag,
        fully_allocated=bool(state.fullyallocated),
        on_hold=state.onholddate is not None,
    )
