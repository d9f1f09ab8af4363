"""Why orders of a request did not close, where only the run's own message tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dockwire.model.record import ClosingState

_LONGEST = 20_000
"""Characters of what a message says beside its lines about orders."""
_UNKNOWN = (
    "The run ended before the warehouse had answered whether it closed; trying again looks first, and closes and "
    "charges nothing twice."
)
_NOT_BEGUN = "The run ended before it came to this order."
_OTHERS = "Nothing was written, because something is in the way of other orders of the request."


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a run's message says: about each order, and the rest of it."""

    by_name: Mapping[str, str]
    lines: tuple[str, ...]

    def of(self, name: str, order_id: str, state: ClosingState | None) -> str:
        """Return why an order is not closed.

        ``name`` is what the request calls it, ``order_id`` is Amazon's id, empty where nobody knows it; ``state`` is
        how far it has come; None: the request was never begun.
        """
        if name in self.by_name:
            return self.by_name[name]
        named = next((line for line in self.lines if order_id in line), "") if order_id else ""
        if named:
            return named
        if state is None and self.by_name:
            return _OTHERS
        return _UNKNOWN if state is ClosingState.CLOSING else _NOT_BEGUN


def reasons_in(message: str, names: Iterable[str]) -> Reasons:
    """Return what a failed run's message says about the orders with these names; each has a line of its own."""
    known = set(names)
    found: dict[str, str] = {}
    rest: list[str] = []
    room = _LONGEST
    for line in message.splitlines():
        name, colon, sentence = line.partition(": ")
        if colon and name in known:
            found[name] = f"{found[name]} {sentence}" if name in found else sentence
        elif line.strip() and room > 0:
            rest.append(line[:room])
            room -= len(line)
    return Reasons(found, tuple(rest))
