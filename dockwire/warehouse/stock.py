"""Stock as resources: sums per item, and the receive items behind them.

``allocated`` includes what has shipped, as the vendor's "stocksummaries" page says; ``available`` is
what an order could still take.
"""

from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy import cast as sql_cast

from dockwire.warehouse.backlog import ordered_not_allocated
from dockwire.warehouse.columns import Quantity
from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.quantities import COUNTED, IN_STOCK, LEFT, left_of, shipped
from dockwire.warehouse.resources import Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.tables import items, receive_items
from dockwire.warehouse.work import Work

_ITEM_AND_PLACE: dict[str, Name] = {
    "itemidentifier.id": Name(items.c.id, Sort.WHOLE),
    "itemidentifier.sku": Name(items.c.sku),
    "sku": Name(items.c.sku),
    "qualifier": Name(receive_items.c.qualifier),
    "facilityid": Name(receive_items.c.facility_id, Sort.WHOLE),
}

SUMMARY_NAMES: Names = _ITEM_AND_PLACE
"""What ``rql`` and ``sort`` of ``/inventory/stocksummaries`` know; there is no customer among it."""

DETAIL_NAMES: Names = {
    **_ITEM_AND_PLACE,
    "receiveitemid": Name(receive_items.c.id, Sort.WHOLE),
    "receiverid": Name(receive_items.c.receiver_id, Sort.WHOLE),
    "receiveddate": Name(receive_items.c.created, Sort.TIME),
    "isonhold": Name(receive_items.c.on_hold, Sort.FLAG),
}
"""What ``rql`` and ``sort`` of ``/inventory/stockdetails`` know."""


def list_summaries(work: Work, parameters: Parameters) -> Page:
    """Return a page of stock per item, qualifier and facility.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    window = Window.read(parameters, default=100, largest=500)
    keys = (receive_items.c.facility_id, receive_items.c.item_id, receive_items.c.qualifier)
    statement = (
        select(
            *keys,
            items.c.sku,
            _sum(received(work)).label("received"),
            _sum(COUNTED).label("counted"),
            _sum(receive_items.c.allocated).label("allocated"),
            _sum(case((receive_items.c.on_hold, 0), else_=LEFT)).label("available"),
            _sum(case((receive_items.c.on_hold, LEFT), else_=0)).label("on_hold"),
            _sum(shipped()).label("shipped"),
        )
        .join(items, items.c.id == receive_items.c.item_id)
        .where(work.access.sees(receive_items.c.customer_id), IN_STOCK)
        .group_by(*keys, items.c.id, items.c.sku)
    )
    rows, total = select_page(work, statement, parameters, window=window, names=SUMMARY_NAMES, keys=keys)
    wanted = parameters.flag("orderednotallocated")
    backlog = ordered_not_allocated(work, {row.item_id for row in rows}) if wanted else None
    summaries = [_summary(row) for row in rows]
    for row, summary in zip(rows, summaries, strict=True):
        if backlog is not None:
            summary["orderedNotAllocated"] = backlog[row.facility_id, row.item_id, row.qualifier]
    return Page("", summaries, total, window.number, window.size, bare="summaries")


def list_details(work: Work, parameters: Parameters) -> Page:
    """Return a page of one customer's receive items in one facility.

    Raises:
        BadQuery: ``customerid`` or ``facilityid`` is missing, or a parameter cannot be understood.
    """
    customer_id = parameters.need_whole("customerid")
    facility_id = parameters.need_whole("facilityid")
    window = Window.read(parameters, default=100, largest=500)
    statement = (
        select(
            receive_items,
            items.c.sku,
            received(work).label("shown_received"),
            shipped().label("shipped"),
        )
        .join(items, items.c.id == receive_items.c.item_id)
        .where(
            receive_items.c.customer_id == customer_id,
            receive_items.c.facility_id == facility_id,
            work.access.sees(receive_items.c.customer_id),
            IN_STOCK,
        )
    )
    rows, total = select_page(
        work, statement, parameters, window=window, names=DETAIL_NAMES, keys=(receive_items.c.id,)
    )
    return Page("item", [_detail(work, row) for row in rows], total, window.number, window.size)


def received(work: Work) -> ColumnElement[Any]:
    """Return what is shown as received of a receive item, by the house rules."""
    return COUNTED if work.switches.adjustments_count_as_received else receive_items.c.received


def _sum(column: ColumnElement[Any]) -> ColumnElement[object]:
    return func.sum(sql_cast(column, Quantity), type_=Quantity)


def _summary(row: Row[tuple[object, ...]]) -> Resource:
    return {
        "itemIdentifier": {"sku": row.sku, "id": row.item_id},
        "qualifier": row.qualifier,
        "facilityId": row.facility_id,
        "totalReceived": row.received,
        "allocated": row.allocated,
        "available": row.available,
        "onHold": row.on_hold,
        "onHand": row.counted - row.shipped,
        "orderedNotAllocated": None,
    }


def _detail(work: Work, row: Row[tuple[object, ...]]) -> Resource:
    return {
        "receiveItemId": row.id,
        "receiverId": row.receiver_id,
        "itemIdentifier": {"sku": row.sku, "id": row.item_id},
        "qualifier": row.qualifier,
        "received": row.shown_received,
        "available": left_of(row),
        "isOnHold": row.on_hold,
        "quarantined": row.quarantined,
        "onHand": row.received + row.adjusted - row.shipped,
        "lotNumber": row.lot_number or None,
        "receivedDate": to_wire(row.created, work.zone),
    }
