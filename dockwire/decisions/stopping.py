"""Why an order that is in the warehouse is not to be shipped, and who acts next: told from what was decided about it."""

from dockwire.errors import Fixer
from dockwire.model.override import (
    NOT_CANCELLED,
    ON_HOLD_THERE,
    TO_BE_CANCELLED,
    TO_BE_HELD,
    TO_BE_RELEASED,
    WAITS_THERE,
    Overrides,
)
from dockwire.model.record import LedgerOrder, Problem


def reasons_there(overrides: Overrides, *, tried: bool = False) -> tuple[Problem, ...]:
    """Return the reason for which a warehouse order is not to be shipped; none where it may be.

    ``tried``: an import has just carried out what it could, and a cancellation that is left was refused.
    """
    if overrides.cancel is not None and not tried:
        return (Problem(TO_BE_CANCELLED, _CANCEL.format(why=overrides.cancel), Fixer.NOBODY),)
    if overrides.on_hold is None and overrides.hold is not None:
        return (Problem(TO_BE_HELD, _HOLD.format(why=overrides.hold), Fixer.NOBODY),)
    if overrides.on_hold is not None and overrides.release_there:
        return (Problem(TO_BE_RELEASED, _RELEASE, Fixer.NOBODY),)
    if overrides.on_hold is not None:
        return (Problem(ON_HOLD_THERE, overrides.on_hold, Fixer.CLERK),)
    if overrides.cancel is not None:
        return (Problem(NOT_CANCELLED, _NOT_CANCELLED.format(why=overrides.cancel), Fixer.CLERK),)
    return ()


def stops_of(known: LedgerOrder) -> tuple[Problem, ...]:
    """Return why a warehouse order is not to be shipped, as it was told last; none where it may be."""
    if not (reasons := reasons_there(known.overrides)):
        return ()
    # What an import tried is known by what it told.
    told = {problem.code: problem for problem in known.problems if problem.code in WAITS_THERE}
    cancel = known.overrides.cancel
    if ON_HOLD_THERE in told and cancel is not None:
        # It waits as one on hold; who releases it has to know that it was to be cancelled.
        told[NOT_CANCELLED] = Problem(NOT_CANCELLED, _NOT_CANCELLED.format(why=cancel), Fixer.CLERK)
    return tuple(told.values()) or reasons


_HOLD = "To be put on hold with the next import: do not ship it. A person holds it: {why}"
_CANCEL = "To be cancelled with the next import: do not ship it. A person cancelled it: {why}"
_RELEASE = "Released here: the next import takes it off hold in the warehouse. Do not ship it before."
_NOT_CANCELLED = (
    "The warehouse did not cancel it: cancel it there, or release it here. A person cancelled it: {why}"
)
