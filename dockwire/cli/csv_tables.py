"""CSV files as people and spreadsheets write them: comma or semicolon, UTF-8, rows counted as they are shown."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dockwire.errors import SettingsError

Cells = Mapping[str, str]


def text_of(path: Path, *, longest: int, than: str) -> str:
    """Return a file's text, its line ends as they are, without a byte order mark.

    Raises:
        SettingsError: it cannot be read, is larger than ``longest`` bytes or is not UTF-8.
    """
    try:
        if path.stat().st_size > longest:
            raise SettingsError(f"{path}: is larger than {than}")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text") from None


def separator(text: str) -> str:
    """Return what separates the cells of a text's first line."""
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    return ";" if head.count(";") > head.count(",") else ","


def rows_of(
    path: Path, text: str, *, columns: Sequence[str], needed: Sequence[str], problems: list[str]
) -> Iterator[tuple[int, Cells]]:
    """Yield the rows that are not blank, each with its number and a cell for every column, to the letter.

    The header is row 1. Rows that are none are added to ``problems``.

    Raises:
        SettingsError: the header lacks a needed column, or has one twice or one that is unknown.
    """
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        names = [name.strip().lower() for name in next(table, [])]
        if fault := _header_fault(names, columns, needed):
            raise SettingsError(f"{path}, row 1: {fault}; columns are {', '.join(columns)}")
        for number, row in enumerate(table, 2):
            if not any(row):
                continue
            if len(row) != len(names):
                problems.append(f"row {number}: has {len(row)} cells and not {len(names)}")
                continue
            yield number, dict.fromkeys(columns, "") | dict(zip(names, row, strict=True))
    except csv.Error as error:
        # What follows cannot be told apart from what is wrong.
        problems.append(f"line {table.line_num}: is no CSV: {error}")


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as text that is read again to the letter."""
    text = io.StringIO(newline="")
    plain = csv.writer(text, lineterminator="\n")
    # The plain one leaves a carriage return bare, and that ends a row when it is read.
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(columns)
    for row in rows:
        (quoted if any("\r" in cell for cell in row) else plain).writerow(row)
    return text.getvalue()


def _header_fault(names: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> str:
    if unknown := [repr(name) for name in names if name not in columns]:
        return f"unknown column{'s' if unknown[1:] else ''} {', '.join(unknown)}"
    for name in needed:
        if name not in names:
            return f"column {name} is missing"
    twice = [name for name in columns if names.count(name) > 1]
    return f"column {twice[0]} stands there twice" if twice else ""
