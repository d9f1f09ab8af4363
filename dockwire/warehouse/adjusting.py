"""Adjusting stock: more or less of goods that are there, and taking that back once.

Nothing is taken from orders unless a switch says so. Rows of stock are locked in the order of their
numbers, as orders lock them, so that two who want the same goods never both get them.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Row, insert, or_, select, update

from dockwire.warehouse.adjustment_request import AdjustedLine, Adjustment
from dockwire.warehouse.lookups import find_customer, find_facility, find_items
from dockwire.warehouse.order_state import Status, check_match, etag
from dockwire.warehouse.problems import InvalidModel, Missing, NotAllowed
from dockwire.warehouse.quantities import IN_STOCK, left_of
from dockwire.warehouse.stock_tables import adjustment_items, adjustments
from dockwire.warehouse.tables import receive_items
from dockwire.warehouse.work import Work

Part = tuple[int, Decimal]
"""A receive item and by how much it changes."""


def create(work: Work, request: Adjustment, *, commit: bool = True) -> int:
    """Make an adjustment and return its number; without ``commit`` it stays open and moves nothing.

    Raises:
        InvalidModel: something it names does not exist, or it takes more than no order has taken.
    """
    customer = find_customer(work, request.customer)
    facility_id = find_facility(work, request.facility, customer.id)
    parts = _Plan(work, request, customer.id, facility_id).parts()
    if commit:
        _move(work, parts)
    values = {
        "version": 1,
        "customer_id": customer.id,
        "facility_id": facility_id,
        "reference": request.reference,
        "reason": request.reason,
        "status": Status.CLOSED if commit else Status.OPEN,
        "created": work.now,
        "created_by": work.access.login,
        "modified": work.now,
    }
    made = insert(adjustments).values(values).returning(adjustments.c.id)
    number: int = work.link.execute(made).scalar_one()
    rows = [
        {"adjustment_id": number, "position": position, "receive_item_id": receive_item_id, "qty": qty}
        for position, (receive_item_id, qty) in enumerate(parts)
    ]
    work.link.execute(insert(adjustment_items), rows)
    return number


def reverse(work: Work, number: int, if_match: str | None) -> None:
    """Take an adjustment back.

    Raises:
        Missing, Unconditional, Outdated: there is no such adjustment, or it is not as the caller knows it.
        NotAllowed: it was reversed before or never committed, or orders have taken what it had added.
    """
    adjustment = _lock(work, number, if_match)
    if adjustment.status == Status.CANCELLED:
        raise NotAllowed("AlreadyCompleted", "Reverse", "The adjustment is reversed already.")
    if adjustment.status == Status.OPEN:
        raise NotAllowed("NotSupported", "Reverse", "The adjustment was not committed.")
    wanted = select(adjustment_items).where(adjustment_items.c.adjustment_id == number)
    changes: dict[int, Decimal] = defaultdict(Decimal)
    for part in work.link.execute(wanted):
        changes[part.receive_item_id] -= part.qty
    stock = select(receive_items).where(receive_items.c.id.in_(changes)).order_by(receive_items.c.id)
    for row in work.link.execute(stock.with_for_update()):
        change = changes[row.id]
        if change < 0 and left_of(row) + change < 0 and not work.switches.adjust_allocated:
            raise NotAllowed("InUse", "Reverse", "Orders have taken what the adjustment added.")
    _move(work, list(changes.items()))
    values = {"version": adjustment.version + 1, "status": Status.CANCELLED, "modified": work.now}
    work.link.execute(update(adjustments).where(adjustments.c.id == number).values(values))


def _lock(work: Work, number: int, if_match: str | None) -> Row[tuple[object, ...]]:
    sees = work.access.sees(adjustments.c.customer_id)
    wanted = select(adjustments).where(adjustments.c.id == number, sees)
    found = work.link.execute(wanted.with_for_update()).first()
    if found is None:
        raise Missing("The adjustment")
    check_match(if_match, etag("adjustment", found.id, found.version))
    return found


def _move(work: Work, parts: Sequence[Part]) -> None:
    for receive_item_id, qty in parts:
        work.link.execute(
            update(receive_items)
            .where(receive_items.c.id == receive_item_id)
            .values(adjusted=receive_items.c.adjusted + qty)
        )


class _Plan:
    """Which receive items an adjustment changes, and by how much."""

    def __init__(self, work: Work, request: Adjustment, customer_id: int, facility_id: int) -> None:
        self._limited = not work.switches.adjust_allocated
        self._lines = request.lines
        named = [line.item for line in request.lines if line.item is not None]
        self._item_ids = dict(
            zip((item.place for item in named), find_items(work, named, customer_id), strict=True)
        )
        numbers = [line.receive_item_id for line in request.lines if line.receive_item_id is not None]
        meant = or_(
            receive_items.c.id.in_(numbers), receive_items.c.item_id.in_(set(self._item_ids.values()))
        )
        stock = select(receive_items).where(
            receive_items.c.customer_id == customer_id,
            receive_items.c.facility_id == facility_id,
            IN_STOCK,
            meant,
        )
        rows = work.link.execute(stock.order_by(receive_items.c.id).with_for_update())
        self._stock = {row.id: row for row in rows}
        self._left = {number: left_of(row) for number, row in self._stock.items()}

    def parts(self) -> list[Part]:
        """Return the changes, line by line.

        Raises:
            InvalidModel: a line names goods that are not there, or takes more than no order has taken.
        """
        return [part for line in self._lines for part in self._parts(line)]

    def _parts(self, line: AdjustedLine) -> list[Part]:
        rows = self._meant(line)
        if line.qty > 0:
            return [self._part(rows[-1].id, line.qty)]
        lacking, parts = -line.qty, []
        for row in rows:
            if taken := min(lacking, max(self._left[row.id], Decimal(0))):
                parts.append(self._part(row.id, -taken))
                lacking -= taken
        if lacking and self._limited:
            raise _too_much(line, -line.qty - lacking)
        return [*parts, self._part(rows[-1].id, -lacking)] if lacking else parts

    def _part(self, number: int, qty: Decimal) -> Part:
        self._left[number] += qty
        return number, qty

    def _meant(self, line: AdjustedLine) -> list[Row[tuple[object, ...]]]:
        """Return the goods that a line means, in the order in which they are taken; added is to the last."""
        if line.item is None:
            rows = [row for number, row in self._stock.items() if number == line.receive_item_id]
        else:
            item_id = self._item_ids[line.item.place]
            rows = [row for row in self._stock.values() if _fits(row, item_id, line)]
        if not rows:
            raise _not_there(line)
        # Goods on hold are taken only by their number, and get more only if there are no others.
        free = [row for row in rows if not row.on_hold]
        if not free and line.item is not None and line.qty < 0:
            raise _too_much(line, Decimal(0))
        return free or rows


def _fits(row: Row[tuple[object, ...]], item_id: int, line: AdjustedLine) -> bool:
    same = (row.item_id, row.qualifier) == (item_id, line.qualifier)
    return same and line.lot_number in {"", row.lot_number}


def _not_there(line: AdjustedLine) -> InvalidModel:
    place = f"{line.place}.receiveItemId" if line.item is None else line.item.place
    value = line.receive_item_id if line.item is None else line.item.key
    hint = "Nothing of it was received for this customer in this facility."
    return InvalidModel("DoesNotExist", place, hint=hint, value=value, model="Adjustment")


def _too_much(line: AdjustedLine, free: Decimal) -> InvalidModel:
    hint = f"{line.place}.qty takes more than is there, not on hold and not taken by orders: {free.normalize():f}."
    return InvalidModel("ValueNotSupported", f"{line.place}.qty", hint=hint, model="Adjustment")
