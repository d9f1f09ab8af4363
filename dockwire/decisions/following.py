"""What an order's change at Amazon means for the warehouse order that exists already.

Cancel in the warehouse if Amazon cancelled; stop the order and tell a person when the buyer asks
to cancel, the address moves or quantities change, of everything at once; and do what a person wants done
with the warehouse order. Shipping news needs nothing
here, nor does an address of Amazon's that says where the parcel goes already.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from dockwire.decisions.addresses import same_place
from dockwire.model.connection import CancelPolicy
from dockwire.model.ids import AmazonItemId
from dockwire.model.order import Order, OrderLine, OrderStatus
from dockwire.model.override import HELD_BY_PERSON, AddressCorrection, Overrides


class FollowAct(StrEnum):
    """What to do in the warehouse."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    LOOK = "look"
    """Only see whether it is cancelled."""


@dataclass(frozen=True, slots=True)
class Follow:
    """The act and its reason, for the warehouse, the audit trail and the mail."""

    act: FollowAct
    code: str = ""
    sentence: str = ""
    ends_correction: bool = False
    """Amazon's address moved: what a person corrected for the one before counts no more."""


def decide_follow(
    placed_as: Order,
    now_at_amazon: Order,
    policy: CancelPolicy,
    correction: AddressCorrection | None = None,
) -> Follow:
    """Compare the order as it was created with the order as Amazon has it now.

    ``correction`` is the address that a person gave, and the parcel goes to, in place of Amazon's.
    """
    if now_at_amazon.status is OrderStatus.CANCELLED:
        return Follow(FollowAct.CANCEL, "cancelled_at_amazon", "Amazon cancelled the order.")
    if now_at_amazon.status is OrderStatus.SHIPPED:
        return Follow(FollowAct.NOTHING)
    cancels = bool(_asked(now_at_amazon) - _asked(placed_as))
    if cancels and policy is CancelPolicy.CANCEL:
        return Follow(FollowAct.CANCEL, *_CANCELS)
    moved = _address_moved(placed_as, now_at_amazon, correction)
    reasons = [_CANCELS] if cancels else []
    if moved:
        reasons.append(("address_changed", _MOVED if correction is None else _MOVED_FROM_CORRECTION))
    if (how := _quantity_change(placed_as, now_at_amazon)) is not None:
        reasons.append((f"quantity_{how}", f"Amazon {how} a quantity after the order was created."))
    if not reasons:
        return Follow(FollowAct.NOTHING)
    sentence = " ".join(sentence for _, sentence in reasons)
    return Follow(FollowAct.HOLD, reasons[0][0], sentence, ends_correction=moved)


def with_wishes(follow: Follow, overrides: Overrides) -> Follow:
    """Return what to do when a person, too, wants something; cancelling includes the rest.

    A release is of what was known then: a change at Amazon that nobody saw stops the order again.
    """
    if follow.act is FollowAct.CANCEL:
        return follow
    if overrides.cancel is not None:
        sentence = f"A person cancelled it: {overrides.cancel}"
        return replace(follow, act=FollowAct.CANCEL, code="cancelled_by_person", sentence=sentence)
    if overrides.hold is not None:
        sentence = f"{follow.sentence} A person holds it: {overrides.hold}".strip()
        return replace(follow, act=FollowAct.HOLD, code=follow.code or HELD_BY_PERSON, sentence=sentence)
    return _left_over(overrides) if follow.act is FollowAct.NOTHING else follow


def _left_over(overrides: Overrides) -> Follow:
    """Return what was begun or taken back, and is still to be seen to."""
    if overrides.release_there:
        return Follow(FollowAct.RELEASE, "released_by_person", "A person released it.")
    if overrides.lifted:
        return Follow(FollowAct.HOLD, "on_hold_again", overrides.on_hold or _LIFTED)
    if overrides.cancel_undone:
        return Follow(FollowAct.LOOK, "cancel_undone", "A person took the cancellation back.")
    return Follow(FollowAct.NOTHING)


def where_cancelling_is_refused(change: Follow, overrides: Overrides) -> Follow | None:
    """Return the hold that a change or a person wants beside a cancellation, if one does."""
    rest = Follow(FollowAct.NOTHING) if change.act is FollowAct.CANCEL else change
    held = with_wishes(rest, replace(overrides, cancel=None, lifted=False))
    return held if held.act is FollowAct.HOLD else None


_LIFTED = "It was on hold before dockwire tried to cancel it."
_CANCELS = ("buyer_asked_to_cancel", "The buyer asked to cancel after the order was created.")
_MOVED = "The address changed after the order was created."
_MOVED_FROM_CORRECTION = (
    "The address changed at Amazon after a person had corrected it here: put Amazon's into the warehouse order, or "
    "release that as it is, to ship to the corrected one."
)


def _asked(order: Order) -> frozenset[AmazonItemId]:
    """Return the lines the buyer asked to cancel: a later wish may concern another line."""
    return frozenset(line.item_id for line in order.lines if line.cancel_requested)


def _address_moved(before: Order, after: Order, correction: AddressCorrection | None) -> bool:
    # Amazon blanks addresses when the role or the time is gone; that is no change of address.
    if after.address is None or same_place(after.address, before.address):
        return False
    return correction is None or not same_place(after.address, correction.address)


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
