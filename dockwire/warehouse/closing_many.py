"""Closing many orders at once, and opening them again.

All orders are looked at before the first is changed: charges fall on those that can be closed, so that
what was asked for is charged whole, and what can be changed then cannot fail any more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row

from dockwire.warehouse import order_state
from dockwire.warehouse.billing_methods import Batch, Charge, Method
from dockwire.warehouse.close_request import ClosingMany
from dockwire.warehouse.closing import carry_out, need_closable, open_again
from dockwire.warehouse.price_rules import Terms, price, read_terms
from dockwire.warehouse.problems import Fault, InvalidModel, Missing, NotAllowed
from dockwire.warehouse.switches import BulkFailure
from dockwire.warehouse.work import Work

_Order = Row[Any]


def close_many(work: Work, request: ClosingMany) -> list[Fault]:
    """Close the orders that can be closed, or none (a switch); tell why others cannot.

    Raises:
        InvalidModel: a charge cannot be divided over customers of different currencies.
    """
    ready: dict[int, tuple[_Order, Terms, list[Charge]]] = {}

    def look(order: _Order) -> None:
        need_closable(work, order, request.closing.confirmed)
        terms = read_terms(work, order.customer_id)
        ready[order.id] = (order, terms, price(work, terms, request.closing.charges))

    faults = _look(work, request.order_ids, look)
    batch = _batch(work, request.method, [terms for _, terms, _ in ready.values()])
    if batch is None or (faults and work.switches.bulk_failure is BulkFailure.NONE):
        return faults
    for place, (order, terms, charges) in enumerate(ready.values()):
        carry_out(work, order, request.closing, terms=terms, added=batch.part(charges, place))
    return faults


def reopen_many(work: Work, order_ids: Sequence[int]) -> list[Fault]:
    """Open the closed ones of some orders again, or none (a switch); tell why others cannot be."""
    ready: list[_Order] = []

    def look(order: _Order) -> None:
        order_state.need_closed(order, "Unconfirm")
        ready.append(order)

    faults = _look(work, order_ids, look)
    if not faults or work.switches.bulk_failure is BulkFailure.PART:
        for order in ready:
            open_again(work, order)
    return faults


def _look(work: Work, order_ids: Sequence[int], look: Callable[[_Order], None]) -> list[Fault]:
    """Look at each order where the request names it first; return what is wrong with which entry, from 1."""
    locked = _lock(work, order_ids)
    faults = []
    for entry, order_id in enumerate(order_ids, start=1):
        if order_id not in locked:
            continue
        found = locked.pop(order_id)
        try:
            if isinstance(found, Missing):
                raise found
            look(found)
        except (Missing, NotAllowed, InvalidModel) as problem:
            faults.append(Fault(entry, order_id, problem))
    return faults


def _lock(work: Work, order_ids: Sequence[int]) -> dict[int, _Order | Missing]:
    locked: dict[int, _Order | Missing] = {}
    # Locking by number keeps two such calls from waiting for each other.
    for order_id in sorted(set(order_ids)):
        try:
            locked[order_id] = order_state.lock(work, order_id)
        except Missing as problem:
            locked[order_id] = problem
    return locked


def _batch(work: Work, method: Method, terms: Sequence[Terms]) -> Batch | None:
    digits = {each.digits for each in terms}
    if method is Method.PRORATE and len(digits) > 1:
        hint = "The customers of these orders have currencies of different decimals."
        raise InvalidModel("ValueNotSupported", "billingApplyMethod", hint=hint, model="OrdersConfirm")
    return Batch(method, len(terms), digits.pop(), work.switches.prorate_remainder) if digits else None
