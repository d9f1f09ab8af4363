"""Which orders are at risk of shipping late, and what each needs."""

from datetime import datetime, timedelta

from dockwire.errors import Fixer
from dockwire.model.notice import ShipByRow, ShipByStage, ShipByWarning
from dockwire.model.record import OrderState, Shipping

FORGOTTEN = timedelta(days=7)
"""Orders whose ship-by time passed longer ago are not looked at: they were told while it was passing."""

_IN_WAREHOUSE = {
    Shipping.TO_SHIP: ("It is in the warehouse and not closed: pick, pack and close it.", Fixer.CLERK),
    Shipping.ON_HOLD: ("It is on hold in the warehouse: release or cancel it.", Fixer.CLERK),
    Shipping.TO_STOP: (
        "A person wants it held or cancelled, and no import did that yet: do not ship it, run the order import.",
        Fixer.ENGINEER,
    ),
    Shipping.TO_CONFIRM: (
        "It is closed, and Amazon has not taken its packages yet: run the tracking update.",
        Fixer.ENGINEER,
    ),
    Shipping.REFUSED: ("It is closed, and Amazon does not take a package: see why.", Fixer.CLERK),
}
_BEFORE = {
    OrderState.HELD: ("It is held and not in the warehouse: see why.", Fixer.ENGINEER),
    OrderState.QUARANTINED: ("It cannot be read and is not in the warehouse.", Fixer.ENGINEER),
    OrderState.FAILED: ("It could not be created in the warehouse yet.", Fixer.ENGINEER),
}
_COMING = ("It is not in the warehouse yet: run the order import.", Fixer.ENGINEER)


def warning(row: ShipByRow, now: datetime) -> ShipByWarning:
    """Return what to tell of an order that has not shipped."""
    need, fixer = _need(row)
    detail = {"ship_by": row.ship_by.isoformat(), "reason": need, "fixer": fixer.value, "region": row.region}
    if row.warehouse_order_id is not None:
        detail["warehouse_order"] = str(row.warehouse_order_id)
    return ShipByWarning(row.row, row.order_id, row.ship_by, stage(row.ship_by, now), detail)


def stage(ship_by: datetime, now: datetime) -> ShipByStage:
    """Return whether the ship-by time is near or has passed."""
    return ShipByStage.PASSED if ship_by <= now else ShipByStage.NEAR


def _need(row: ShipByRow) -> tuple[str, Fixer]:
    if row.shipping in _IN_WAREHOUSE:
        return _IN_WAREHOUSE[row.shipping]
    return _BEFORE.get(row.state, _COMING)
