"""The endpoints that route, close and reopen orders, and the carriers to route them with."""

from dockwire.warehouse import carriers, closing, closing_many, routing
from dockwire.warehouse.close_request import read_closing, read_closing_many
from dockwire.warehouse.holding import read_order_ids
from dockwire.warehouse.problems import Fault, SomeFailed
from dockwire.warehouse.web.calls import Answer, Call, Endpoint
from dockwire.warehouse.work import CLOSING_ROLE, Work

_NO_CONTENT = 204


def _routing(call: Call) -> Answer:
    order_id = call.number("order_id")
    shown, etag = call.read("OrderView", lambda work: routing.show(work, order_id))
    return Answer(200, shown, etag)


def _put_routing(call: Call) -> Answer:
    order_id = call.number("order_id")
    given = routing.read_routing(call.body(), switches=call.warehouse.switches, zone=call.warehouse.zone)

    def put(work: Work) -> Answer:
        routing.put(work, order_id, given, call.if_match)
        return Answer(200, *routing.show(work, order_id))

    return call.write("OrderEdit", put)


def _close(call: Call) -> Answer:
    order_id = call.number("order_id")
    request = read_closing(call.body(), switches=call.warehouse.switches, zone=call.warehouse.zone)
    call.write(CLOSING_ROLE, lambda work: closing.close(work, order_id, request, call.if_match))
    return Answer(_NO_CONTENT)


def _reopen(call: Call) -> Answer:
    order_id = call.number("order_id")
    call.write(CLOSING_ROLE, lambda work: closing.reopen(work, order_id, call.if_match))
    return Answer(_NO_CONTENT)


def _close_many(call: Call) -> Answer:
    request = read_closing_many(call.body(), switches=call.warehouse.switches, zone=call.warehouse.zone)
    return _all_done(call.write(CLOSING_ROLE, lambda work: closing_many.close_many(work, request)))


def _reopen_many(call: Call) -> Answer:
    order_ids = read_order_ids(call.body())
    return _all_done(call.write(CLOSING_ROLE, lambda work: closing_many.reopen_many(work, order_ids)))


def _all_done(faults: list[Fault]) -> Answer:
    # Told only now: what could be changed is kept.
    if faults:
        raise SomeFailed(faults)
    return Answer(_NO_CONTENT)


def _carriers(call: Call) -> Answer:
    return Answer(shown=call.read("ReadPropertiesThirdParty", carriers.list_carriers))


ENDPOINTS = (
    Endpoint("GET", "/orders/{order_id}/routing", _routing),
    Endpoint("PUT", "/orders/{order_id}/routing", _put_routing),
    Endpoint("POST", "/orders/{order_id}/confirmer", _close),
    Endpoint("POST", "/orders/{order_id}/unconfirmer", _reopen),
    Endpoint("POST", "/orders/confirmer", _close_many),
    Endpoint("POST", "/orders/unconfirmer", _reopen_many),
    Endpoint("GET", "/properties/carriers", _carriers),
)
