"""From numbers to "fine", "look" and "act": each rule by itself, at its threshold, and the gravest on top."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dockwire.decisions.health import judge
from dockwire.errors import Fixer
from dockwire.model.record import OrderState
from dockwire.model.status import (
    ConsentEnds,
    FlowRuns,
    Level,
    RunOutcome,
    RunRecord,
    ShipBy,
    Standing,
    Waiting,
)
from tests.builders import NOW, connection

ACME = connection()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FINE: tuple[Level, set[str]] = (Level.FINE, set())


def run(flow: str, ago: timedelta, outcome: RunOutcome | None = RunOutcome.COMPLETED) -> RunRecord:
    """Return a run that began and ended so long ago, or began and did not end."""
    at = NOW - ago
    return RunRecord(
        ACME.slug, flow, f"{flow}-{ago}", at, at if outcome else None, outcome, "It said so.\nMore."
    )


def good(flow: str, ago: timedelta) -> FlowRuns:
    done = run(flow, ago)
    return FlowRuns(done, done)


def after_good(flow: str, ago: timedelta, last: RunRecord) -> FlowRuns:
    return FlowRuns(last, run(flow, ago))


QUIET = Standing(
    ACME.slug,
    ACME.account,
    at=NOW,
    registered=NOW - 30 * DAY,
    watermark=NOW - 5 * MINUTE,
    runs={"order-import": good("order-import", 5 * MINUTE), "tracking-update": good("tracking-update", HOUR)},
)


def standing(**overrides: Any) -> Standing:
    runs = QUIET.runs | overrides.pop("runs", {})
    return replace(QUIET, runs=runs, **overrides)


def judged(found: Standing, *, paused: Collection[str] = ()) -> tuple[Level, set[str]]:
    level, reasons = judge(found, paused=paused)
    return level, {reason.code for reason in reasons}


IMPORT = "order-import"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, FINE),
        # Late runs, measured from the last good end.
        ({"runs": {IMPORT: good(IMPORT, 44 * MINUTE)}}, FINE),
        ({"runs": {IMPORT: good(IMPORT, 45 * MINUTE)}}, (Level.LOOK, {"run_late"})),
        ({"runs": {IMPORT: good(IMPORT, 2 * HOUR)}}, (Level.ACT, {"run_late"})),
        ({"runs": {"tracking-update": good("tracking-update", 2 * HOUR)}}, FINE),
        ({"runs": {"tracking-update": good("tracking-update", 6 * HOUR)}}, (Level.ACT, {"run_late"})),
        ({"stock_sync": True}, (Level.ACT, {"run_late"})),
        ({"runs": {"inventory-sync": good("inventory-sync", 9 * DAY)}}, FINE),
        ({"runs": {"ship-and-close": good("ship-and-close", 9 * DAY)}}, FINE),
        # A failure is a look, and an act when it goes on.
        (
            {"runs": {IMPORT: after_good(IMPORT, 20 * MINUTE, run(IMPORT, MINUTE, RunOutcome.FAILED))}},
            (Level.LOOK, {"run_failed"}),
        ),
        (
            {"runs": {IMPORT: after_good(IMPORT, 2 * HOUR, run(IMPORT, MINUTE, RunOutcome.FAILED))}},
            (Level.ACT, {"run_failed", "run_late"}),
        ),
        # A long run is not late while it works; a crash is seen, and crashes in a row are.
        ({"runs": {IMPORT: after_good(IMPORT, 3 * HOUR, run(IMPORT, 59 * MINUTE, None))}}, FINE),
        (
            {"runs": {IMPORT: after_good(IMPORT, 3 * HOUR, run(IMPORT, HOUR, None))}},
            (Level.LOOK, {"run_unfinished"}),
        ),
        (
            {"runs": {IMPORT: after_good(IMPORT, 5 * HOUR, run(IMPORT, 6 * HOUR, None))}},
            (Level.ACT, {"run_unfinished"}),
        ),
        (
            {"runs": {IMPORT: after_good(IMPORT, 6 * HOUR, run(IMPORT, MINUTE, None))}},
            (Level.ACT, {"run_late"}),
        ),
        # Reading.
        ({"watermark": NOW - 59 * MINUTE}, FINE),
        ({"watermark": NOW - HOUR}, (Level.LOOK, {"lag"})),
        ({"watermark": NOW - 4 * HOUR}, (Level.ACT, {"lag"})),
        ({"watermark": NOW - 9 * DAY, "registered": NOW - MINUTE}, FINE),
        ({"watermark": None}, FINE),
        # Orders.
        ({"orders": {OrderState.NEW: 4, OrderState.WATCHED: 9, OrderState.CLAIMED: 2}}, FINE),
        ({"orders": {OrderState.FAILED: 1}}, (Level.LOOK, {"orders_failed"})),
        ({"orders": {OrderState.QUARANTINED: 1}}, (Level.LOOK, {"orders_unreadable"})),
        ({"holds": Waiting(1, NOW)}, (Level.LOOK, {"orders_held"})),
        ({"holds": Waiting(1, NOW - DAY)}, (Level.ACT, {"orders_held"})),
        ({"ship_by": ShipBy(due=30)}, FINE),
        ({"ship_by": ShipBy(due=30, late=1)}, (Level.ACT, {"ship_late"})),
        ({"ship_by": ShipBy(due=30, not_in_warehouse=1)}, (Level.LOOK, {"ship_by_risk"})),
        (
            {"ship_by": ShipBy(due=30, not_in_warehouse=1, fixers=(Fixer.MERCHANT,))},
            (Level.ACT, {"ship_by_risk"}),
        ),
        # What Amazon and people are to be told.
        ({"shipments": Waiting(40, NOW - 2 * HOUR)}, FINE),
        ({"shipments": Waiting(1, NOW - 3 * HOUR)}, (Level.LOOK, {"shipments_wait"})),
        ({"shipments": Waiting(1, NOW - 12 * HOUR)}, (Level.ACT, {"shipments_wait"})),
        ({"shipments_refused": 1}, (Level.ACT, {"shipments_refused"})),
        ({"quantities_under_way": 500}, FINE),
        ({"quantities_refused": 1}, (Level.LOOK, {"quantities_refused"})),
        ({"mails": Waiting(3, NOW - 59 * MINUTE)}, FINE),
        ({"mails": Waiting(3, NOW - HOUR)}, (Level.LOOK, {"mails_wait"})),
        ({"mails": Waiting(3, NOW - DAY)}, (Level.ACT, {"mails_wait"})),
        # What expires.
        ({"consent": ConsentEnds(NOW + 31 * DAY, NOW + 31 * DAY)}, FINE),
        ({"consent": ConsentEnds(NOW + 30 * DAY)}, (Level.LOOK, {"consent_expires"})),
        ({"consent": ConsentEnds(NOW + 7 * DAY)}, (Level.ACT, {"consent_expires"})),
        ({"consent": ConsentEnds(None, NOW - DAY)}, (Level.ACT, {"secret_expires"})),
    ],
)
def test_each_rule_by_itself(overrides: dict[str, Any], expected: tuple[Level, set[str]]) -> None:
    assert judged(standing(**overrides)) == expected


def test_a_connection_that_never_ran_is_given_the_time_of_one_run() -> None:
    fresh = replace(QUIET, runs={}, registered=NOW - 30 * MINUTE)
    assert judged(fresh) == FINE
    level, reasons = judge(replace(fresh, registered=NOW - 2 * HOUR))
    assert level is Level.ACT
    told = "The order import has not ended well since the connection began, 2 h ago."
    assert [reason.sentence for reason in reasons] == [told]


def test_a_pause_excuses_late_runs_and_lag_and_nothing_else() -> None:
    late = standing(runs={IMPORT: good(IMPORT, 9 * DAY)}, watermark=NOW - 9 * DAY)
    assert judged(late)[0] is Level.ACT
    assert judged(late, paused={IMPORT}) == FINE
    refused = replace(late, shipments_refused=1)
    assert judged(refused, paused={IMPORT}) == (Level.ACT, {"shipments_refused"})
    # Each flow is paused by itself.
    assert judged(late, paused={"tracking-update"}) == (Level.ACT, {"run_late", "lag"})
    both = replace(late, runs=late.runs | {"tracking-update": good("tracking-update", 9 * DAY)})
    assert judged(both, paused={IMPORT}) == (Level.ACT, {"run_late"})


def test_orders_that_the_next_import_brings_ask_for_nobody_while_it_runs() -> None:
    told = "Orders to ship within a day that are not in the warehouse yet: 2"
    here = standing(ship_by=ShipBy(due=3, not_in_warehouse=2))

    def reasons(paused: set[str], **changed: Any) -> list[tuple[Level, str, str]]:
        found = judge(replace(here, **changed), paused=paused)[1]
        return [(each.level, each.sentence, each.who) for each in found if each.code == "ship_by_risk"]

    assert reasons(set()) == [(Level.LOOK, f"{told}; the next import brings them.", "nobody")]
    waiting = [(Level.ACT, f"{told}; they wait for an import, and none runs.", "engineer")]
    assert reasons({IMPORT}) == reasons(set(), approval_wanted="it waits for approval") == waiting
    assert reasons({"tracking-update"}) == reasons(set())
    held = ShipBy(due=3, not_in_warehouse=2, fixers=(Fixer.MERCHANT, Fixer.CLERK))
    assert reasons(set(), ship_by=held) == [(Level.ACT, f"{told}.", "merchant, clerk")]
    # What they end brings nothing while no import runs.
    none_runs = f"{told}; they wait for an import, and none runs."
    assert reasons({IMPORT}, ship_by=held) == [(Level.ACT, none_runs, "engineer, merchant, clerk")]
    settings = ShipBy(due=3, not_in_warehouse=2, fixers=(Fixer.CLERK, Fixer.ENGINEER))
    assert reasons({IMPORT}, ship_by=settings) == [(Level.ACT, none_runs, "engineer, clerk")]


def test_refused_shipments_name_all_who_can_mend_them() -> None:
    refused = standing(shipments_refused=3, refused_for=(Fixer.ENGINEER, Fixer.MERCHANT))
    assert [each.who for each in judge(refused)[1]] == ["engineer, merchant"]


def test_the_gravest_reason_comes_first_and_each_says_who_acts() -> None:
    many = standing(
        holds=Waiting(2, NOW - 3 * HOUR, (Fixer.CLERK, Fixer.MERCHANT)),
        ship_by=ShipBy(due=4, late=1),
        runs={IMPORT: after_good(IMPORT, 20 * MINUTE, run(IMPORT, MINUTE, RunOutcome.FAILED))},
    )
    level, reasons = judge(many)
    assert level is Level.ACT
    assert [(reason.level, reason.sentence, reason.who) for reason in reasons] == [
        (Level.ACT, "Orders that should have shipped already, as far as Amazon was told: 1.", "clerk"),
        (Level.LOOK, "Orders held: 2, the oldest for 3 h.", "clerk, merchant"),
        (Level.LOOK, "The last order import failed: It said so.", "engineer"),
    ]
