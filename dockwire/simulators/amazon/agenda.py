"""What the world has planned: acts of its machinery, and shipments that show later.

Both are kept so that thousands of them cost no more each than a few.
"""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dockwire.simulators.amazon.life import Change
from dockwire.simulators.amazon.orders import Order

Act = Callable[[datetime], None]
"""Something the machinery does; it is told the moment it was planned for."""


class Agenda:
    """Planned acts, earliest first; those of one moment in the order in which they were planned."""

    def __init__(self) -> None:
        self._counter = itertools.count()
        self._heap: list[tuple[datetime, int, Act]] = []

    def plan(self, moment: datetime, act: Act) -> None:
        """Let ``act`` happen at ``moment``."""
        heapq.heappush(self._heap, (moment, next(self._counter), act))

    def due(self, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """Take out and yield what has become due, acts planned meanwhile included."""
        while self._heap and self._heap[0][0] <= now:
            moment, _, act = heapq.heappop(self._heap)
            yield moment, act


@dataclass(frozen=True, slots=True)
class Awaited:
    """A change that is certain, though the order does not show it before ``moment``."""

    moment: datetime
    order: Order
    change: Change


class Awaiting:
    """All awaited changes, by moment and by order."""

    def __init__(self) -> None:
        self._counter = itertools.count()
        self._heap: list[tuple[datetime, int, Awaited]] = []
        self._of_order: defaultdict[Order, list[Awaited]] = defaultdict(list)

    def add(self, awaited: Awaited) -> None:
        """Take a change in."""
        heapq.heappush(self._heap, (awaited.moment, next(self._counter), awaited))
        self._of_order[awaited.order].append(awaited)

    def of(self, order: Order) -> list[Change]:
        """Return what an order does not show yet, in the order in which it was accepted."""
        return [each.change for each in self._of_order.get(order, [])]

    def due(self, now: datetime) -> Iterator[Awaited]:
        """Take out and yield what is to be shown by now."""
        while self._heap and self._heap[0][0] <= now:
            _, _, awaited = heapq.heappop(self._heap)
            own = self._of_order[awaited.order]
            own.remove(awaited)
            if not own:
                del self._of_order[awaited.order]
            yield awaited
