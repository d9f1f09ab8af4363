"""Which goods an order takes: first received, first out; kits take their components.

An order that cannot be filled takes what there is. Rows of stock are locked in the order of their
numbers, so that two orders never wait for each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import Row, delete, insert, select, update

from dockwire.warehouse.columns import QUANTITY_PLACES
from dockwire.warehouse.quantities import IN_STOCK, LEFT, left_of
from dockwire.warehouse.tables import allocations, kit_components, order_items, orders, receive_items
from dockwire.warehouse.work import Work

_SMALLEST = Decimal(1).scaleb(-QUANTITY_PLACES)


@dataclass(slots=True)
class _Demand:
    """Goods that a line still lacks."""

    line_id: int
    item_id: int
    qualifier: str
    lot_number: str
    qty: Decimal


def allocate(work: Work, order_id: int) -> bool:
    """Take stock for everything the order still lacks; return whether it lacks nothing now."""
    lines = work.link.execute(
        select(order_items).where(order_items.c.order_id == order_id).order_by(order_items.c.id)
    ).all()
    facility_id = work.link.execute(select(orders.c.facility_id).where(orders.c.id == order_id)).scalar_one()
    demands = _demands(work, order_id, lines)
    _fill(work, facility_id, demands)
    short = {demand.line_id for demand in demands if demand.qty > 0}
    full = [line.id for line in lines if line.id not in short]
    work.link.execute(update(order_items).where(order_items.c.id.in_(full)).values(fully_allocated=True))
    work.link.execute(update(orders).where(orders.c.id == order_id).values(fully_allocated=not short))
    return not short


def deallocate(work: Work, order_id: int) -> None:
    """Give back everything the order has taken."""
    taken = work.link.execute(
        select(receive_items.c.id, allocations.c.qty, allocations.c.order_item_id)
        .join(allocations, allocations.c.receive_item_id == receive_items.c.id)
        .join(order_items, order_items.c.id == allocations.c.order_item_id)
        .where(order_items.c.order_id == order_id)
        .order_by(receive_items.c.id)
        .with_for_update(of=receive_items)
    ).all()
    for row in taken:
        _book(work, row.id, -row.qty)
    lines = [row.order_item_id for row in taken]
    work.link.execute(delete(allocations).where(allocations.c.order_item_id.in_(lines)))
    work.link.execute(
        update(order_items).where(order_items.c.order_id == order_id).values(fully_allocated=False)
    )
    work.link.execute(update(orders).where(orders.c.id == order_id).values(fully_allocated=False))


def _demands(work: Work, order_id: int, lines: Sequence[Row[tuple[object, ...]]]) -> list[_Demand]:
    kits = defaultdict(list)
    parts = select(kit_components).where(kit_components.c.item_id.in_({line.item_id for line in lines}))
    for part in work.link.execute(parts.order_by(kit_components.c.position)):
        kits[part.item_id].append(part)
    demands = []
    for line in lines:
        lot = line.members.get("lotNumber", "")
        if line.item_id not in kits:
            demands.append(_Demand(line.id, line.item_id, line.qualifier, lot, line.qty))
        for part in kits.get(line.item_id, ()):
            qty = (line.qty * part.qty).quantize(_SMALLEST, ROUND_CEILING)
            demands.append(_Demand(line.id, part.component_id, part.qualifier, "", qty))
    _subtract_taken(work, order_id, demands)
    return demands


def _subtract_taken(work: Work, order_id: int, demands: list[_Demand]) -> None:
    taken: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    rows = work.link.execute(
        select(
            allocations.c.order_item_id,
            allocations.c.qty,
            receive_items.c.item_id,
            receive_items.c.qualifier,
        )
        .join(receive_items, receive_items.c.id == allocations.c.receive_item_id)
        .join(order_items, order_items.c.id == allocations.c.order_item_id)
        .where(order_items.c.order_id == order_id)
    )
    for row in rows:
        taken[row.order_item_id, row.item_id, row.qualifier] += row.qty
    for demand in demands:
        demand.qty -= taken[demand.line_id, demand.item_id, demand.qualifier]


def _fill(work: Work, facility_id: int, demands: list[_Demand]) -> None:
    wanted = {demand.item_id for demand in demands if demand.qty > 0}
    stock = work.link.execute(
        select(receive_items)
        .where(
            receive_items.c.item_id.in_(wanted),
            receive_items.c.facility_id == facility_id,
            receive_items.c.on_hold.is_(False),
            IN_STOCK,
            LEFT > 0,
        )
        .order_by(receive_items.c.id)
        .with_for_update()
    ).all()
    left = {row.id: left_of(row) for row in stock}
    for demand in demands:
        for row in stock:
            if demand.qty <= 0:
                break
            if left[row.id] > 0 and _fits(row, demand):
                part = min(demand.qty, left[row.id])
                _take(work, demand.line_id, row.id, part)
                left[row.id] -= part
                demand.qty -= part


def _fits(row: Row[tuple[object, ...]], demand: _Demand) -> bool:
    same = (row.item_id, row.qualifier) == (demand.item_id, demand.qualifier)
    return same and demand.lot_number in {"", row.lot_number}


def _take(work: Work, line_id: int, receive_item_id: int, qty: Decimal) -> None:
    mine = (allocations.c.order_item_id == line_id) & (allocations.c.receive_item_id == receive_item_id)
    changed = work.link.execute(update(allocations).where(mine).values(qty=allocations.c.qty + qty))
    if not changed.rowcount:
        values = {"order_item_id": line_id, "receive_item_id": receive_item_id, "qty": qty}
        work.link.execute(insert(allocations).values(values))
    _book(work, receive_item_id, qty)


def _book(work: Work, receive_item_id: int, qty: Decimal) -> None:
    work.link.execute(
        update(receive_items)
        .where(receive_items.c.id == receive_item_id)
        .values(allocated=receive_items.c.allocated + qty)
    )
