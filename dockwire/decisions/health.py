"""From numbers to what a connection asks of people: nothing, a look, or an act.

A number alone is no reason: orders that are to ship today are a normal day. What may pass by itself asks for
a look; what stays as it is until somebody acts asks for an act.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.decisions.spans import in_words
from dockwire.errors import Fixer
from dockwire.model.record import OrderState
from dockwire.model.status import FlowRuns, Level, Reason, RunOutcome, ShipBy, Standing, Waiting


@dataclass(frozen=True, slots=True)
class Patience:
    """After how long something asks for a look, and for an act."""

    look: timedelta
    act: timedelta

    def level(self, age: timedelta) -> Level:
        """Return what this age asks for."""
        return Level.ACT if age >= self.act else Level.LOOK if age >= self.look else Level.FINE


IMPORT_LATE = Patience(timedelta(minutes=45), timedelta(hours=2))
"""Since the last good order import, which runs every 15 minutes."""
TRACKING_LATE = Patience(timedelta(hours=3), timedelta(hours=6))
"""Since the last good tracking update, which runs every 60 minutes."""
STOCK_LATE = Patience(timedelta(hours=3), timedelta(hours=6))
"""Since the last good inventory sync, which runs every 60 minutes."""
RUN_UNFINISHED = Patience(timedelta(hours=1), timedelta(hours=6))
"""Since a run began that did not say that it ended; after 6 hours Prefect ends one that still works."""
LAG = Patience(timedelta(hours=1), timedelta(hours=4))
"""How far the reading of Amazon's orders is behind."""
HOLD_AGE = Patience(timedelta(0), timedelta(hours=24))
"""Of the oldest hold: it waits for a person from the first moment on, and not for days."""
SHIPMENT_AGE = Patience(timedelta(hours=3), timedelta(hours=12))
"""Of the oldest package that Amazon was not told of: the next tracking update is due every hour."""
MAIL_AGE = Patience(timedelta(hours=1), timedelta(hours=24))
"""Of the oldest mail that no server took."""
EXPIRY_LOOK = timedelta(days=30)
"""Before a consent or client secret expires."""
EXPIRY_ACT = timedelta(days=7)

FLOWS = {"order-import": IMPORT_LATE, "tracking-update": TRACKING_LATE, "inventory-sync": STOCK_LATE}
"""The flows that run by themselves; what somebody asked for was told to whoever asked."""


_GRAVITY = {Level.ACT: 0, Level.LOOK: 1, Level.FINE: 2}


def judge(standing: Standing, *, paused: Collection[str] = ()) -> tuple[Level, tuple[Reason, ...]]:
    """Return the gravest level and all reasons, the gravest first.

    ``paused``: the flows that do not run because somebody wants it so, which excuses their late runs, and
    the lag where it is the import.
    """
    imports = "order-import" not in paused and not standing.approval_wanted
    found = [*_waits(standing, imports=imports), *_expiries(standing), *_agreed(standing)]
    # What waits for the 3PL's approval does not run, and that is told already.
    if not standing.approval_wanted:
        found += _late(standing, paused)
        found += [*_lag(standing), *_never_ran(standing)] if imports else ()
    reasons = sorted(
        (each for each in found if each.level is not Level.FINE), key=lambda each: _GRAVITY[each.level]
    )
    return (reasons[0].level if reasons else Level.FINE), tuple(reasons)


def _agreed(standing: Standing) -> Iterator[Reason]:
    if standing.approval_wanted:
        told = f"C{standing.approval_wanted[1:]}."
        yield Reason(Level.ACT, "approval_wanted", told, Fixer.CLERK)
    if standing.terms_wanted:
        yield Reason(Level.LOOK, "terms_wanted", standing.terms_wanted, Fixer.MERCHANT)


def _never_ran(standing: Standing) -> Iterator[Reason]:
    if standing.never_ran:
        yield standing.never_ran


def _late(standing: Standing, paused: Collection[str]) -> Iterator[Reason]:
    for flow, patience in FLOWS.items():
        if flow not in paused and (flow != "inventory-sync" or standing.stock_sync):
            yield from _flow(standing, flow, standing.runs.get(flow), patience)


def _flow(standing: Standing, flow: str, runs: FlowRuns | None, patience: Patience) -> Iterator[Reason]:
    name = flow.replace("-", " ")
    good = runs.good if runs else None
    age = standing.at - ((good.ended or good.started) if good else standing.registered)
    under_way = runs is not None and runs.last.ended is None
    # A long run under way keeps the next one from starting; crashes one after the other do not excuse it.
    late = Level.ACT if age >= max(patience.act, RUN_UNFINISHED.act) else Level.FINE
    late = late if under_way else patience.level(age)
    since = "has not ended well since the connection began" if good is None else "ended well last"
    yield Reason(late, "run_late", f"The {name} {since}, {in_words(age)} ago.", Fixer.ENGINEER)
    if runs is None:
        return
    if under_way:
        unfinished = standing.at - runs.last.started
        sentence = f"The {name} that began {in_words(unfinished)} ago has not ended; it may have crashed."
        yield Reason(RUN_UNFINISHED.level(unfinished), "run_unfinished", sentence, Fixer.ENGINEER)
    elif runs.last.outcome is RunOutcome.FAILED:
        sentence = f"The last {name} failed: {_first_line(runs.last.sentence)}"
        yield Reason(Level.LOOK, "run_failed", sentence, Fixer.ENGINEER)


