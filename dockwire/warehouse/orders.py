"""Creating, replacing, completing, allocating and cancelling orders."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, true, update

from dockwire.warehouse import allocation, charges, contents, order_state
from dockwire.warehouse.carriers import check_carrier
from dockwire.warehouse.charge_request import ChargeRequest
from dockwire.warehouse.lookups import find_customer, find_facility, find_items
from dockwire.warehouse.order_request import LineRequest, OrderRequest
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.price_rules import Terms, price, read_terms
from dockwire.warehouse.problems import InvalidModel, NotAllowed
from dockwire.warehouse.switches import DuplicateScope, MissingBilling, MissingLines
from dockwire.warehouse.tables import order_items, orders
from dockwire.warehouse.work import Work

_SPECIAL = 5
"""``chargeType`` of what cancelling costs: SpecialCharges."""


def create(work: Work, request: OrderRequest) -> int:
    """Create an order, allocate it unless it stays incomplete, and return its number.

    Raises:
        InvalidModel: something it names does not exist, or its reference is taken.
    """
    customer = find_customer(work, request.customer)
    facility_id = find_facility(work, request.facility, customer.id)
    item_ids = find_items(work, [line.item for line in request.lines], customer.id)
    _check_reference(work, request.reference, customer.id)
    check_carrier(work, request.members.get("routingInfo", {}), "routingInfo.carrier")
    deferred = customer.order_queue if request.deferred is None else request.deferred
    values = _values(work, request) | {
        "version": 1,
        "customer_id": customer.id,
        "facility_id": facility_id,
        "reference_claim": _claim(work, request.reference, customer.id),
        "status": Status.OPEN,
        "is_closed": False,
        "deferred": deferred,
        "fully_allocated": False,
        "on_hold_reason": "",
        "cancel_reason": "",
        "created": work.now,
        "created_by": work.access.login,
        "modified": work.now,
        "modified_by": work.access.login,
    }
    order_id: int = work.link.execute(insert(orders).values(values).returning(orders.c.id)).scalar_one()
    work.link.execute(
        insert(order_items),
        [
            _line_values(work, line, item_id) | {"order_id": order_id, "position": position, "version": 1}
            for position, (line, item_id) in enumerate(zip(request.lines, item_ids, strict=True))
        ],
    )
    if request.charges:
        charges.add(work, order_id, price(work, read_terms(work, customer.id), request.charges))
    if not deferred:
        allocation.allocate(work, order_id)
    return order_id


def replace(
    work: Work, order_id: int, request: OrderRequest, if_match: str | None, *, recalculate: bool = False
) -> None:
    """Put the request in the place of an open order and allocate it anew.

    A line keeps its number while its item stays: the number it was shown with, else the first of that
    item. A complete order stays complete. Charges that the system made stay, unless there are none at all
    in the request (a switch) or they are to be calculated anew.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is closed, cancelled or on hold.
        InvalidModel: something it names does not exist, its reference is taken, its customer changes, or
            lines are packed that would be gone.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    order_state.need_open(order, "Update")
    order_state.need_released(order, "Update")
    customer = find_customer(work, request.customer)
    if customer.id != order.customer_id:
        place = request.customer.place
        raise InvalidModel("ValueNotSupported", place, hint="An order keeps its customer.", value=customer.id)
    facility_id = find_facility(work, request.facility, customer.id)
    item_ids = find_items(work, [line.item for line in request.lines], customer.id)
    _check_reference(work, request.reference, customer.id, besides=order_id)
    check_carrier(work, request.members.get("routingInfo", {}), "routingInfo.carrier")
    allocation.deallocate(work, order_id)
    deferred = order.deferred and request.deferred is not False
    claim = _claim(work, request.reference, customer.id)
    order_state.change(
        work,
        order,
        facility_id=facility_id,
        reference_claim=claim,
        deferred=deferred,
        **_values(work, request),
    )
    if request.lines or work.switches.missing_lines is MissingLines.DELETE:
        _replace_lines(work, order_id, request.lines, item_ids)
    terms = read_terms(work, customer.id)
    _replace_charges(work, terms, order_id, request)
    if recalculate:
        charges.calculate(work, terms, order_id)
    if not deferred:
        allocation.allocate(work, order_id)


def _replace_charges(work: Work, terms: Terms, order_id: int, request: OrderRequest) -> None:
    if request.names_charges:
        charges.remove(work, order_id, system_generated=False)
        charges.add(work, order_id, price(work, terms, request.charges))
    elif work.switches.missing_billing is MissingBilling.DELETE:
        charges.remove_all(work, order_id)


