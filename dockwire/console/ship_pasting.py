"""Tracking numbers pasted as a column, or as lines of order and tracking number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockwire.console.ship_faults import Fault
from dockwire.model.closing import bare_number

_PARTS = re.compile(r"[\t;,]")
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text means: tracking numbers by the orders' rows, or what is wrong with it."""

    tracking: Mapping[int, str]
    faults: tuple[Fault, ...] = ()
    heading: str = ""
    """The line that was taken for the column's heading, and left out."""
    lines: int = 0
    """Lines that were for the orders in their turn, blank ones too."""


def pasted(text: str, shown: Sequence[int], names: Mapping[str, int]) -> Pasted:
    """Return which order gets which number.

    A line with one cell is for the next order of ``shown``, and a blank one leaves that order out. A line with an order in
    its first cell, by any of ``names``, is for that order. A first line without a digit is a heading.
    """
    found: dict[int, str] = {}
    faults: list[Fault] = []
    place = 0
    lines = text.rstrip().splitlines()[:_MOST_LINES]
    first, heading = _heading(lines)
    for number, line in enumerate(lines[first:], start=first + 1):
        order, tracking = _cells(line, names)
        if order is None:
            if place < len(shown):
                found |= {shown[place]: tracking} if tracking else {}
            place += 1
        elif order in names:
            if names[order] in found:
                faults.append(_wrong(number, f"order {order} gets a second number."))
            found[names[order]] = tracking
        else:
            faults.append(_wrong(number, f"{order[:40]!r} is none of the orders of this page."))
    if place > len(shown):
        faults.append(_wrong(0, f"There are {place} numbers for {len(shown)} orders."))
    return Pasted({} if faults else found, tuple(faults), heading, place)


def told_of(found: Pasted, ticked: Sequence[int], tracking: Mapping[int, str]) -> tuple[str, str]:
    """Return what was filled in, and what to look at: ``tracking`` is what stands on the page now."""
    count = len(found.tracking)
    told = "1 tracking number is filled in." if count == 1 else f"{count} tracking numbers are filled in."
    if found.heading:
        told += f" The heading {found.heading!r} is left out."
    without = sum(not tracking.get(row, "").strip() for row in ticked)
    notes = []
    if 0 < found.lines < len(ticked):
        lines = "There is 1 line" if found.lines == 1 else f"There are {found.lines} lines"
        notes.append(f"{lines} for {len(ticked)} ticked orders: look whether each number is its order's.")
    if without:
        notes.append(
            "1 ticked order has no number." if without == 1 else f"{without} ticked orders have no number."
        )
    return told, " ".join(notes)


def _heading(lines: Sequence[str]) -> tuple[int, str]:
    """Return how many lines come before the numbers, and the heading among them, if there is one."""
    for place, line in enumerate(lines):
        if line.strip():
            heading = not re.search(r"\d", line)
            return (place + 1, " ".join(line.split())[:40]) if heading else (0, "")
    return 0, ""


def _cells(line: str, names: Mapping[str, int]) -> tuple[str | None, str]:
    first, *more = (cell.strip() for cell in _PARTS.split(line))
    if more:
        return first, bare_number(more[0])
    # Spaces divide only behind an order: people read tracking numbers by them.
    word, _, tracking = first.partition(" ")
    return (word, bare_number(tracking)) if word in names and tracking else (None, bare_number(first))


def _wrong(number: int, sentence: str) -> Fault:
    told = f"Line {number}: {sentence}" if number else sentence
    return Fault((), "pasted numbers", told, "clerk", "pasted")
