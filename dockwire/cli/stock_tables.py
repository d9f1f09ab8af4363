"""Stock rules and SKU aliases as CSV: every wrong row is named, and a table is taken whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from dockwire.cli.csv_tables import Cells, rows_of, text_of, written
from dockwire.errors import SettingsError
from dockwire.model.stock import MOST_UNITS
from dockwire.model.stock_rules import StockRule

RULE_COLUMNS = ("sku", *StockRule.model_fields)
ALIAS_COLUMNS = ("amazon_sku", "warehouse_sku")

_LONGEST_FILE = 50_000_000
_LONGEST_SKU = 400
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FLAGS = ("paused", "excluded")
_TOLD_AT_ONCE = 50
_LONGEST_TOLD = 40
_MOST_DIGITS = len(str(MOST_UNITS))

T = TypeVar("T")


def read_rules(path: Path) -> dict[str, StockRule]:
    """Return the rules of a file by Amazon SKU; an empty cell says nothing.

    Raises:
        SettingsError: the file cannot be read, or rows are wrong; each is named with its column.
    """
    return _read(path, RULE_COLUMNS, ("sku",), _rule)


def read_aliases(path: Path) -> dict[str, str]:
    """Return the warehouse SKU of every Amazon SKU of a file.

    Raises:
        SettingsError: the file cannot be read, or rows are wrong; each is named with its column.
    """
    return _read(path, ALIAS_COLUMNS, ALIAS_COLUMNS, _alias)


def write_rules(rules: Mapping[str, StockRule]) -> str:
    """Return rules as the text of such a file."""
    return written(
        RULE_COLUMNS,
        (
            [sku, *(_cell(getattr(rule, name)) for name in RULE_COLUMNS[1:])]
            for sku, rule in sorted(rules.items())
        ),
    )


def write_aliases(aliases: Mapping[str, str]) -> str:
    """Return aliases as the text of such a file."""
    return written(ALIAS_COLUMNS, (list(pair) for pair in sorted(aliases.items())))


def _read(
    path: Path, columns: tuple[str, ...], needed: tuple[str, ...], reader: Callable[[Cells, list[str]], T]
) -> dict[str, T]:
    text = text_of(path, longest=_LONGEST_FILE, than=f"{_LONGEST_FILE // 1_000_000} MB")
    found: dict[str, T] = {}
    rows: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in rows_of(path, text, columns=columns, needed=needed, problems=problems):
        sku = cells[columns[0]]
        wrong = list(_sku_faults(columns[0], sku))
        if sku and sku in rows:
            wrong.append(f"{columns[0]}: {_shown(sku)} stands in row {rows[sku]} too")
        found[sku] = reader(cells, wrong)
        problems += [f"row {number}, {each}" for each in wrong]
        rows.setdefault(sku, number)
    if problems:
        more = len(problems) - _TOLD_AT_ONCE
        told = problems[:_TOLD_AT_ONCE] + ([f"and {more} more"] if more > 0 else [])
        raise SettingsError(f"{path}: nothing was taken over:\n" + "\n".join(told))
    return found


def _sku_faults(column: str, sku: str) -> Iterator[str]:
    if not sku.strip():
        yield f"{column}: is empty"
    elif sku != sku.strip():
        yield f"{column}: {_shown(sku)} begins or ends with a blank; SKUs are compared to the letter"
    elif len(sku) > _LONGEST_SKU:
        yield f"{column}: is longer than {_LONGEST_SKU} characters"
    elif "\0" in sku:
        yield f"{column}: holds a NUL character, which no SKU has"


def _alias(cells: Cells, wrong: list[str]) -> str:
    wrong += _sku_faults("warehouse_sku", cells["warehouse_sku"])
    return cells["warehouse_sku"]


def _rule(cells: Cells, wrong: list[str]) -> StockRule:
    said: dict[str, Any] = {}
    for name in RULE_COLUMNS[1:]:
        cell = cells[name].strip()
        if not cell:
            continue
        if name in _FLAGS:
            said[name] = _YES_NO.get(cell.lower())
            if said[name] is None:
                wrong.append(f"{name}: {_shown(cell)} is neither yes nor no")
        elif name == "percent":
            said[name] = cell.replace(",", ".").removesuffix("%")
        else:
            said[name] = _units(cell)
    try:
        return StockRule.model_validate(said)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            name = str(fault["loc"][0])
            wrong.append(f"{name}: {_shown(cells[name].strip())} is no {_KINDS.get(name, _UNITS)}")
        return StockRule()


_UNITS = f"whole number from 0 to {MOST_UNITS}"
_KINDS = {"percent": "percentage from 0 to 100 with at most four decimals"}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _units(cell: str) -> int | str:
    """Return the number, or the cell as it is when it is none that can be right."""
    digits = cell.lstrip("0") or "0"
    return int(digits) if cell.isascii() and cell.isdigit() and len(digits) <= _MOST_DIGITS else cell


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= _LONGEST_TOLD else f"{cell[:_LONGEST_TOLD]}...")
