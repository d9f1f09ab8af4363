"""Orders of a ship-and-close request as they stood when they were looked at: planned and previewed without another call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockwire.decisions.closing import Candidate, plan_close, previewed_charges
from dockwire.model.charge import Apply
from dockwire.model.close_plan import ClosePlan, PlannedClose
from dockwire.model.closing import ChargeForm, ShipRequest
from dockwire.model.connection import Connection
from dockwire.model.record import ClosingState, Problem
from dockwire.model.shipping import Carrier
from dockwire.model.warehouse import PlacedStatus


@dataclass(frozen=True, slots=True)
class SeenOrders:
    """What a request is planned from."""

    candidates: tuple[Candidate, ...]
    carriers: tuple[Carrier, ...]
    connection: Connection

    def plan(self, request: ShipRequest) -> ClosePlan:
        """Return what the request they were looked at for would write, or all problems of all its orders."""
        plan = plan_close(
            request,
            [each for each in self.candidates if not _ended_before(each)],
            carriers=self.carriers,
            connection=self.connection,
        )
        before = frozenset(each.form.order for each in self.candidates if _closed_before(each))
        return replace(plan, closed_before=before)

    def preview(
        self, charges: Sequence[ChargeForm], apply: Apply
    ) -> tuple[tuple[Problem, ...], tuple[PlannedClose, ...]]:
        """Return what is wrong with charges, else what each order that the warehouse has would bear of them."""
        return previewed_charges(
            charges,
            apply,
            [_unbegun(each) for each in self.candidates],
            currency=self.connection.charge_currency,
        )


def _unbegun(candidate: Candidate) -> Candidate:
    """Return a candidate for another request: what was begun with is an earlier one for it."""
    begun = candidate.begun
    if begun is None:
        return candidate
    known = begun.state in {ClosingState.CLOSED, ClosingState.CLOSING}
    return replace(candidate, begun=None, earlier=(*candidate.earlier, *[begun] * known))


def _ended_before(candidate: Candidate) -> bool:
    """Whether an order of a begun request is not open any more: nothing is left to check, only to look."""
    order = candidate.order
    return _closed_before(candidate) or (
        candidate.begun is not None and order is not None and order.placed.status is not PlacedStatus.OPEN
    )


def _closed_before(candidate: Candidate) -> bool:
    """Whether the same request closed an order earlier, and nobody opened it again."""
    return (
        candidate.begun is not None
        and candidate.begun.state is ClosingState.CLOSED
        and (candidate.order is None or candidate.order.placed.status is PlacedStatus.CLOSED)
    )
