"""Closing an order: it has shipped and is left alone from then on; and opening it again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from dockwire.warehouse import charges, order_state
from dockwire.warehouse.billing_methods import Charge
from dockwire.warehouse.close_request import Closing
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.price_rules import Terms, price, read_terms
from dockwire.warehouse.problems import NotAllowed
from dockwire.warehouse.tables import facilities, order_items
from dockwire.warehouse.work import Work


def close(work: Work, order_id: int, closing: Closing, if_match: str | None) -> None:
    """Close one order; its charges come on top of those that it has.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is cancelled, closed, on hold or not fully allocated, or the date is not allowed.
        InvalidModel: a charge is not possible for its customer.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    need_closable(work, order, closing.confirmed)
    terms = read_terms(work, order.customer_id)
    carry_out(work, order, closing, terms=terms, added=price(work, terms, closing.charges))


def need_closable(work: Work, order: Row[Any], confirmed: datetime | None) -> None:
    """Raise ``NotAllowed`` unless the order can be closed with this date (None: now)."""
    if order.status == Status.CLOSED:
        raise NotAllowed(work.switches.confirmed_again, "Confirm", "The order is closed.")
    order_state.need_open(order, "Confirm")
    order_state.need_released(order, "Confirm")
    lines = select(order_items.c.id).where(order_items.c.order_id == order.id)
    if not order.fully_allocated or work.link.execute(lines).first() is None:
        raise NotAllowed("NotFullyAllocated", "Confirm", "The order is not fully allocated, or has no lines.")
    _need_date(work, order, confirmed or work.now)


def _need_date(work: Work, order: Row[Any], confirmed: datetime) -> None:
    if confirmed > work.now:
        raise NotAllowed("DateInFuture", "Confirm", "confirmDate is in the future.")
    freeze = select(facilities.c.last_close).where(facilities.c.id == order.facility_id)
    last_close = work.link.execute(freeze).scalar()
    if last_close is not None and confirmed < last_close:
        raise NotAllowed("DateBeforeFreeze", "Confirm", "confirmDate is before the facility's last close.")


def carry_out(work: Work, order: Row[Any], closing: Closing, *, terms: Terms, added: list[Charge]) -> None:
    """Close an order that is locked and can be closed."""
    confirmed = closing.confirmed or work.now
    routing = order.members.get("routingInfo", {}) | closing.routing
    order_state.change(
        work,
        order,
        status=Status.CLOSED,
        is_closed=True,
        # What has shipped is complete.
        deferred=False,
        confirmed=confirmed,
        processed=confirmed,
        members=order.members | ({"routingInfo": routing} if routing else {}),
    )
    charges.add(work, order.id, added)
    if closing.recalculate or terms.auto_charges_on_confirm:
        charges.calculate(work, terms, order.id)


def close_if_tracked(work: Work, order_id: int, tracking: str) -> None:
    """Close an order that has got a tracking number, if its customer wants that and nothing forbids it."""
    if not tracking:
        return
    order = order_state.lock(work, order_id)
    terms = read_terms(work, order.customer_id)
    if not terms.close_on_tracking:
        return
    try:
        need_closable(work, order, None)
    except NotAllowed:
        return
    carry_out(work, order, Closing(), terms=terms, added=[])


def reopen(work: Work, order_id: int, if_match: str | None) -> None:
    """Open a closed order again; it keeps its goods, its tracking and (a switch) its charges.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is not closed.
    """
    open_again(work, order_state.lock_matching(work, order_id, if_match))


def open_again(work: Work, order: Row[Any]) -> None:
    """Open a locked order again.

    Raises:
        NotAllowed: it is not closed.
    """
    order_state.need_closed(order, "Unconfirm")
    order_state.change(work, order, status=Status.OPEN, is_closed=False, confirmed=None, processed=None)
    if not work.switches.reopening_keeps_charges:
        charges.remove_all(work, order.id)
