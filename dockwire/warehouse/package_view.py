"""Packages as resources, by themselves and inside their order."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from dockwire.warehouse.closing_tables import package_contents, packages
from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.order_state import etag
from dockwire.warehouse.package_request import CONTENTS
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.resources import RELS, Listing, Page, Resource
from dockwire.warehouse.tables import orders
from dockwire.warehouse.work import Work

_Contents = dict[int, list[Resource]]


def list_packages(work: Work, order_id: int) -> Page:
    """Return all packages of an order on one page.

    Raises:
        Missing: there is no order that the caller may see.
    """
    mine = select(orders.c.id).where(orders.c.id == order_id, work.access.sees(orders.c.customer_id))
    if work.link.execute(mine).first() is None:
        raise Missing("The order")
    rows, contents = _read(work, packages.c.order_id == order_id)
    shown = [_alone(work, row, contents) for row in rows]
    return Page(f"{RELS}/orders/package", shown, len(shown))


def read_package(work: Work, order_id: int, package_id: int) -> tuple[Resource, str]:
    """Return one package and its ETag.

    Raises:
        Missing: there is no such package, or not in an order that the caller may see.
    """
    list_packages(work, order_id)
    rows, contents = _read(work, (packages.c.id == package_id) & (packages.c.order_id == order_id))
    if not rows:
        raise Missing("The package")
    return _alone(work, rows[0], contents), etag("package", package_id, rows[0].version)


def show_packages(work: Work, order_ids: Sequence[int]) -> dict[int, list[Resource]]:
    """Return ``readOnly.packages`` of each order; what is read-only in a package stands beside the rest."""
    rows, contents = _read(work, packages.c.order_id.in_(order_ids))
    shown: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        package = _package(work, row) | _read_only(row) | {"packageContents": contents.get(row.id, [])}
        shown[row.order_id].append(package)
    return shown


def _read(work: Work, which: ColumnElement[bool]) -> tuple[Sequence[Row[Any]], _Contents]:
    rows = work.link.execute(select(packages).where(which).order_by(packages.c.id)).all()
    contents: _Contents = defaultdict(list)
    for row in work.link.execute(
        select(package_contents)
        .join(packages, packages.c.id == package_contents.c.package_id)
        .where(which)
        .order_by(package_contents.c.id)
    ):
        contents[row.package_id].append(_content(work, row))
    return rows, contents


def _alone(work: Work, row: Row[Any], contents: _Contents) -> Resource:
    return _package(work, row) | {
        "readOnly": _read_only(row),
        "packageContents": Listing(CONTENTS, contents.get(row.id, [])),
        "_self": f"/orders/{row.order_id}/packages/{row.id}",
    }


def _package(work: Work, row: Row[Any]) -> Resource:
    return {
        "packageId": row.id,
        "packageTypeId": row.type_id,
        "length": row.length,
        "width": row.width,
        "height": row.height,
        "weight": row.weight,
        "codAmount": row.cod_amount,
        "insuredAmount": row.insured_amount,
        "trackingNumber": row.tracking_number or None,
        "description": row.description or None,
        "createDate": to_wire(row.created, work.zone),
    }


def _read_only(row: Row[Any]) -> Resource:
    return {"oversize": False, "cod": bool(row.cod_amount), "ucc128": None, "cartonId": None, "label": None}


def _content(work: Work, row: Row[Any]) -> Resource:
    numbers = row.serial_numbers
    return {
        "packageContentId": row.id,
        "packageId": row.package_id,
        "orderItemId": row.order_item_id,
        "receiveItemId": row.receive_item_id,
        "qty": row.qty,
        "lotNumber": row.lot_number or None,
        "serialNumber": numbers[0] if len(numbers) == 1 else None,
        "serialNumbers": numbers,
        "createDate": to_wire(row.created, work.zone),
    }
