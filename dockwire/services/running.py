"""Runs write themselves down: that they began, and how they ended."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from dockwire.errors import DockwireError
from dockwire.model.status import RunOutcome, RunRecord
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)


async def begin(desk: Desk, *, flow: str) -> RunRecord:
    """Write down that a run of a flow began; without an end it counts as unfinished.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    run = RunRecord(desk.connection.slug, flow, desk.owner, desk.clock.now())
    await desk.ledger.begin_run(run)
    return run


async def end(desk: Desk, run: RunRecord, *, failed: bool, sentence: str, counts: Mapping[str, int]) -> None:
    """Write down how a run ended; what it did stays done when that cannot be written."""
    good = RunOutcome.COMPLETED if any(counts.values()) else RunOutcome.NOTHING_TO_DO
    ended = replace(
        run,
        ended=desk.clock.now(),
        outcome=RunOutcome.FAILED if failed else good,
        sentence=sentence,
        counts=dict(counts),
    )
    try:
        await desk.ledger.end_run(ended)
    except DockwireError as error:
        log.warning("the end of this run is not written down: %s", error)
