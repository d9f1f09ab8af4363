"""The ledger's list of runs: what ended, what did not, and that it does not grow for ever."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from dockwire.ledger import SqlLedger
from dockwire.ledger.run_tables import runs
from dockwire.ledger.runs import KEPT
from dockwire.model.status import FlowRuns, RunOutcome, RunRecord
from tests.builders import NOW
from tests.unit.ledger.acts import ACME

FLOW = "order-import"


def run(number: int, **more: object) -> RunRecord:
    begun = RunRecord(ACME.slug, FLOW, f"run-{number}", NOW + timedelta(minutes=number))
    return replace(begun, **more)  # type: ignore[arg-type]


def ended(begun: RunRecord, outcome: RunOutcome, sentence: str = "2 created") -> RunRecord:
    at = begun.started + timedelta(seconds=30)
    return replace(begun, ended=at, outcome=outcome, sentence=sentence, counts={"created": 2})


async def flow_runs(ledger: SqlLedger) -> FlowRuns:
    (standing,) = await ledger.standings(ACME.slug, now=NOW)
    return standing.runs[FLOW]


async def test_a_run_without_an_end_is_last_and_the_good_one_before_it_is_kept_in_sight(
    ledger: SqlLedger,
) -> None:
    good = ended(run(1), RunOutcome.NOTHING_TO_DO)
    failed = ended(run(2), RunOutcome.FAILED, "Amazon does not answer")
    for each in (good, failed):
        await ledger.begin_run(run(int(each.run[-1])))
        await ledger.end_run(each)
    assert await flow_runs(ledger) == FlowRuns(failed, good)
    await ledger.begin_run(run(3))
    assert await flow_runs(ledger) == FlowRuns(run(3), good)


async def test_a_run_that_is_retried_takes_its_own_place(ledger: SqlLedger) -> None:
    await ledger.begin_run(run(1))
    await ledger.end_run(ended(run(1), RunOutcome.FAILED))
    again = run(1, started=NOW + timedelta(hours=1))
    await ledger.begin_run(again)
    assert await flow_runs(ledger) == FlowRuns(again, None)
    done = ended(again, RunOutcome.COMPLETED)
    await ledger.end_run(done)
    assert await flow_runs(ledger) == FlowRuns(done, done)


async def test_the_newest_hundred_runs_stay_and_the_last_good_one(ledger: SqlLedger) -> None:
    other = replace(run(999), flow="tracking-update")
    await ledger.begin_run(other)
    good = ended(run(0), RunOutcome.COMPLETED)
    await ledger.begin_run(run(0))
    await ledger.end_run(good)
    for number in range(1, KEPT + 4):
        await ledger.begin_run(run(number))
    kept = await ledger._database.read(
        lambda link: link.scalar(select(func.count()).select_from(runs).where(runs.c.flow == FLOW))
    )
    assert kept == KEPT + 1
    assert await flow_runs(ledger) == FlowRuns(run(KEPT + 3), good)
    (standing,) = await ledger.standings(now=NOW)
    assert standing.runs["tracking-update"].last == other


async def test_the_end_of_a_run_that_is_not_kept_any_more_is_passed_over(ledger: SqlLedger) -> None:
    await ledger.end_run(ended(run(5), RunOutcome.COMPLETED))
    (standing,) = await ledger.standings(now=NOW)
    assert standing.runs == {}
