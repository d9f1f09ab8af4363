"""The endpoints of customers, their items, and facilities."""

from dockwire.warehouse.web.calls import Answer, Call, Endpoint


def _customers(call: Call) -> Answer:
    return Answer(shown=call.warehouse.customers(call.access, call.parameters))


def _customer(call: Call) -> Answer:
    customer, etag = call.warehouse.customer(call.access, call.number("customer_id"))
    return Answer(200, customer, etag)


def _items(call: Call) -> Answer:
    return Answer(shown=call.warehouse.items(call.access, call.number("customer_id"), call.parameters))


def _aliases(call: Call) -> Answer:
    return Answer(shown=call.warehouse.item_aliases(call.access, call.number("customer_id"), call.parameters))


def _facilities(call: Call) -> Answer:
    return Answer(shown=call.warehouse.facilities(call.access, call.parameters))


ENDPOINTS = (
    Endpoint("GET", "/customers", _customers),
    Endpoint("GET", "/customers/{customer_id}", _customer),
    Endpoint("GET", "/customers/{customer_id}/items", _items),
    Endpoint("GET", "/customers/{customer_id}/itemaliases", _aliases),
    Endpoint("GET", "/properties/facilities", _facilities),
)
