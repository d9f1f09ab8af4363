"""A ship-and-close request from the command line: words, options and a CSV file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from dockwire.cli.csv_tables import separator, text_of
from dockwire.errors import SettingsError
from dockwire.model.charge import Apply
from dockwire.model.closing import (
    KINDS,
    LONGEST_LABEL,
    ChargeForm,
    OrderForm,
    RoutingForm,
    ShipRequest,
)
from dockwire.settings import explained

_COLUMNS = ("order", "tracking", "carrier", "scac", "service")
_LONGEST_FILE = 1_000_000


def ship_request(
    words: Sequence[str],
    *,
    csv_file: Path | None = None,
    routing: RoutingForm,
    charges: Iterable[str] = (),
    apply: Apply = Apply.SEPARATELY,
) -> ShipRequest:
    """Return the request of ``ORDER=TRACKING`` words and a CSV file's rows.

    Raises:
        SettingsError: a word, a charge or a row of the file cannot be understood; the message names it.
    """
    orders = [_order(word) for word in words]
    if csv_file is not None:
        orders += read_csv(csv_file)
    if not orders:
        raise SettingsError("no orders: name them as ORDER=TRACKING or give a CSV file")
    with explained("request"):
        return ShipRequest(
            orders=tuple(orders),
            routing=routing,
            charges=tuple(charge_of(text) for text in charges),
            apply=apply,
        )


def read_csv(path: Path) -> list[OrderForm]:
    """Return the rows of a file with the columns order, tracking and, if wanted, carrier, scac, service.

    Raises:
        SettingsError: the file cannot be read, or a row is wrong; every wrong row is named.
    """
    text = text_of(path, longest=_LONGEST_FILE, than="a thousand orders can be")
    rows = csv.DictReader(text.splitlines(), delimiter=separator(text), skipinitialspace=True)
    columns = [name.strip().lower() for name in rows.fieldnames or ()]
    if "order" not in columns or set(columns) - set(_COLUMNS):
        raise SettingsError(f"{path}, row 1: columns are {', '.join(_COLUMNS)}; it has: {', '.join(columns)}")
    rows.fieldnames = columns
    problems: list[str] = []
    orders = list(_rows(rows, problems))
    if problems:
        raise SettingsError(f"{path}: " + "; ".join(problems))
    return orders


def charge_of(text: str) -> ChargeForm:
    """Return the charge of ``[TYPE:]LABEL=[UNITSx]PRICE``, for instance ``materials:Gift box=2x1.50``.

    Raises:
        SettingsError: it has another form.
    """
    name, equals, amount = text.rpartition("=")
    kind, _, label = name.rpartition(":")
    units, _, price = amount.rpartition("x")
    parts = {"label": label.strip(), "units": units or "1", "price_per_unit": price.strip()}
    try:
        return ChargeForm.model_validate(parts | ({"type": kind} if kind else {}))
    except ValidationError as error:
        wrong = dict.fromkeys(str(fault["loc"][0]) for fault in error.errors())
        sentences = [_WRONG_PART[part](parts.get(part, kind)) for part in wrong]
        told = "; ".join(sentences) if equals else "no '=' stands before a price"
        raise SettingsError(f"--charge {text!r}: {told}. Its form is [TYPE:]LABEL=[UNITSx]PRICE") from None


_WRONG_PART: dict[str, Callable[[str], str]] = {
    "type": lambda kind: f"the type {kind!r} is none of {', '.join(KINDS)}",
    "label": lambda label: (
        f"the label is longer than {LONGEST_LABEL} characters" if label else "no label stands before the '='"
    ),
    "units": lambda units: f"the units {units!r} before the 'x' are no number",
    "price_per_unit": lambda price: (
        f"the price {price!r} is no number" if price else "no price stands after the '='"
    ),
}
"""What each part of a charge should be, in a sentence about what it is."""


def _order(word: str) -> OrderForm:
    order, _, tracking = word.partition("=")
    with explained(f"order {word!r}"):
        return OrderForm(order=order, tracking=tracking)


def _rows(rows: "csv.DictReader[str]", problems: list[str]) -> Iterator[OrderForm]:
    for row in rows:
        number = rows.line_num
        if None in row or None in row.values():
            problems.append(f"row {number}: has {'more' if None in row else 'fewer'} cells than columns")
            continue
        cells = {name: (value or "").strip() for name, value in row.items()}
        if not any(cells.values()):
            continue
        try:
            routing = {name: cells.pop(name, "") for name in ("carrier", "scac", "service")}
            yield OrderForm.model_validate({**cells, "routing": routing})
        except ValidationError:
            problems.append(f"row {number}: has no order")
