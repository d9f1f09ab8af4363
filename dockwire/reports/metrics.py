"""Where connections stand, as metrics in Prometheus's text format.

Names and units follow Prometheus's naming practice: base units, ``_total`` for what only grows, moments as
seconds since 1970. Counters are counted from the audit trail, so they survive a restart.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from dockwire.model.record import FactKind, OrderState
from dockwire.model.status import FlowRuns, Level, Reading, RunOutcome, Standing, Waiting

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

Sample = tuple[tuple[str, ...], float]
"""The values of the labels, and the number."""

_LEVELS = {Level.FINE: 0, Level.LOOK: 1, Level.ACT: 2}
_SETTLED = {OrderState.SKIPPED, OrderState.CREATED, OrderState.CANCELLED}
_WAITING = tuple(state for state in OrderState if state not in _SETTLED)
_CONNECTION = ("connection",)
_FLOW = ("connection", "flow")
_QUOTA = ("application", "seller", "region", "operation")


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: what it is called, what it means, and how it comes from a reading."""

    name: str
    """As queries name it."""
    kind: str
    """gauge or counter."""
    labels: tuple[str, ...]
    told: str
    samples: Callable[[Reading], Iterable[Sample]]

    def family(self, reading: Reading) -> Metric:
        """Return the metric with its samples."""
        make = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = make(self.name, self.told, labels=self.labels)
        for labels, value in self.samples(reading):
            family.add_metric(labels, value)
        return family


def exposition(reading: Reading) -> bytes:
    """Return all metrics of a reading in Prometheus's text format."""
    return generate_latest(_Collected(reading))


def samples(reading: Reading) -> list[dict[str, Any]]:
    """Return all metrics of a reading as JSON values."""
    return [
        {"name": sample.name, "labels": sample.labels, "value": sample.value}
        for family in _Collected(reading).collect()
        for sample in family.samples
    ]


class _Collected(Collector):
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterator[Metric]:
        for measure in MEASURES:
            yield measure.family(self._reading)


def _gauge(name: str, told: str, value: Callable[[Standing], float | None]) -> Measure:
    """Return a number of each connection; None leaves a connection out."""

    def read(reading: Reading) -> Iterator[Sample]:
        for status in reading.connections:
            if (number := value(status.standing)) is not None:
                yield (status.standing.connection,), number

    return Measure(name, "gauge", _CONNECTION, told, read)


def _of_flows(name: str, told: str, value: Callable[[FlowRuns], float | None]) -> Measure:
    def read(reading: Reading) -> Iterator[Sample]:
        for status in reading.connections:
            for flow, runs in sorted(status.standing.runs.items()):
                if (number := value(runs)) is not None:
                    yield (status.standing.connection, flow), number

    return Measure(name, "gauge", _FLOW, told, read)


def _orders_waiting(reading: Reading) -> Iterator[Sample]:
    for status in reading.connections:
        for state in _WAITING:
            yield (status.standing.connection, state.value), status.standing.orders.get(state, 0)


def _health(reading: Reading) -> Iterator[Sample]:
    for status in reading.connections:
        yield (status.standing.connection,), _LEVELS[status.level]


def _quota(value: Callable[[Any], float]) -> Callable[[Reading], Iterator[Sample]]:
    def read(reading: Reading) -> Iterator[Sample]:
        # Connections of one seller account share its quota; those that have not run yet know nothing of it.
        accounts = {each.standing.account: each for each in reading.connections if each.quotas}
        for account, status in accounts.items():
            if account is None:
                continue
            for quota in status.quotas:
                labels = (account.application_id, account.seller_id, account.region.value, quota.operation)
                yield labels, value(quota)

    return read


def _facts(reading: Reading) -> Iterator[Sample]:
    # Also those that never happened: a rate needs a first zero.
    for status in reading.connections:
        slug = status.standing.connection
        for kind in FactKind:
            yield (slug, kind.value), reading.facts.get((slug, kind), 0)


