"""What is in packages: lines of their order, and never more of one than it has."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, insert, or_, select

from dockwire.warehouse.closing_tables import package_contents, packages
from dockwire.warehouse.columns import Quantity
from dockwire.warehouse.package_request import ContentRequest
from dockwire.warehouse.problems import InvalidModel
from dockwire.warehouse.tables import allocations, order_items, receive_items
from dockwire.warehouse.work import Work


def put(work: Work, order_id: int, package_id: int, contents: Sequence[ContentRequest]) -> None:
    """Put something into a package.

    Raises:
        InvalidModel: it is not the order's, or more than its lines have.
    """
    if not contents:
        return
    _check_known(work, order_id, contents)
    rows = [
        {
            "package_id": package_id,
            "order_item_id": content.line_id,
            "receive_item_id": content.receive_item_id,
            "qty": content.qty,
            "lot_number": content.lot_number,
            "serial_numbers": content.serial_numbers,
            "created": work.now,
        }
        for content in contents
    ]
    work.link.execute(insert(package_contents), rows)
    check_lines(work, order_id)
    _check_goods(work, order_id)


def is_tracked(work: Work, order_id: int) -> bool:
    """Tell whether a package of an order has a tracking number."""
    tracked = (packages.c.order_id == order_id) & (packages.c.tracking_number != "")
    return work.link.execute(select(packages.c.id).where(tracked)).first() is not None


def check_lines(work: Work, order_id: int) -> None:
    """Refuse lines that have less than is packed of them.

    The parts of a kit do not count as the kit.

    Raises:
        InvalidModel: one has.
    """
    packed = (
        select(
            order_items.c.id,
            order_items.c.qty,
            func.sum(package_contents.c.qty, type_=Quantity).label("packed"),
        )
        .join(package_contents, package_contents.c.order_item_id == order_items.c.id)
        .outerjoin(receive_items, receive_items.c.id == package_contents.c.receive_item_id)
        .where(
            order_items.c.order_id == order_id,
            or_(receive_items.c.id.is_(None), receive_items.c.item_id == order_items.c.item_id),
        )
        .group_by(order_items.c.id, order_items.c.qty)
    )
    for row in work.link.execute(packed):
        if row.packed > row.qty:
            raise _too_much("qty", row.id, f"{row.packed} would be packed of {row.qty} ordered.")


def need_unpacked(work: Work, line_ids: Sequence[int]) -> None:
    """Refuse to take lines out of an order while they are in a package.

    Raises:
        InvalidModel: one is.
    """
    which = package_contents.c.order_item_id.in_(line_ids)
    line_id = work.link.execute(select(package_contents.c.order_item_id).where(which)).scalar()
    if line_id is not None:
        raise _too_much("orderItems", line_id, "A line that is left out is in a package; unpack it first.")


def _check_known(work: Work, order_id: int, contents: Sequence[ContentRequest]) -> None:
    lines = set(
        work.link.execute(select(order_items.c.id).where(order_items.c.order_id == order_id)).scalars()
    )
    taken = {
        tuple(row)
        for row in work.link.execute(
            select(allocations.c.order_item_id, allocations.c.receive_item_id).where(
                allocations.c.order_item_id.in_(lines)
            )
        )
    }
    for content in contents:
        if content.line_id not in lines:
            raise _unknown(f"{content.place}.orderItemId", content.line_id, "The order has no such line.")
        goods = content.receive_item_id
        if goods is not None and (content.line_id, goods) not in taken:
            raise _unknown(f"{content.place}.receiveItemId", goods, "The line has taken nothing of it.")


def _check_goods(work: Work, order_id: int) -> None:
    """Refuse more of a receive item than the line has taken of it."""
    packed: dict[tuple[int, int], Decimal] = {
        (row.order_item_id, row.receive_item_id): row.packed
        for row in work.link.execute(
            select(
                package_contents.c.order_item_id,
                package_contents.c.receive_item_id,
                func.sum(package_contents.c.qty, type_=Quantity).label("packed"),
            )
            .join(packages, packages.c.id == package_contents.c.package_id)
            .where(packages.c.order_id == order_id, package_contents.c.receive_item_id.is_not(None))
            .group_by(package_contents.c.order_item_id, package_contents.c.receive_item_id)
        )
    }
    taken = select(allocations).where(allocations.c.order_item_id.in_({line for line, _ in packed}))
    for row in work.link.execute(taken):
        if packed.get((row.order_item_id, row.receive_item_id), Decimal(0)) > row.qty:
            raise _too_much("qty", row.receive_item_id, "More than the line has taken of the receive item.")


def _unknown(place: str, value: int, hint: str) -> InvalidModel:
    return InvalidModel("DoesNotExist", place, hint=hint, value=value, model="Package")


def _too_much(place: str, value: int, hint: str) -> InvalidModel:
    return InvalidModel("ValueNotSupported", place, hint=hint, value=value, model="Package")