def cancel(
    work: Work, order_id: int, reason: str, if_match: str | None, *, charge: Decimal = Decimal(0)
) -> None:
    """Cancel an open order and give its goods back; it may cost a ``charge``.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is closed or cancelled already, or on hold (a switch).
        InvalidModel: the charge is finer than the customer's currency.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    order_state.need_open(order, "Cancel")
    if work.switches.held_refuses_cancel:
        order_state.need_released(order, "Cancel")
    allocation.deallocate(work, order_id)
    suffix = f"-CANCELED-{order_id}" if work.switches.cancelled_reference_suffix else ""
    freed = suffix or work.switches.cancelled_frees_reference
    order_state.change(
        work,
        order,
        status=Status.CANCELLED,
        is_closed=work.switches.cancelled_is_closed,
        cancel_reason=reason,
        processed=work.now,
        reference=order.reference + suffix,
        reference_claim=None if freed else order.reference_claim,
    )
    if charge:
        asked = ChargeRequest("charge", _SPECIAL, charge, ())
        charges.add(work, order_id, price(work, read_terms(work, order.customer_id), [asked]))


def complete(work: Work, order_id: int, if_match: str | None) -> None:
    """Make an incomplete order complete and allocate it.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is complete already, closed, cancelled or on hold.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    order_state.need_open(order, "Complete")
    order_state.need_released(order, "Complete")
    if not order.deferred:
        raise NotAllowed("AlreadyCompleted", "Complete", "The order is complete.")
    order_state.change(work, order, deferred=False)
    allocation.allocate(work, order_id)


def allocate(work: Work, order_id: int, if_match: str | None) -> None:
    """Take stock for what an open order still lacks.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it lacks nothing, or is closed, cancelled or on hold.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    order_state.need_open(order, "Allocate")
    order_state.need_released(order, "Allocate")
    if order.fully_allocated:
        raise NotAllowed("FullyAllocated", "Allocate", "The order lacks nothing.")
    order_state.change(work, order)
    allocation.allocate(work, order_id)


def _values(work: Work, request: OrderRequest) -> dict[str, Any]:
    return {
        "reference": request.reference,
        "po_number": request.po_number,
        "external_id": request.external_id,
        "invoice_number": request.invoice_number,
        "members": request.members,
        "saved_elements": request.saved_elements,
        "sealed": work.sealer.seal(request.private),
        "purged": None,
    }


def _line_values(work: Work, line: LineRequest, item_id: int) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "qualifier": line.qualifier,
        "qty": line.qty,
        "fully_allocated": False,
        "members": line.members,
        "saved_elements": line.saved_elements,
        "sealed": work.sealer.seal(line.private) if line.private else "",
    }


def _replace_lines(work: Work, order_id: int, lines: tuple[LineRequest, ...], item_ids: list[int]) -> None:
    known = list(
        work.link.execute(
            select(order_items).where(order_items.c.order_id == order_id).order_by(order_items.c.position)
        )
    )
    claimed = {line.number for line in lines}
    for position, (line, item_id) in enumerate(zip(lines, item_ids, strict=True)):
        fitting = [row for row in known if row.item_id == item_id]
        same = next(
            (row for row in fitting if row.id == line.number),
            next((row for row in fitting if row.id not in claimed), None),
        )
        values = _line_values(work, line, item_id) | {"position": position}
        if same is None:
            work.link.execute(insert(order_items).values(values | {"order_id": order_id, "version": 1}))
            continue
        known.remove(same)
        changed = update(order_items).where(order_items.c.id == same.id)
        work.link.execute(changed.values(values | {"version": same.version + 1}))
    left_out = [row.id for row in known]
    contents.need_unpacked(work, left_out)
    work.link.execute(delete(order_items).where(order_items.c.id.in_(left_out)))
    contents.check_lines(work, order_id)


def _check_reference(work: Work, reference: str, customer_id: int, *, besides: int = 0) -> None:
    """Refuse a reference that is taken; the unique column catches those who pass here together."""
    if work.switches.duplicate_scope is DuplicateScope.NONE:
        return
    taken = select(orders.c.id).where(
        orders.c.reference == reference, orders.c.id != besides, _in_scope(work, customer_id)
    )
    if work.link.execute(taken).first() is not None:
        hint = "There is an order with this reference."
        raise InvalidModel("Duplicate", "referenceNum", hint=hint, value=reference)


def _in_scope(work: Work, customer_id: int) -> ColumnElement[bool]:
    everywhere = work.switches.duplicate_scope is DuplicateScope.WAREHOUSE
    counts = true() if everywhere else orders.c.customer_id == customer_id
    if work.switches.cancelled_frees_reference:
        counts &= or_(orders.c.status != Status.CANCELLED, orders.c.reference_claim.is_not(None))
    return counts


def _claim(work: Work, reference: str, customer_id: int) -> str | None:
    match work.switches.duplicate_scope:
        case DuplicateScope.CUSTOMER:
            return f"{customer_id}/{reference}"
        case DuplicateScope.WAREHOUSE:
            return f"*/{reference}"
    return None
