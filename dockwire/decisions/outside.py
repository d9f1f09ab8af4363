"""Why an order that is known is not in the warehouse yet, for whoever wants to close it."""

from collections.abc import Sequence

from dockwire.errors import Fixer
from dockwire.model.record import OrderState, Problem

_STATES = {
    OrderState.NEW: "the next import decides about it",
    OrderState.WATCHED: "it is pending at Amazon",
    OrderState.SKIPPED: "it is skipped",
    OrderState.HELD: "it is held",
    OrderState.QUARANTINED: "it cannot be read, and Amazon is asked for it again",
    OrderState.CLAIMED: "it is being created",
    OrderState.FAILED: "creating it went wrong, and is tried again",
    OrderState.CREATED: "it was created in another warehouse",
    OrderState.CANCELLED: "it is cancelled",
}


def not_in_warehouse(state: OrderState, problems: Sequence[Problem]) -> Problem:
    """Return what keeps an order out of the warehouse, with the reasons that are open and who mends the first."""
    why = " ".join(["", *(each.sentence for each in problems)])
    fixer = problems[0].fixer if problems else Fixer.CLERK
    return Problem("not_in_warehouse", f"The order is not in the warehouse: {_STATES[state]}.{why}", fixer)
