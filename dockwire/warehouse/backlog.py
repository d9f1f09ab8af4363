"""What open orders still lack, per facility, item and qualifier; kits count as their components."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select

from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import allocations, kit_components, order_items, orders, receive_items
from dockwire.warehouse.work import Work

Backlog = defaultdict[tuple[int, int, str], Decimal]
"""Quantities by facility, item and qualifier."""

Conditions = tuple[ColumnElement[bool], ...]


def ordered_not_allocated(work: Work, item_ids: Collection[int]) -> Backlog:
    """Return how much of the items has been ordered by open orders and not been allocated yet."""
    lacking = (
        orders.c.status == Status.OPEN,
        orders.c.fully_allocated.is_(False),
        work.access.sees(orders.c.customer_id),
    )
    backlog: Backlog = defaultdict(Decimal)
    _add_ordered(work, backlog, item_ids, lacking)
    _subtract_allocated(work, backlog, item_ids, lacking)
    return backlog


def _add_ordered(work: Work, backlog: Backlog, item_ids: Collection[int], lacking: Conditions) -> None:
    wanted = or_(order_items.c.item_id.in_(item_ids), kit_components.c.component_id.in_(item_ids))
    rows = work.link.execute(
        select(
            orders.c.facility_id,
            order_items.c.item_id,
            order_items.c.qualifier,
            order_items.c.qty,
            kit_components.c.component_id,
            kit_components.c.qualifier.label("part_qualifier"),
            kit_components.c.qty.label("part_qty"),
        )
        .join(orders, orders.c.id == order_items.c.order_id)
        .outerjoin(kit_components, kit_components.c.item_id == order_items.c.item_id)
        .where(*lacking, wanted)
    )
    for row in rows:
        if row.component_id is None:
            backlog[row.facility_id, row.item_id, row.qualifier] += row.qty
        else:
            backlog[row.facility_id, row.component_id, row.part_qualifier] += row.qty * row.part_qty


def _subtract_allocated(work: Work, backlog: Backlog, item_ids: Collection[int], lacking: Conditions) -> None:
    rows = work.link.execute(
        select(orders.c.facility_id, receive_items.c.item_id, receive_items.c.qualifier, allocations.c.qty)
        .join(allocations, allocations.c.receive_item_id == receive_items.c.id)
        .join(order_items, order_items.c.id == allocations.c.order_item_id)
        .join(orders, orders.c.id == order_items.c.order_id)
        .where(*lacking, receive_items.c.item_id.in_(item_ids))
    )
    for row in rows:
        backlog[row.facility_id, row.item_id, row.qualifier] -= row.qty
