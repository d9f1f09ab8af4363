"""Runs: that they began, how they ended, and the newest of each connection and flow."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, func, insert, select, union_all, update
from sqlalchemy import Connection as Link

from dockwire.ledger.run_tables import runs
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import GOOD_OUTCOMES, FlowRuns, RunOutcome, RunRecord

KEPT = 100
"""Runs of a connection and flow that are kept: a day of order imports, four days of the hourly flows."""

_IS_GOOD = runs.c.outcome.in_(GOOD_OUTCOMES)


def begin_run(link: Link, run: RunRecord) -> None:
    """Write a run down before its work, and drop the oldest ones."""
    link.execute(delete(runs).where(runs.c.run == run.run))
    link.execute(
        insert(runs).values(
            connection=run.connection,
            flow=run.flow,
            run=run.run,
            started=run.started,
            sentence=run.sentence,
            counts=json.dumps(run.counts),
        )
    )
    _trim(link, _of(run))


def end_run(link: Link, run: RunRecord) -> None:
    """Write down how a run ended."""
    link.execute(
        update(runs)
        .where(runs.c.run == run.run)
        .values(ended=run.ended, outcome=run.outcome, sentence=run.sentence, counts=json.dumps(run.counts))
    )


def newest(link: Link, slug: ConnectionSlug | None) -> dict[ConnectionSlug, dict[str, FlowRuns]]:
    """Return the last run and the last good run of each flow, by connection."""
    ends = (
        select(
            func.max(runs.c.id).label("last"),
            func.max(case((_IS_GOOD, runs.c.id))).label("good"),
        )
        .where(*([runs.c.connection == slug] if slug else []))
        .group_by(runs.c.connection, runs.c.flow)
        .cte("ends")
    )
    wanted = union_all(select(ends.c.last), select(ends.c.good))
    found: dict[ConnectionSlug, dict[str, FlowRuns]] = {}
    for row in link.execute(select(runs).where(runs.c.id.in_(wanted)).order_by(runs.c.id)):
        run = _record(row)
        flows = found.setdefault(run.connection, {})
        good = run if run.outcome in GOOD_OUTCOMES else None
        known = flows.get(run.flow)
        # By id: the good one comes first, or is the last one itself.
        flows[run.flow] = FlowRuns(run, good or (known.good if known else None))
    return found


def _of(run: RunRecord) -> ColumnElement[bool]:
    return (runs.c.connection == run.connection) & (runs.c.flow == run.flow)


def _trim(link: Link, same: ColumnElement[bool]) -> None:
    oldest = link.scalar(select(runs.c.id).where(same).order_by(runs.c.id.desc()).offset(KEPT - 1).limit(1))
    if oldest is None:
        return
    good = link.scalar(select(func.max(runs.c.id)).where(same, _IS_GOOD))
    link.execute(delete(runs).where(same, runs.c.id < oldest, runs.c.id != (good or 0)))


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        connection=ConnectionSlug(row.connection),
        flow=row.flow,
        run=row.run,
        started=row.started,
        ended=row.ended,
        outcome=RunOutcome(row.outcome) if row.outcome else None,
        sentence=row.sentence,
        counts=json.loads(row.counts),
    )
