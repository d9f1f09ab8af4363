"""Reading orders: one, a page of many, and the short form for light polls."""

from sqlalchemy import Row

from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.order_view import Detail, joined_orders, show_orders
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.resources import RELS, Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.tables import customers, facilities, orders
from dockwire.warehouse.work import Work

_DETAILS = {
    "none",
    "orderitems",
    "billingdetails",
    "savedelements",
    "packages",
    "contacts",
    "proposedbilling",
    "outboundserialnumbers",
    "smallparcel",
    "parceloptions",
    "inserts",
    "all",
}
_ITEM_DETAILS = {"none", "savedelements", "allocations", "all", "allocationswithdetail"}

_READ_ONLY = {
    "orderid": Name(orders.c.id, Sort.WHOLE),
    "customeridentifier.id": Name(orders.c.customer_id, Sort.WHOLE),
    "customeridentifier.name": Name(customers.c.name),
    "customeridentifier.externalid": Name(customers.c.external_id),
    "facilityidentifier.id": Name(orders.c.facility_id, Sort.WHOLE),
    "facilityidentifier.name": Name(facilities.c.name),
    "status": Name(orders.c.status, Sort.WHOLE),
    "isclosed": Name(orders.c.is_closed, Sort.FLAG),
    "fullyallocated": Name(orders.c.fully_allocated, Sort.FLAG),
    "defernotification": Name(orders.c.deferred, Sort.FLAG),
    "creationdate": Name(orders.c.created, Sort.TIME),
    "lastmodifieddate": Name(orders.c.modified, Sort.TIME),
    "processdate": Name(orders.c.processed, Sort.TIME),
    "onholddate": Name(orders.c.on_hold_date, Sort.TIME),
}

NAMES: Names = {
    **{f"readonly.{name}": meaning for name, meaning in _READ_ONLY.items()},
    "referencenum": Name(orders.c.reference),
    "ponum": Name(orders.c.po_number),
    "externalid": Name(orders.c.external_id),
    "invoicenumber": Name(orders.c.invoice_number),
}
"""What ``rql`` and ``sort`` of ``/orders`` know."""


def read_detail(parameters: Parameters) -> Detail:
    """Read ``detail`` and ``itemdetail``; parts that this warehouse does not keep show nothing.

    Raises:
        BadQuery: one names a part that does not exist.
    """
    detail, item_detail = parameters.words("detail"), parameters.words("itemdetail")
    for name, words, known in (("detail", detail, _DETAILS), ("itemdetail", item_detail, _ITEM_DETAILS)):
        if words - known:
            raise BadQuery("NotParsable", name, f"{name} does not know {', '.join(sorted(words - known))}.")
    everything, all_of_lines = "all" in detail, "all" in item_detail
    return Detail(
        lines=everything or "orderitems" in detail,
        saved_elements=everything or "savedelements" in detail,
        contacts=everything or "contacts" in detail,
        billing=everything or "billingdetails" in detail,
        packages=everything or "packages" in detail,
        line_saved_elements=all_of_lines or "savedelements" in item_detail,
        line_allocations=all_of_lines or bool(item_detail & {"allocations", "allocationswithdetail"}),
    )


def list_orders(work: Work, parameters: Parameters) -> Page:
    """Return a page of ``/orders``.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    parameters.refuse(("markforlistid", "skulist", "skucontains", "hvpbatchname", "upclist"))
    window = Window.read(parameters, default=100, largest=1000)
    detail = read_detail(parameters)
    rows, total = _select(work, parameters, window)
    return Page(f"{RELS}/orders/order", show_orders(work, rows, detail), total, window.number, window.size)


def list_summaries(work: Work, parameters: Parameters) -> Page:
    """Return a page of ``/orders/summaries``.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    parameters.refuse(("orderidcontains", "receiverid"))
    window = Window.read(parameters, default=100, largest=1000)
    rows, total = _select(work, parameters, window)
    return Page("item", [_summary(work, row) for row in rows], total, window.number, window.size)


def _select(work: Work, parameters: Parameters, window: Window) -> tuple[list[Row[tuple[object, ...]]], int]:
    visible = joined_orders().where(work.access.sees(orders.c.customer_id))
    return select_page(work, visible, parameters, window=window, names=NAMES, keys=(orders.c.id,))


def _summary(work: Work, row: Row[tuple[object, ...]]) -> Resource:
    return {
        "orderId": row.id,
        "referenceNum": row.reference,
        "poNum": row.po_number or None,
        "fullyAllocated": row.fully_allocated,
        "customer": row.customer_name,
        "facility": row.facility_name,
        "creationDate": to_wire(row.created, work.zone),
        "isClosed": row.is_closed,
    }
