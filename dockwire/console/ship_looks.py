"""What the warehouse showed of orders, kept for a while: a preview costs no call for each key that is pressed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwire.clock import Clock
from dockwire.console.desk import Desk
from dockwire.console.ship_faults import about_order
from dockwire.decisions.closing import Candidate
from dockwire.model.closing import OrderForm, ShipRequest
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.override import NO_OVERRIDES
from dockwire.model.shipping import Carrier
from dockwire.services.seen_orders import SeenOrders

_FRESH = timedelta(minutes=10)
_MOST = 5_000
"""Orders in memory; the ones that were looked at first go first."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One order as it stood."""

    at: datetime
    candidate: Candidate
    note: str


class Looks:
    """Looks at orders before they are closed. What is kept of them is without Amazon's side, which has personal data."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        """Take whoever opens the warehouse, and the time."""
        self._desk = desk
        self._clock = clock
        self._kept: dict[tuple[str, str], _Look] = {}
        self._places: dict[str, tuple[Connection, tuple[Carrier, ...]]] = {}

    async def fresh(self, connection: str, request: ShipRequest) -> SeenOrders:
        """Return the orders of a request as they stand now.

        Raises:
            DockwireError: Prefect or the warehouse does not answer, or the connection cannot be opened.
        """
        async with self._desk.closing(ConnectionSlug(connection)) as steps:
            seen = await steps.look(request)
        self._places[connection] = seen.connection, seen.carriers
        now, notes = self._clock.now(), _notes(seen)
        for each in seen.candidates:
            key = connection, each.form.order
            self._kept.pop(key, None)
            kept = replace(each, amazon=None, overrides=NO_OVERRIDES)
            self._kept[key] = _Look(now, kept, notes.get(each.form.order, ""))
        for key in list(self._kept)[: max(0, len(self._kept) - _MOST)]:
            del self._kept[key]
        return seen

    async def recent(self, connection: str, order_ids: Sequence[str]) -> SeenOrders:
        """Return orders as they stood some minutes ago at most, for a preview.

        Raises:
            DockwireError: likewise, when one was not looked at lately.
        """
        found = {order_id: each for order_id in order_ids if (each := self._fresh(connection, order_id))}
        missing = [order_id for order_id in order_ids if order_id not in found]
        if missing or connection not in self._places:
            seen = await self.fresh(connection, bare_request(missing or order_ids))
            found |= {each.form.order: each for each in seen.candidates}
        which, carriers = self._places[connection]
        return SeenOrders(tuple(found[each] for each in order_ids), carriers, which)

    def notes(self, connection: str, order_ids: Sequence[str]) -> dict[str, str]:
        """Return what hinders orders whatever is typed, as they were looked at last; not those that nothing hinders."""
        looks = {order_id: self._kept.get((connection, order_id)) for order_id in order_ids}
        return {order_id: look.note for order_id, look in looks.items() if look is not None and look.note}

    def forget(self, connection: str, order_ids: Sequence[str]) -> None:
        """Look again at orders that are being closed."""
        for order_id in order_ids:
            self._kept.pop((connection, order_id), None)

    def _fresh(self, connection: str, order_id: str) -> Candidate | None:
        look = self._kept.get((connection, order_id))
        return look.candidate if look is not None and self._clock.now() - look.at < _FRESH else None


def _notes(seen: SeenOrders) -> dict[str, str]:
    bare = bare_request([each.form.order for each in seen.candidates])
    plan = replace(
        seen,
        candidates=tuple(
            replace(each, form=form, used=None)
            for each, form in zip(seen.candidates, bare.orders, strict=True)
        ),
    ).plan(bare)
    return {name: about_order(found) for name, found in {**plan.problems, **plan.left_open}.items()}


def bare_request(order_ids: Sequence[str]) -> ShipRequest:
    """Return a request that says nothing of the orders yet."""
    return ShipRequest(orders=tuple(OrderForm(order=order_id) for order_id in order_ids))
