"""What an order's change at Amazon means for the warehouse order that exists already.

Cancel in the warehouse if Amazon cancelled; stop the order and tell a person when the buyer asks
to cancel, the address moves or quantities fall. Shipping news needs nothing here.
"""

from dataclasses import dataclass
from enum import StrEnum

from dockwire.model.connection import CancelPolicy
from dockwire.model.order import Order, OrderStatus


class FollowAct(StrEnum):
    """What to do in the warehouse."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Follow:
    """The act and its reason, for the warehouse, the audit trail and the mail."""

    act: FollowAct
    code: str = ""
    sentence: str = ""


def decide_follow(placed_as: Order, now_at_amazon: Order, policy: CancelPolicy) -> Follow:
    """Compare the order as it was created with the order as Amazon has it now."""
    if now_at_amazon.status is OrderStatus.CANCELLED:
        return Follow(FollowAct.CANCEL, "cancelled_at_amazon", "Amazon cancelled the order.")
    if now_at_amazon.status is OrderStatus.SHIPPED:
        return Follow(FollowAct.NOTHING)
    if now_at_amazon.cancel_requested and not placed_as.cancel_requested:
        act = FollowAct.CANCEL if policy is CancelPolicy.CANCEL else FollowAct.HOLD
        return Follow(act, "buyer_asked_to_cancel", "The buyer asked to cancel after the order was created.")
    if _address_moved(placed_as, now_at_amazon):
        return Follow(FollowAct.HOLD, "address_changed", "The address changed after the order was created.")
    if _quantity_fell(placed_as, now_at_amazon):
        return Follow(
            FollowAct.HOLD, "quantity_lowered", "Amazon lowered a quantity after the order was created."
        )
    return Follow(FollowAct.NOTHING)


def _address_moved(before: Order, after: Order) -> bool:
    # Amazon blanks addresses when the role or the time is gone; that is no change of address.
    return after.address is not None and after.address != before.address


def _quantity_fell(before: Order, after: Order) -> bool:
    ordered = {line.item_id: line.quantity_ordered for line in after.lines}
    return any(ordered.get(line.item_id, 0) < line.quantity_ordered for line in before.lines)
