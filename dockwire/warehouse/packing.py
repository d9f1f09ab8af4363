"""Packing orders: adding packages, replacing them, taking them away."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from dockwire.warehouse import contents, order_state
from dockwire.warehouse.closing import close_if_tracked
from dockwire.warehouse.closing_tables import package_contents, packages
from dockwire.warehouse.package_request import PackageRequest
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.work import Work


def add(work: Work, order_id: int, package: PackageRequest, if_match: str | None) -> int:
    """Add a package to an open order and return its number.

    Raises:
        Missing, Unconditional, Outdated: there is no such order, or it is not as the caller knows it.
        NotAllowed: it is closed, cancelled or on hold.
        InvalidModel: the contents are not the order's, or more than its lines have.
    """
    order = order_state.lock_matching(work, order_id, if_match)
    _need_packable(order)
    values = package.values | {"order_id": order_id, "version": 1, "created": work.now}
    number: int = work.link.execute(insert(packages).values(values).returning(packages.c.id)).scalar_one()
    contents.put(work, order_id, number, package.contents or ())
    order_state.change(work, order)
    close_if_tracked(work, order_id, package.tracking)
    return number


def replace(
    work: Work, order_id: int, package_id: int, package: PackageRequest, *, if_match: str | None, empty: bool
) -> None:
    """Put a package in the place of one of an open order; contents stay where nothing is said of them.

    ``empty`` takes them out first.

    Raises:
        Missing, Unconditional, Outdated: there is no such package, or it is not as the caller knows it.
        NotAllowed: its order is closed, cancelled or on hold.
        InvalidModel: the contents are not the order's, or more than its lines have.
    """
    order, version = _lock(work, order_id, package_id, if_match)
    changed = update(packages).where(packages.c.id == package_id)
    work.link.execute(changed.values(package.values | {"version": version + 1}))
    if empty or package.contents is not None:
        work.link.execute(delete(package_contents).where(package_contents.c.package_id == package_id))
    contents.put(work, order_id, package_id, package.contents or ())
    order_state.change(work, order)
    close_if_tracked(work, order_id, package.tracking)


def remove(work: Work, order_id: int, package_id: int, if_match: str | None) -> None:
    """Unpack a package of an open order.

    Raises:
        Missing, Unconditional, Outdated: there is no such package, or it is not as the caller knows it.
        NotAllowed: its order is closed, cancelled or on hold.
    """
    order, _ = _lock(work, order_id, package_id, if_match)
    work.link.execute(delete(packages).where(packages.c.id == package_id))
    order_state.change(work, order)


def _need_packable(order: Row[Any]) -> None:
    order_state.need_open(order, "Pack")
    order_state.need_released(order, "Pack")


def _lock(work: Work, order_id: int, package_id: int, if_match: str | None) -> tuple[Row[Any], int]:
    order = order_state.lock(work, order_id)
    wanted = select(packages.c.version).where(packages.c.id == package_id, packages.c.order_id == order_id)
    version: int | None = work.link.execute(wanted).scalar()
    if version is None:
        raise Missing("The package")
    order_state.check_match(if_match, order_state.etag("package", package_id, version))
    _need_packable(order)
    return order, version
