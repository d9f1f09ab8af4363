"""What Prefect knows of where connections stand and the ledger does not; Prefect takes its time to load."""

from collections.abc import Collection, Sequence

from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Status


def excuse(statuses: Sequence[Status]) -> list[Status]:
    """Judge connections anew that somebody paused."""
    from deployments.pauses import without_paused

    return without_paused(statuses)


def not_run_yet(known: Collection[ConnectionSlug]) -> list[Status] | None:
    """Return where the stored connections besides the ``known`` ones stand; None when Prefect does not answer."""
    from deployments.never_ran import never_ran

    return never_ran(known)


def complete(statuses: Sequence[Status]) -> list[Status]:
    """Judge connections anew that are paused, and add those that have not run yet, unless Prefect is silent."""
    known = [each.standing.connection for each in statuses]
    return [*excuse(statuses), *(not_run_yet(known) or ())]
