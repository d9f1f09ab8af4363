"""The endpoints under ``/orders``."""

from decimal import Decimal

from dockwire.warehouse.holding import Hold, read_order_ids
from dockwire.warehouse.members import Members
from dockwire.warehouse.order_queries import read_detail
from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.web.calls import Answer, Call, Endpoint

_NO_CONTENT = 204


def _create(call: Call) -> Answer:
    order, etag = call.warehouse.create_order(call.access, call.body())
    return Answer(201, order, etag)


def _list(call: Call) -> Answer:
    return Answer(shown=call.warehouse.orders(call.access, call.parameters))


def _summaries(call: Call) -> Answer:
    return Answer(shown=call.warehouse.order_summaries(call.access, call.parameters))


def _read(call: Call) -> Answer:
    detail = read_detail(call.parameters)
    order, etag = call.warehouse.order(call.access, call.number("order_id"), detail)
    return Answer(200, order, etag)


def _replace(call: Call) -> Answer:
    detail = read_detail(call.parameters)
    recalculate = call.parameters.flag("recalcautocharges")
    order, etag = call.warehouse.replace_order(
        call.access, call.number("order_id"), call.body(), call.if_match, detail, recalculate=recalculate
    )
    return Answer(200, order, etag)


def _cancel(call: Call) -> Answer:
    body = Members(call.body(), model="CancelInfo")
    if body.has("invoiceCreationInfo"):
        raise body.invalid("invoiceCreationInfo", "ValueNotSupported", "This warehouse makes no invoices.")
    charge = body.money("charge") or Decimal(0)
    if charge < 0:
        raise body.invalid("charge", "ValueNotSupported", "charge is below 0.")
    limit = call.warehouse.switches.limits.notes
    reason = body.text("reason", limit=limit, required=True)
    order_id = call.number("order_id")
    call.warehouse.cancel_order(call.access, order_id, reason, call.if_match, charge=charge)
    return Answer(_NO_CONTENT)


def _complete(call: Call) -> Answer:
    call.warehouse.complete_order(call.access, call.number("order_id"), call.if_match)
    return Answer(_NO_CONTENT)


def _allocate(call: Call) -> Answer:
    if Members(call.body() if call.content else {}).has("proposedAllocations"):
        raise Members({}).invalid("proposedAllocations", "ValueNotSupported", "Send {} to allocate by age.")
    call.warehouse.allocate_order(call.access, call.number("order_id"), call.if_match)
    return Answer(_NO_CONTENT)


def _hold(call: Call) -> Answer:
    hold = Hold(
        reason=call.parameters.text("holdReason").strip(),
        deallocate=call.parameters.flag("deallocate"),
        release=call.parameters.flag("release"),
    )
    if not hold.reason and not hold.release:
        raise BadQuery("Required", "holdReason", "holdReason is required unless release is true.")
    result = call.warehouse.hold_orders(call.access, read_order_ids(call.body()), hold)
    return Answer(shown=result)


ENDPOINTS = (
    Endpoint("GET", "/orders", _list),
    Endpoint("POST", "/orders", _create),
    Endpoint("GET", "/orders/summaries", _summaries),
    Endpoint("PUT", "/orders/orderholder", _hold),
    Endpoint("GET", "/orders/{order_id}", _read),
    Endpoint("PUT", "/orders/{order_id}", _replace),
    Endpoint("POST", "/orders/{order_id}/canceler", _cancel),
    Endpoint("POST", "/orders/{order_id}/completer", _complete),
    Endpoint("PUT", "/orders/{order_id}/allocator", _allocate),
)
