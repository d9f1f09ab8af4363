"""What an order's change at Amazon means for the warehouse order that exists already.

Cancel in the warehouse if Amazon cancelled; stop the order and tell a person when the buyer asks
to cancel, the address moves or quantities change. Shipping news needs nothing here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dockwire.model.connection import CancelPolicy
from dockwire.model.ids import AmazonItemId
from dockwire.model.order import Order, OrderLine, OrderStatus


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
    if _asked(now_at_amazon) - _asked(placed_as):
        act = FollowAct.CANCEL if policy is CancelPolicy.CANCEL else FollowAct.HOLD
        return Follow(act, "buyer_asked_to_cancel", "The buyer asked to cancel after the order was created.")
    if _address_moved(placed_as, now_at_amazon):
        return Follow(FollowAct.HOLD, "address_changed", "The address changed after the order was created.")
    if (how := _quantity_change(placed_as, now_at_amazon)) is not None:
        sentence = f"Amazon {how} a quantity after the order was created."
        return Follow(FollowAct.HOLD, f"quantity_{how}", sentence)
    return Follow(FollowAct.NOTHING)


def _asked(order: Order) -> frozenset[AmazonItemId]:
    """Return the lines the buyer asked to cancel: a later wish may concern another line."""
    return frozenset(line.item_id for line in order.lines if line.cancel_requested)


def _address_moved(before: Order, after: Order) -> bool:
    # Amazon blanks addresses when the role or the time is gone; that is no change of address.
    return after.address is not None and after.address != before.address


def _quantity_change(before: Order, after: Order) -> Literal["lowered", "raised"] | None:
    old = {line.item_id: line for line in before.lines}
    new = {line.item_id: line for line in after.lines}
    # While nothing has shipped, less to ship is less wanted, whatever was ordered first.
    unshipped = after.status is OrderStatus.UNSHIPPED
    both = [(old[item], new[item]) for item in old.keys() & new.keys()]
    if old.keys() - new.keys() or any(_less(was, now, unshipped=unshipped) for was, now in both):
        return "lowered"
    if new.keys() - old.keys() or any(now.quantity_ordered > was.quantity_ordered for was, now in both):
        return "raised"
    return None


def _less(was: OrderLine, now: OrderLine, *, unshipped: bool) -> bool:
    if now.quantity_ordered < was.quantity_ordered:
        return True
    return unshipped and now.quantity_open < was.quantity_open
