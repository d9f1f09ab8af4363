"""The endpoints of the packages of an order."""

from dockwire.warehouse import package_view, packing
from dockwire.warehouse.package_request import PackageRequest, read_package
from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.web.calls import Answer, Call, Endpoint
from dockwire.warehouse.work import Work

_PATH = "/orders/{order_id}/packages"


def _list(call: Call) -> Answer:
    order_id = call.number("order_id")
    return Answer(shown=call.read("OrderView", lambda work: package_view.list_packages(work, order_id)))


def _read(call: Call) -> Answer:
    order_id, package_id = call.number("order_id"), call.number("package_id")
    found = call.read("OrderView", lambda work: package_view.read_package(work, order_id, package_id))
    return Answer(200, *found)


def _add(call: Call) -> Answer:
    order_id, package = call.number("order_id"), _package(call)

    def add(work: Work) -> Answer:
        package_id = packing.add(work, order_id, package, call.if_match)
        return Answer(201, *package_view.read_package(work, order_id, package_id))

    return call.write("OrderEdit", add)


def _replace(call: Call) -> Answer:
    order_id, package_id, package = call.number("order_id"), call.number("package_id"), _package(call)
    empty = call.parameters.flag("deleteAllContents")

    def replace(work: Work) -> Answer:
        packing.replace(work, order_id, package_id, package, if_match=call.if_match, empty=empty)
        return Answer(200, *package_view.read_package(work, order_id, package_id))

    return call.write("OrderEdit", replace)


def _remove(call: Call) -> Answer:
    order_id, package_id = call.number("order_id"), call.number("package_id")
    call.write("OrderEdit", lambda work: packing.remove(work, order_id, package_id, call.if_match))
    return Answer(204)


def _package(call: Call) -> PackageRequest:
    for name in ("calculateWeight", "calculateDims"):
        if call.parameters.flag(name):
            raise BadQuery("NotParsable", name, "This warehouse knows neither weights nor sizes of items.")
    return read_package(call.body(), call.warehouse.switches.limits)


ENDPOINTS = (
    Endpoint("GET", _PATH, _list),
    Endpoint("POST", _PATH, _add),
    Endpoint("GET", f"{_PATH}/{{package_id}}", _read),
    Endpoint("PUT", f"{_PATH}/{{package_id}}", _replace),
    Endpoint("DELETE", f"{_PATH}/{{package_id}}", _remove),
)
