"""Adjustments as resources: one, or a page of many."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from dockwire.warehouse.adjustment_request import ADJUSTED
from dockwire.warehouse.document_view import document_state
from dockwire.warehouse.order_state import etag
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.resources import RELS, Listing, Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.stock_tables import adjustment_items, adjustments
from dockwire.warehouse.tables import customers, facilities, items, receive_items
from dockwire.warehouse.work import Work

_READ_ONLY = {
    "adjustmentid": Name(adjustments.c.id, Sort.WHOLE),
    "customeridentifier.id": Name(adjustments.c.customer_id, Sort.WHOLE),
    "customeridentifier.name": Name(customers.c.name),
    "facilityidentifier.id": Name(adjustments.c.facility_id, Sort.WHOLE),
    "facilityidentifier.name": Name(facilities.c.name),
    "status": Name(adjustments.c.status, Sort.WHOLE),
    "creationdate": Name(adjustments.c.created, Sort.TIME),
    "lastmodifieddate": Name(adjustments.c.modified, Sort.TIME),
}

NAMES: Names = {
    **{f"readonly.{name}": meaning for name, meaning in _READ_ONLY.items()},
    "referencenum": Name(adjustments.c.reference),
}
"""What ``rql`` and ``sort`` of ``/inventory/adjustments`` know."""


def show_adjustment(work: Work, number: int) -> tuple[Resource, str]:
    """Return one adjustment and its ETag.

    Raises:
        Missing: there is none that the caller may see.
    """
    row = work.link.execute(_adjustments(work).where(adjustments.c.id == number)).first()
    if row is None:
        raise Missing("The adjustment")
    return _show(work, [row])[0], etag("adjustment", row.id, row.version)


def list_adjustments(work: Work, parameters: Parameters) -> Page:
    """Return a page of adjustments.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    window = Window.read(parameters, default=100, largest=500)
    rows, total = select_page(
        work, _adjustments(work), parameters, window=window, names=NAMES, keys=(adjustments.c.id,)
    )
    return Page(f"{RELS}/inventory/adjustment", _show(work, rows), total, window.number, window.size)


def _adjustments(work: Work) -> Select[Any]:
    return (
        select(
            adjustments,
            customers.c.name.label("customer"),
            customers.c.external_id,
            facilities.c.name.label("facility"),
        )
        .join(customers, customers.c.id == adjustments.c.customer_id)
        .join(facilities, facilities.c.id == adjustments.c.facility_id)
        .where(work.access.sees(adjustments.c.customer_id))
    )


def _show(work: Work, rows: Sequence[Row[Any]]) -> list[Resource]:
    lines = _lines(work, [row.id for row in rows])
    return [
        {
            "readOnly": {
                "adjustmentId": row.id,
                **document_state(work, row),
            },
            "referenceNum": row.reference,
            "reason": row.reason or None,
            "adjustmentItems": Listing(ADJUSTED, lines[row.id]),
            "_self": f"/inventory/adjustments/{row.id}",
        }
        for row in rows
    ]


def _lines(work: Work, numbers: Sequence[int]) -> dict[int, list[Resource]]:
    rows = work.link.execute(
        select(
            adjustment_items,
            receive_items.c.item_id,
            receive_items.c.qualifier,
            receive_items.c.lot_number,
            items.c.sku,
        )
        .join(receive_items, receive_items.c.id == adjustment_items.c.receive_item_id)
        .join(items, items.c.id == receive_items.c.item_id)
        .where(adjustment_items.c.adjustment_id.in_(numbers))
        .order_by(adjustment_items.c.adjustment_id, adjustment_items.c.position)
    )
    lines: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        lines[row.adjustment_id].append(
            {
                "receiveItemId": row.receive_item_id,
                "itemIdentifier": {"sku": row.sku, "id": row.item_id},
                "qualifier": row.qualifier,
                "lotNumber": row.lot_number or None,
                "qty": row.qty,
            }
        )
    return lines