def _lag(standing: Standing) -> Iterator[Reason]:
    if standing.watermark is None:
        return
    # A connection that has just begun reads days of orders first.
    behind = standing.at - max(standing.watermark, standing.registered)
    sentence = f"Amazon's orders have been read up to {in_words(standing.at - standing.watermark)} ago."
    if standing.reads_first:
        sentence = f"Amazon's orders are still read for the first time, {in_words(behind)} after the connection began."
    yield Reason(LAG.level(behind), "lag", sentence, Fixer.ENGINEER)


def _waits(standing: Standing, *, imports: bool) -> Iterator[Reason]:
    ship_by, orders = standing.ship_by, standing.orders
    if ship_by.late:
        told = f"Orders that should have shipped already, as far as Amazon was told: {ship_by.late}."
        yield Reason(Level.ACT, "ship_late", told, Fixer.CLERK)
    if ship_by.not_in_warehouse:
        yield _outside(ship_by, imports)
    if standing.shipments_refused:
        told = f"Shipments refused: {standing.shipments_refused}; Amazon does not know of them."
        yield _reason(Level.ACT, "shipments_refused", told, standing.refused_for or (Fixer.CLERK,))
    if standing.quantities_refused:
        told = f"SKUs whose quantity Amazon refuses: {standing.quantities_refused}."
        yield Reason(Level.LOOK, "quantities_refused", told, Fixer.MERCHANT)
    if count := orders.get(OrderState.FAILED, 0):
        yield Reason(
            Level.LOOK, "orders_failed", f"Orders that failed and are tried again: {count}.", Fixer.CLERK
        )
    if count := orders.get(OrderState.QUARANTINED, 0):
        yield Reason(Level.LOOK, "orders_unreadable", f"Orders that cannot be read: {count}.", Fixer.ENGINEER)
    at = standing.at
    yield from _aged(standing.holds, at, HOLD_AGE, "orders_held", "Orders held", Fixer.ENGINEER)
    yield from _aged(
        standing.shipments,
        at,
        SHIPMENT_AGE,
        "shipments_wait",
        "Shipments that wait for Amazon",
        Fixer.ENGINEER,
    )
    yield from _aged(standing.mails, at, MAIL_AGE, "mails_wait", "Mails that wait to be sent", Fixer.ENGINEER)


def _outside(ship_by: ShipBy, imports: bool) -> Reason:
    told = f"Orders to ship within a day that are not in the warehouse yet: {ship_by.not_in_warehouse}"
    if not imports:
        told = f"{told}; they wait for an import, and none runs."
        return _reason(Level.ACT, "ship_by_risk", told, dict.fromkeys((Fixer.ENGINEER, *ship_by.fixers)))
    if ship_by.fixers:
        return _reason(Level.ACT, "ship_by_risk", f"{told}.", ship_by.fixers)
    return Reason(Level.LOOK, "ship_by_risk", f"{told}; the next import brings them.", Fixer.NOBODY)


def _aged(
    waiting: Waiting, at: datetime, patience: Patience, code: str, what: str, fixer: Fixer
) -> Iterator[Reason]:
    if not waiting.count:
        return
    age = at - waiting.since if waiting.since else timedelta(0)
    told = f"{what}: {waiting.count}, the oldest for {in_words(age)}."
    yield _reason(patience.level(age), code, told, waiting.fixers or (fixer,))


def _reason(level: Level, code: str, told: str, fixers: Iterable[Fixer]) -> Reason:
    first, *others = fixers
    return Reason(level, code, told, first, tuple(others))


def _expiries(standing: Standing) -> Iterator[Reason]:
    consent = standing.consent
    if consent is None:
        return
    for what, code, moment, fixer in (
        ("The seller's consent", "consent_expires", consent.expires, Fixer.MERCHANT),
        ("The application's client secret", "secret_expires", consent.secret_expires, Fixer.ENGINEER),
    ):
        if moment is not None:
            left = moment - standing.at
            told = f"{what} expires in {in_words(left)}." if left > timedelta(0) else f"{what} has expired."
            yield Reason(_expiry(left), code, told, fixer)


def _expiry(left: timedelta) -> Level:
    return Level.ACT if left <= EXPIRY_ACT else Level.LOOK if left <= EXPIRY_LOOK else Level.FINE


def _first_line(text: str) -> str:
    return (text.splitlines() or ["no reason was told"])[0]
