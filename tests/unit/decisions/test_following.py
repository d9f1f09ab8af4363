"""What a change at Amazon means for the warehouse order."""

import pytest

from dockwire.decisions.following import FollowAct, decide_follow
from dockwire.model.connection import CancelPolicy
from dockwire.model.ids import AmazonItemId
from dockwire.model.order import Address, Order, OrderStatus
from dockwire.model.override import AddressCorrection
from tests.builders import address, line, order


@pytest.mark.parametrize(
    ("after", "act", "code"),
    [
        (order(), FollowAct.NOTHING, ""),
        (order(status=OrderStatus.CANCELLED), FollowAct.CANCEL, "cancelled_at_amazon"),
        (order(status=OrderStatus.SHIPPED, address=None), FollowAct.NOTHING, ""),
        (order(status=OrderStatus.PARTIALLY_SHIPPED, lines=(line(quantity_open=1),)), FollowAct.NOTHING, ""),
        (order(address=None), FollowAct.NOTHING, ""),
        (order(address=address(city="Shelbyville")), FollowAct.HOLD, "address_changed"),
        (order(lines=(line(quantity_ordered=1, quantity_open=1),)), FollowAct.HOLD, "quantity_lowered"),
        (order(lines=()), FollowAct.HOLD, "quantity_lowered"),
        # Nothing has shipped: what is no longer open is no longer wanted.
        (order(lines=(line(quantity_open=1),)), FollowAct.HOLD, "quantity_lowered"),
        (order(lines=(line(quantity_ordered=3, quantity_open=3),)), FollowAct.HOLD, "quantity_raised"),
        (order(lines=(line(), line(item_id=AmazonItemId("2")))), FollowAct.HOLD, "quantity_raised"),
        (order(lines=(line(cancel_requested=True),)), FollowAct.HOLD, "buyer_asked_to_cancel"),
        (
            order(address=address(phone="+1 555 0199", kind="RESIDENTIAL", instructions="ring twice")),
            FollowAct.NOTHING,
            "",
        ),
        (
            order(address=address(city="SPRINGFIELD ", lines=("1 Sample  Street Apt 2",))),
            FollowAct.NOTHING,
            "",
        ),
    ],
)
def test_changes_become_acts(after: Order, act: FollowAct, code: str) -> None:
    follow = decide_follow(order(), after, CancelPolicy.HOLD)
    assert (follow.act, follow.code) == (act, code)


def test_the_connection_may_cancel_on_the_buyers_request() -> None:
    asked = order(lines=(line(cancel_requested=True),))
    assert decide_follow(order(), asked, CancelPolicy.CANCEL).act is FollowAct.CANCEL


def test_a_request_that_was_known_at_creation_is_not_followed_again() -> None:
    asked = order(lines=(line(cancel_requested=True),))
    assert decide_follow(asked, asked, CancelPolicy.HOLD).act is FollowAct.NOTHING


def test_a_request_for_another_line_than_the_one_known_at_creation_is_followed() -> None:
    # A line that was asked to be cancelled and has nothing open does not keep the order from being created.
    gone = line(quantity_open=0, cancel_requested=True)
    before = order(lines=(gone, line(item_id=AmazonItemId("2"))))
    after = order(lines=(gone, line(item_id=AmazonItemId("2"), cancel_requested=True)))
    follow = decide_follow(before, after, CancelPolicy.HOLD)
    assert (follow.act, follow.code) == (FollowAct.HOLD, "buyer_asked_to_cancel")


CORRECTED = address(city="Corrected")


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (address(), address(), False),
        (address(), CORRECTED, False),
        (address(), address(city="corrected", phone="", kind="RESIDENTIAL"), False),
        (None, CORRECTED, False),
        (None, address(), True),
        (address(), address(city="Elsewhere"), True),
        # Amazon had taken the correction over, and left it again.
        (CORRECTED, address(), True),
    ],
)
def test_a_corrected_order_is_stopped_only_when_amazon_has_another_address_than_the_parcel(
    before: Address | None, after: Address, moved: bool
) -> None:
    correction = AddressCorrection(CORRECTED, address())
    follow = decide_follow(order(address=before), order(address=after), CancelPolicy.HOLD, correction)
    assert (follow.act is FollowAct.HOLD, follow.ends_correction) == (moved, moved)
    assert ("release" in follow.sentence) is moved, "both ways out are named"


def test_everything_that_changed_at_once_is_told() -> None:
    after = order(
        address=address(city="Shelbyville"),
        lines=(line(cancel_requested=True, quantity_ordered=1, quantity_open=1),),
    )
    told = decide_follow(order(), after, CancelPolicy.HOLD).sentence
    assert [
        word for word in ("asked to cancel", "address changed", "lowered a quantity") if word in told
    ] == [
        "asked to cancel",
        "address changed",
        "lowered a quantity",
    ]
    assert decide_follow(order(), after, CancelPolicy.CANCEL).act is FollowAct.CANCEL