def _moment(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _age(waiting: Waiting, standing: Standing) -> float:
    return (standing.at - waiting.since).total_seconds() if waiting.since else 0.0


MEASURES = (
    Measure(
        "dockwire_reading_timestamp_seconds",
        "gauge",
        (),
        "When the ledger was read for these numbers.",
        lambda reading: [((), reading.at.timestamp())],
    ),
    Measure("dockwire_health", "gauge", _CONNECTION, "0 fine, 1 look, 2 act: somebody has to.", _health),
    _of_flows(
        "dockwire_run_start_timestamp_seconds",
        "When the last run began.",
        lambda runs: _moment(runs.last.started),
    ),
    _of_flows(
        "dockwire_run_success_timestamp_seconds",
        "When the last good run ended; missing before the first.",
        lambda runs: _moment(runs.good.ended) if runs.good else None,
    ),
    _of_flows(
        "dockwire_run_failed",
        "1 when the last run failed.",
        lambda runs: runs.last.outcome is RunOutcome.FAILED,
    ),
    _of_flows(
        "dockwire_run_unfinished",
        "1 while the last run has not said that it ended.",
        lambda runs: runs.last.ended is None,
    ),
    _gauge(
        "dockwire_lag_seconds",
        "How far the reading of Amazon's orders is behind; missing before the first import ended well.",
        lambda standing: None if standing.lag is None else standing.lag.total_seconds(),
    ),
    Measure(
        "dockwire_orders_waiting",
        "gauge",
        ("connection", "state"),
        "Orders that are not in the warehouse and may get there.",
        _orders_waiting,
    ),
    _gauge(
        "dockwire_hold_oldest_age_seconds",
        "Age of the oldest hold; 0 without one.",
        lambda standing: _age(standing.holds, standing),
    ),
    _gauge(
        "dockwire_orders_due",
        "Orders to ship within a day that Amazon was not told of.",
        lambda standing: standing.ship_by.due,
    ),
    _gauge(
        "dockwire_orders_late",
        "Those of them whose time to ship is over.",
        lambda standing: standing.ship_by.late,
    ),
    _gauge(
        "dockwire_orders_due_outside_warehouse",
        "Those of the due ones that the warehouse does not have.",
        lambda standing: standing.ship_by.not_in_warehouse,
    ),
    _gauge(
        "dockwire_shipments_waiting",
        "Packages that Amazon was not told of yet.",
        lambda standing: standing.shipments.count,
    ),
    _gauge(
        "dockwire_shipment_oldest_age_seconds",
        "Age of the oldest of them; 0 without one.",
        lambda standing: _age(standing.shipments, standing),
    ),
    _gauge(
        "dockwire_shipments_refused",
        "Packages that wait for a person.",
        lambda standing: standing.shipments_refused,
    ),
    _gauge(
        "dockwire_quantities_under_way",
        "Quantities sent and not seen at Amazon yet.",
        lambda standing: standing.quantities_under_way,
    ),
    _gauge(
        "dockwire_quantities_refused",
        "SKUs whose quantity Amazon refuses.",
        lambda standing: standing.quantities_refused,
    ),
    _gauge("dockwire_mails_waiting", "Mails no server took yet.", lambda standing: standing.mails.count),
    _gauge(
        "dockwire_mail_oldest_age_seconds",
        "Age of the oldest of them; 0 without one.",
        lambda standing: _age(standing.mails, standing),
    ),
    Measure(
        "dockwire_quota_calls_left",
        "gauge",
        _QUOTA,
        "Calls that Amazon's quota of the seller account allows at once.",
        _quota(lambda quota: quota.left),
    ),
    Measure(
        "dockwire_quota_calls_burst",
        "gauge",
        _QUOTA,
        "As many are saved up at most.",
        _quota(lambda quota: quota.burst),
    ),
    _gauge(
        "dockwire_consent_expiry_timestamp_seconds",
        "When the seller's consent expires; missing where not known.",
        lambda standing: _moment(standing.consent.expires) if standing.consent else None,
    ),
    _gauge(
        "dockwire_secret_expiry_timestamp_seconds",
        "When the application's client secret expires; missing where not known.",
        lambda standing: _moment(standing.consent.secret_expires) if standing.consent else None,
    ),
    Measure(
        "dockwire_facts_total",
        "counter",
        ("connection", "kind"),
        "What happened to orders, shipments, quantities and runs, by kind of fact.",
        _facts,
    ),
)
"""All metrics, in the order they are shown."""
