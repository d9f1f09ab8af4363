"""The endpoints under ``/inventory``."""

from dockwire.warehouse import adjusting, receiving
from dockwire.warehouse.adjustment_view import list_adjustments, show_adjustment
from dockwire.warehouse.inventory import list_inventory
from dockwire.warehouse.members import Members
from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.receiver_view import list_receivers, read_detail, show_receiver
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.stock_holding import StockHold, hold_stock, read_receive_item_ids
from dockwire.warehouse.web.calls import Answer, Call, Endpoint
from dockwire.warehouse.work import ADJUSTING_ROLE, RECEIVING_ROLE, STOCK_ROLE, Work

_NO_CONTENT = 204


def _receive(call: Call) -> Answer:
    receiver, etag = call.warehouse.receive(call.access, call.body())
    return Answer(201, receiver, etag)


def _receivers(call: Call) -> Answer:
    return Answer(shown=call.read("ReceiverView", lambda work: list_receivers(work, call.parameters)))


def _receiver(call: Call) -> Answer:
    number, with_items = call.number("receiver_id"), read_detail(call.parameters)
    receiver, etag = call.read(
        "ReceiverView", lambda work: show_receiver(work, number, with_items=with_items)
    )
    return Answer(200, receiver, etag)


def _confirm(call: Call) -> Answer:
    body = Members(call.body() if call.content else {}, model="ReceiverConfirmInfo")
    body.refuse("billing", "invoiceCreationInfo")
    arrived = receiving.read_arrival(body, call.warehouse.zone)
    number = call.number("receiver_id")
    call.write(RECEIVING_ROLE, lambda work: receiving.confirm(work, number, call.if_match, arrived))
    return Answer(_NO_CONTENT)


def _cancel(call: Call) -> Answer:
    body = Members(call.body(), model="CancelInfo")
    body.text("reason", limit=call.warehouse.switches.limits.notes, required=True)
    number = call.number("receiver_id")
    call.write(RECEIVING_ROLE, lambda work: receiving.cancel(work, number, call.if_match))
    return Answer(_NO_CONTENT)


def _summaries(call: Call) -> Answer:
    return Answer(shown=call.warehouse.stock_summaries(call.access, call.parameters))


def _details(call: Call) -> Answer:
    return Answer(shown=call.warehouse.stock_details(call.access, call.parameters))


def _inventory(call: Call) -> Answer:
    return Answer(shown=call.read(STOCK_ROLE, lambda work: list_inventory(work, call.parameters)))


def _adjust(call: Call) -> Answer:
    commit = not call.parameters.flag("noCommit")
    adjustment, etag = call.warehouse.adjust(call.access, call.body(), commit=commit)
    return Answer(201, adjustment, etag)


def _adjustments(call: Call) -> Answer:
    return Answer(shown=call.read(STOCK_ROLE, lambda work: list_adjustments(work, call.parameters)))


def _adjustment(call: Call) -> Answer:
    number = call.number("adjustment_id")
    adjustment, etag = call.read(STOCK_ROLE, lambda work: show_adjustment(work, number))
    return Answer(200, adjustment, etag)


def _reverse(call: Call) -> Answer:
    number = call.number("adjustment_id")

    def reverse(work: Work) -> tuple[Resource, str]:
        adjusting.reverse(work, number, call.if_match)
        return show_adjustment(work, number)

    adjustment, etag = call.write(ADJUSTING_ROLE, reverse)
    return Answer(200, adjustment, etag)


def _hold(call: Call) -> Answer:
    hold = StockHold(
        reason=call.parameters.text("holdReason").strip(), release=call.parameters.flag("release")
    )
    if not hold.reason and not hold.release:
        raise BadQuery("Required", "holdReason", "holdReason is required unless release is true.")
    numbers = read_receive_item_ids(call.body())
    return Answer(shown=call.write(ADJUSTING_ROLE, lambda work: hold_stock(work, numbers, hold)))


ENDPOINTS = (
    Endpoint("GET", "/inventory", _inventory),
    Endpoint("GET", "/inventory/receivers", _receivers),
    Endpoint("POST", "/inventory/receivers", _receive),
    Endpoint("GET", "/inventory/receivers/{receiver_id}", _receiver),
    Endpoint("POST", "/inventory/receivers/{receiver_id}/confirmer", _confirm),
    Endpoint("POST", "/inventory/receivers/{receiver_id}/canceler", _cancel),
    Endpoint("GET", "/inventory/stocksummaries", _summaries),
    Endpoint("GET", "/inventory/stockdetails", _details),
    Endpoint("GET", "/inventory/adjustments", _adjustments),
    Endpoint("POST", "/inventory/adjustments", _adjust),
    Endpoint("GET", "/inventory/adjustments/{adjustment_id}", _adjustment),
    Endpoint("POST", "/inventory/adjustmentreverser/{adjustment_id}", _reverse),
    Endpoint("PUT", "/inventory/holder", _hold),
)
