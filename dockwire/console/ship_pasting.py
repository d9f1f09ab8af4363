"""Tracking numbers pasted as a column, or as lines of order and tracking number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockwire.console.ship_faults import Fault

_PARTS = re.compile(r"[\t;,]")
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text means: tracking numbers by the orders' rows, or what is wrong with it."""

    tracking: Mapping[int, str]
    faults: tuple[Fault, ...] = ()


def pasted(text: str, shown: Sequence[int], names: Mapping[str, int]) -> Pasted:
    """Return which order gets which number.

    A line with one cell is for the next order of ``shown``, and a blank one leaves that order out. A line with an order in
    its first cell, by any of ``names``, is for that order.
    """
    found: dict[int, str] = {}
    faults: list[Fault] = []
    place = 0
    for number, line in enumerate(text.rstrip().splitlines()[:_MOST_LINES], start=1):
        order, tracking = _cells(line, names)
        if order is None:
            if place < len(shown):
                found |= {shown[place]: tracking} if tracking else {}
            place += 1
        elif order in names:
            if names[order] in found:
                faults.append(_wrong(number, f"order {order} gets a second number."))
            found[names[order]] = tracking
        elif number > 1 or re.search(r"\d", line):
            faults.append(_wrong(number, f"{order[:40]!r} is none of the orders of this page."))
    if place > len(shown):
        faults.append(_wrong(0, f"There are {place} numbers for {len(shown)} orders."))
    return Pasted({} if faults else found, tuple(faults))


def _cells(line: str, names: Mapping[str, int]) -> tuple[str | None, str]:
    first, *more = (cell.strip() for cell in _PARTS.split(line))
    if more:
        return first, more[0]
    # Spaces divide only behind an order: people read tracking numbers by them.
    word, _, tracking = first.partition(" ")
    return (word, tracking.strip()) if word in names and tracking else (None, first)


def _wrong(number: int, sentence: str) -> Fault:
    told = f"Line {number}: {sentence}" if number else sentence
    return Fault((), "pasted numbers", told, "clerk", "pasted")
