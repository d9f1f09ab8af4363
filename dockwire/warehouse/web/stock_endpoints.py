"""The endpoints under ``/inventory``."""

from dockwire.warehouse.web.calls import Answer, Call, Endpoint


def _receive(call: Call) -> Answer:
    receiver, etag = call.warehouse.receive(call.access, call.body())
    return Answer(201, receiver, etag)


def _summaries(call: Call) -> Answer:
    return Answer(shown=call.warehouse.stock_summaries(call.access, call.parameters))


def _details(call: Call) -> Answer:
    return Answer(shown=call.warehouse.stock_details(call.access, call.parameters))


ENDPOINTS = (
    Endpoint("POST", "/inventory/receivers", _receive),
    Endpoint("GET", "/inventory/stocksummaries", _summaries),
    Endpoint("GET", "/inventory/stockdetails", _details),
)
