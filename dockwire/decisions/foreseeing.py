"""What Amazon would say to an order's parcels if it were closed now: found before it is closed and charged."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dockwire.decisions.carriers import same_tracking
from dockwire.decisions.tracking import Look, Settle, decide_parcel, parcels_of, settle_by_packages
from dockwire.errors import Fixer
from dockwire.model.connection import Connection
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel, ParcelState
from dockwire.model.record import Problem
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import Routing


def parcels_to_be(
    order: ShipOrder, routing: Routing, tracking: str, *, amazon: Order, connection: Connection
) -> list[Parcel | Problem]:
    """Return the parcels an order would have, closed with this routing and tracking number."""
    after = replace(order, routing=routing, tracking=tracking)
    # The ship date is not known yet, and nothing here depends on it.
    return parcels_of(after, connection, closed=amazon.updated)


def refused_parcels(
    found: Sequence[Parcel | Problem], order: ShipOrder, amazon: Order, *, taken: frozenset[str]
) -> Iterator[Problem]:
    """Yield what would keep parcels from Amazon, each problem once.

    ``taken`` are the references Amazon took before: those are corrected, even when the order is shipped,
    and so is one that a package made anew takes over.
    """
    free = taken - {each.reference for each in found if isinstance(each, Parcel)}

    def problem(each: Parcel | Problem) -> Problem | None:
        corrects = isinstance(each, Parcel) and (each.reference in taken or bool(free))
        return _problem(each, order, amazon, corrects=corrects)

    told = dict.fromkeys(each for each in map(problem, found) if each is not None)
    yield from told


def _problem(found: Parcel | Problem, order: ShipOrder, amazon: Order, *, corrects: bool) -> Problem | None:
    if isinstance(found, Problem):
        return _without_number(order) if found.code == "tracking_missing" else found
    decision = decide_parcel(found, amazon, corrects=corrects)
    if isinstance(decision, Look):
        decision = settle_by_packages(found, amazon, amazon.packages)
    if isinstance(decision, Settle) and decision.state is ParcelState.REFUSED:
        return decision.problem
    return None


def _without_number(order: ShipOrder) -> Problem:
    """Say it for an open order: nothing has to be reopened."""
    blank = [str(package.package_id) for package in order.packages if not package.tracking]
    return Problem(
        "tracking_missing",
        f"Packages without a tracking number: {', '.join(blank)}; Amazon has to be told one for each of "
        "several packages, enter them in the warehouse first.",
        Fixer.CLERK,
    )


def unused_number(found: Sequence[Parcel | Problem], tracking: str) -> Problem | None:
    """Return a doubt where Amazon would be told other tracking numbers than the one that was asked for."""
    told = [each.tracking for each in found if isinstance(each, Parcel)]
    if not told or any(same_tracking(number, tracking) for number in told):
        return None
    return Problem(
        "tracking_unused",
        f"The packages bear tracking numbers of their own: Amazon is told {', '.join(dict.fromkeys(told))}, "
        f"not {tracking}.",
        Fixer.CLERK,
    )
