"""Stock rules and SKU aliases as CSV: every wrong row is named, and a table is taken whole or not at all."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from dockwire.errors import SettingsError
from dockwire.model.stock_rules import StockRule

RULE_COLUMNS = ("sku", *StockRule.model_fields)
ALIAS_COLUMNS = ("amazon_sku", "warehouse_sku")

_LONGEST_FILE = 50_000_000
_LONGEST_SKU = 400
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FLAGS = ("paused", "excluded")
_TOLD_AT_ONCE = 50

T = TypeVar("T")
Cells = Mapping[str, str]


def read_rules(path: Path) -> dict[str, StockRule]:
    """Return the rules of a file by Amazon SKU; an empty cell says nothing.

    Raises:
        SettingsError: the file cannot be read, or rows are wrong; each is named with its column.
    """
    return _read(path, RULE_COLUMNS, _rule)


def read_aliases(path: Path) -> dict[str, str]:
    """Return the warehouse SKU of every Amazon SKU of a file.

    Raises:
        SettingsError: the file cannot be read, or rows are wrong; each is named with its column.
    """
    return _read(path, ALIAS_COLUMNS, _alias)


def write_rules(rules: Mapping[str, StockRule]) -> str:
    """Return rules as the text of such a file."""
    return _written(
        RULE_COLUMNS,
        (
            [sku, *(_cell(getattr(rule, name)) for name in RULE_COLUMNS[1:])]
            for sku, rule in sorted(rules.items())
        ),
    )


def write_aliases(aliases: Mapping[str, str]) -> str:
    """Return aliases as the text of such a file."""
    return _written(ALIAS_COLUMNS, (list(pair) for pair in sorted(aliases.items())))


def _read(path: Path, columns: tuple[str, ...], reader: Callable[[Cells, list[str]], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    rows: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in _rows(path, columns, problems):
        wrong: list[str] = []
        sku = cells[columns[0]]
        wrong += _sku_faults(columns[0], sku)
        if sku in rows:
            wrong.append(f"{columns[0]}: {sku!r} stands in row {rows[sku]} too")
        value = reader(cells, wrong)
        problems += [f"row {number}, {each}" for each in wrong]
        found[sku] = value
        rows.setdefault(sku, number)
    if problems:
        more = len(problems) - _TOLD_AT_ONCE
        told = problems[:_TOLD_AT_ONCE] + ([f"and {more} more"] if more > 0 else [])
        raise SettingsError(f"{path}: nothing was taken over:\n" + "\n".join(told))
    return found


def _rows(path: Path, columns: tuple[str, ...], problems: list[str]) -> Iterator[tuple[int, Cells]]:
    text = _text(path)
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    between = ";" if head.count(";") > head.count(",") else ","
    table = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        names = [name.strip().lower() for name in next(table, [])]
        if columns[0] not in names or set(names) - set(columns) or len(set(names)) != len(names):
            raise SettingsError(
                f"{path}, row 1: columns are {', '.join(columns)}; it has: {', '.join(names) or 'none'}"
            )
        for number, row in enumerate(table, 2):
            if not any(row):
                continue
            if len(row) != len(names):
                problems.append(f"row {number}: has {len(row)} cells and not {len(names)}")
                continue
            yield number, dict.fromkeys(columns, "") | dict(zip(names, row, strict=True))
    except csv.Error as error:
        raise SettingsError(f"{path}, line {table.line_num}: is no CSV: {error}") from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise SettingsError(f"{path}: is larger than {_LONGEST_FILE // 1_000_000} MB")
        # Line ends belong to the table, so they are left as they are.
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text") from None


def _sku_faults(column: str, sku: str) -> Iterator[str]:
    if not sku.strip():
        yield f"{column}: is empty"
    elif sku != sku.strip():
        yield f"{column}: {sku!r} begins or ends with a blank; SKUs are compared to the letter"
    elif len(sku) > _LONGEST_SKU:
        yield f"{column}: is longer than {_LONGEST_SKU} characters"


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
                wrong.append(f"{name}: {cell!r} is neither yes nor no")
        elif name == "percent":
            said[name] = cell.replace(",", ".").removesuffix("%")
        else:
            said[name] = int(cell) if cell.isascii() and cell.isdigit() else cell
    try:
        return StockRule.model_validate(said)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            name = str(fault["loc"][0])
            wrong.append(f"{name}: {cells[name].strip()!r} is no {_KINDS.get(name, 'whole number of units')}")
        return StockRule()


_KINDS = {"percent": "percentage from 0 to 100 with at most four decimals"}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _written(columns: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    # RFC 4180's line end; with it, a cell that holds either of its characters is quoted.
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows(rows)
    return text.getvalue()
