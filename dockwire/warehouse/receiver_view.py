"""Receivers as resources: one, or a page of many."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from dockwire.warehouse.document_view import document_state
from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.order_state import etag
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.problems import BadQuery, Missing
from dockwire.warehouse.quantities import left_of, shipped
from dockwire.warehouse.receiving import RECEIVED
from dockwire.warehouse.resources import RELS, Listing, Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.tables import customers, facilities, items, receive_items, receivers
from dockwire.warehouse.work import Work

_READ_ONLY = {
    "receiverid": Name(receivers.c.id, Sort.WHOLE),
    "customeridentifier.id": Name(receivers.c.customer_id, Sort.WHOLE),
    "customeridentifier.name": Name(customers.c.name),
    "facilityidentifier.id": Name(receivers.c.facility_id, Sort.WHOLE),
    "facilityidentifier.name": Name(facilities.c.name),
    "status": Name(receivers.c.status, Sort.WHOLE),
    "creationdate": Name(receivers.c.created, Sort.TIME),
    "lastmodifieddate": Name(receivers.c.modified, Sort.TIME),
}

NAMES: Names = {
    **{f"readonly.{name}": meaning for name, meaning in _READ_ONLY.items()},
    "referencenum": Name(receivers.c.reference),
    "arrivaldate": Name(receivers.c.arrived, Sort.TIME),
}
"""What ``rql`` and ``sort`` of ``/inventory/receivers`` know."""

_DETAILS = {"none", "receiveitems", "billingdetails", "savedelements", "proposedbilling", "all"}


def read_detail(parameters: Parameters) -> bool:
    """Read ``detail`` and tell whether the items are wanted; parts that are not kept show nothing.

    Raises:
        BadQuery: a word of it is unknown.
    """
    words = parameters.words("detail")
    if unknown := words - _DETAILS:
        raise BadQuery("NotParsable", "detail", f"detail does not know {', '.join(sorted(unknown))}.")
    return bool(words & {"receiveitems", "all"})


def show_receiver(work: Work, number: int, *, with_items: bool = True) -> tuple[Resource, str]:
    """Return one receiver and its ETag.

    Raises:
        Missing: there is none that the caller may see.
    """
    row = work.link.execute(_receivers(work).where(receivers.c.id == number)).first()
    if row is None:
        raise Missing("The receiver")
    (shown,) = _show(work, [row], with_items=with_items)
    return shown, etag("receiver", row.id, row.version)


def list_receivers(work: Work, parameters: Parameters) -> Page:
    """Return a page of receivers.

    Raises:
        BadQuery: a parameter cannot be understood, or is not done here.
    """
    parameters.refuse(("purchaseorderid", "receivertype"))
    with_items = read_detail(parameters)
    window = Window.read(parameters, default=100, largest=500)
    rows, total = select_page(
        work, _receivers(work), parameters, window=window, names=NAMES, keys=(receivers.c.id,)
    )
    shown = _show(work, rows, with_items=with_items)
    return Page(f"{RELS}/inventory/receiver", shown, total, window.number, window.size)


def _receivers(work: Work) -> Select[Any]:
    return (
        select(
            receivers,
            customers.c.name.label("customer"),
            customers.c.external_id,
            facilities.c.name.label("facility"),
        )
        .join(customers, customers.c.id == receivers.c.customer_id)
        .join(facilities, facilities.c.id == receivers.c.facility_id)
        .where(work.access.sees(receivers.c.customer_id))
    )


def _show(work: Work, rows: Sequence[Row[Any]], *, with_items: bool) -> list[Resource]:
    lines = _lines(work, [row.id for row in rows]) if with_items else {}
    shown = [_header(work, row) for row in rows]
    if with_items:
        for row, resource in zip(rows, shown, strict=True):
            resource["receiveItems"] = Listing(RECEIVED, lines[row.id])
    return shown


def _header(work: Work, row: Row[Any]) -> Resource:
    return {
        "readOnly": {
            "receiverId": row.id,
            "receiverType": 0,
            **document_state(work, row),
        },
        "referenceNum": row.reference,
        "arrivalDate": to_wire(row.arrived, work.zone),
        **row.members,
        "_self": f"/inventory/receivers/{row.id}",
    }


def _lines(work: Work, numbers: Sequence[int]) -> dict[int, list[Resource]]:
    rows = work.link.execute(
        select(receive_items, items.c.sku, shipped().label("shipped"))
        .join(items, items.c.id == receive_items.c.item_id)
        .where(receive_items.c.receiver_id.in_(numbers))
        .order_by(receive_items.c.id)
    )
    lines: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        lines[row.receiver_id].append(_line(row))
    return lines


def _line(row: Row[Any]) -> Resource:
    levels = {"onHand": row.received + row.adjusted - row.shipped, "available": left_of(row)}
    return {
        "readOnly": {"receiveItemId": row.id, "expectedQty": None, "inventoryLevels": levels},
        "itemIdentifier": {"sku": row.sku, "id": row.item_id},
        "qualifier": row.qualifier,
        "qty": row.expected,
        "lotNumber": row.lot_number or None,
        "onHold": row.on_hold,
        "onHoldReason": row.on_hold_reason or None,
    }
