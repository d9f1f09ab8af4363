"""Stock rows as they are read: counted exactly, or refused with their number, their SKU and who acts.

A refused row keeps the quantity of its SKU back; the other SKUs go on.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from dockwire.decisions.sku_names import Lookalikes
from dockwire.decisions.stock.facts import StockFacts
from dockwire.decisions.stock.numbers import complaint
from dockwire.errors import Fixer
from dockwire.model.record import Problem
from dockwire.model.stock_rows import StockRow, UnreadableRow


@dataclass(slots=True)
class CheckedRows:
    """The rows that count, and what is wrong with the others."""

    counted: list[StockRow] = field(default_factory=list)
    """Each of a stock of its own; of a SKU among ``faults`` they tell nothing."""
    faults: dict[str, Problem] = field(default_factory=dict)
    """By warehouse SKU: why its stock is not known."""
    without_item: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def check_rows(facts: StockFacts, qualifiers: Set[str]) -> CheckedRows:
    """Return the facility's rows of the stock that somebody asks for, checked one by one."""
    checked = CheckedRows()
    alike = Lookalikes(facts.items)
    for unread in (row for row in facts.rows if isinstance(row, UnreadableRow)):
        _book_unreadable(unread, checked)
    readable = sorted((row for row in facts.rows if isinstance(row, StockRow)), key=lambda row: row.number)
    here = [row for row in readable if row.facility_id == facts.facility_id]
    if not here and facts.offers:
        checked.notes.append(_nothing_here(facts))
    checked.notes += _odd_qualifiers(here, qualifiers)
    first: dict[tuple[str, str], StockRow] = {}
    for row in here:
        if row.sku not in facts.items:
            checked.without_item.append(_without_item(row, alike))
        elif facts.items[row.sku].parts:
            checked.notes += _kit_with_stock(row)
        elif row.qualifier in qualifiers:
            same = first.setdefault((row.sku, row.qualifier), row)
            _check(row, same, checked, asked=not facts.open_orders_allocated)
    return checked


def _book_unreadable(row: UnreadableRow, checked: CheckedRows) -> None:
    if row.sku:
        sentence = f"Stock row {row.number}, SKU {row.sku!r}, cannot be read: {row.problem}."
        checked.faults[row.sku] = Problem("stock_unreadable", sentence, Fixer.CLERK)
    else:
        # Uncounted it can only make a quantity too small.
        sentence = f"Stock row {row.number} cannot be read, and its SKU is not certain: {row.problem}."
        checked.without_item.append(Problem("stock_unreadable", sentence, Fixer.CLERK))


def _check(row: StockRow, first: StockRow, checked: CheckedRows, *, asked: bool) -> None:
    if first is not row:
        checked.faults[row.sku] = _twice(first, row)
        return
    for fault in _faults(row, asked=asked):
        checked.faults[row.sku] = fault
        return
    if row.available < 0:
        # It lowers the sum like any shortage, so nothing is offered too high; but somebody should look.
        sentence = (
            f"{_name(row)}: available is {row.available}; the warehouse owes stock that it does not have."
        )
        checked.notes.append(Problem("stock_negative", sentence, Fixer.CLERK))
    checked.counted.append(row)


def _faults(row: StockRow, *, asked: bool) -> Iterator[Problem]:
    name, ordered = _name(row), row.ordered_not_allocated
    if wrong := complaint(row.available):
        yield Problem("stock_unusable", f"{name}: available {row.available} {wrong}.", Fixer.CLERK)
    if ordered is None:
        if asked:
            sentence = (
                f"{name}: the warehouse does not say what is ordered and not allocated yet. Ask it for that, or "
                "say in the connection's settings that it allocates orders as they are created."
            )
            yield Problem("backlog_unknown", sentence, Fixer.ENGINEER)
    elif wrong := complaint(ordered) or ("is negative" if ordered < 0 else None):
        yield Problem("backlog_unusable", f"{name}: ordered, not allocated {ordered} {wrong}.", Fixer.CLERK)


def _twice(first: StockRow, row: StockRow) -> Problem:
    sentence = (
        f"Stock rows {first.number} and {row.number} are both for SKU {row.sku!r}, qualifier {row.qualifier!r}, "
        f"facility {row.facility_id}. Either pages moved while they were read, which the next run ends, or the "
        "warehouse login sees several customers with this SKU: give the connection a login of its customer alone."
    )
    return Problem("stock_row_twice", sentence, Fixer.ENGINEER)


def _without_item(row: StockRow, alike: Lookalikes) -> Problem:
    if not row.sku.strip():
        return Problem("no_sku", f"Stock row {row.number} has no SKU.", Fixer.CLERK)
    sentence = f"{_name(row)}: it is not among the customer's items.{alike.hint(row.sku)}"
    return Problem("unknown_item", sentence, Fixer.CLERK)


def _kit_with_stock(row: StockRow) -> Iterator[Problem]:
    if row.available:
        sentence = f"{_name(row)}: the SKU is a kit; {row.available} of its own are not counted, only its components."
        yield Problem("kit_with_stock", sentence, Fixer.CLERK)


def _nothing_here(facts: StockFacts) -> Problem:
    sentence = (
        f"The warehouse shows no stock in facility {facts.facility_id}, so everything reads as sold out; if that is "
        "not so, check the connection's facility and what its warehouse login may see."
    )
    return Problem("facility_empty", sentence, Fixer.ENGINEER)


def _odd_qualifiers(rows: list[StockRow], qualifiers: Set[str]) -> Iterator[Problem]:
    alike = Lookalikes(qualifiers)
    for qualifier in sorted({row.qualifier for row in rows} - qualifiers):
        if hint := alike.hint(qualifier):
            sentence = f"Stock with qualifier {qualifier!r} is not counted.{hint}"
            yield Problem("qualifier_lookalike", sentence, Fixer.ENGINEER)


def _name(row: StockRow) -> str:
    return f"Stock row {row.number}, SKU {row.sku!r}"
