"""How the orders of a page are to travel, in words and as something to choose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dockwire.console.ship_form import ROUTING
from dockwire.console.ship_reading import ShipRow
from dockwire.decisions.closing import Candidate
from dockwire.model.shipping import Carrier
from dockwire.model.warehouse import PlacedStatus, Routing
from dockwire.services.seen_orders import SeenOrders


@dataclass(frozen=True, slots=True)
class Method:
    """One way to travel, and the orders that are to take it."""

    carrier: str
    service: str
    scac: str
    name: str
    rows: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from the others of the page: its first order."""
        return str(self.rows[0]) if self.rows else ""

    @property
    def words(self) -> dict[str, str]:
        """The same as the fields of the page."""
        return {name: getattr(self, name) for name in ROUTING}


def methods_of(seen: SeenOrders, shown: Sequence[ShipRow]) -> list[Method]:
    """Return the ways in which orders of a page are to travel, in the order of the page; without those that cannot be closed."""
    rows = {each.order_id: each.row for each in shown}
    found: dict[tuple[str, ...], list[int]] = {}
    for each in seen.candidates:
        words = proposed(each, seen.carriers)
        if words["carrier"] and _is_free(each) and each.form.order in rows:
            found.setdefault(tuple(words[name] for name in ROUTING), []).append(rows[each.form.order])
    return [
        Method(carrier, service, scac, in_words(carrier, service, seen.carriers), tuple(some))
        for (carrier, service, scac), some in found.items()
    ]


def wanted_in_words(seen: SeenOrders) -> dict[str, str]:
    """Return by order how it is to travel, by what the buyer paid for or as a person decided."""
    return {
        each.form.order: in_words(each.wanted.carrier, each.wanted.service, seen.carriers)
        for each in seen.candidates
        if each.wanted is not None
    }


def proposed(candidate: Candidate, carriers: Iterable[Carrier]) -> dict[str, str]:
    """Return what to propose for an order: the warehouse's routing where it is whole, else the mapped one."""
    there = candidate.order.routing if candidate.order is not None else Routing()
    routing = there if there.carrier and there.service else candidate.wanted or there
    known = _listed(routing.carrier, carriers)
    scac = routing.scac or (known.scac if known is not None else "")
    return {"carrier": routing.carrier, "service": routing.service, "scac": scac}


def in_words(carrier: str, service: str, carriers: Iterable[Carrier]) -> str:
    """Return carrier, service code and what the code means."""
    known = _listed(carrier, carriers)
    means = next((each.description for each in known.services if each.code == service), "") if known else ""
    return " ".join(filter(None, (carrier, service, means)))


def _is_free(candidate: Candidate) -> bool:
    """Whether an order is open in the warehouse, and nothing holds it."""
    order = candidate.order
    if order is None or candidate.stops:
        return False
    return order.placed.status is PlacedStatus.OPEN and not order.placed.on_hold


def _listed(carrier: str, carriers: Iterable[Carrier]) -> Carrier | None:
    return next((each for each in carriers if each.name.casefold() == carrier.casefold()), None)
