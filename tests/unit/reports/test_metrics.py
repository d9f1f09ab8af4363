"""Metrics as Prometheus reads them: parsed back, each number where it belongs, never twice."""

from collections import Counter
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.model.record import FactKind, OrderState
from dockwire.model.status import (
    Bucket,
    ConsentEnds,
    FlowRuns,
    Reading,
    RunOutcome,
    RunRecord,
    ShipBy,
    Standing,
    Waiting,
)
from dockwire.reports.metrics import MEASURES, exposition
from dockwire.services.seeing import judged
from tests.builders import NOW, connection

HOUR = timedelta(hours=1)
ACME, CANADA = connection(), connection(slug="acme-ca", marketplace_code="CA")
Key = tuple[str, frozenset[tuple[str, str]]]


def key(name: str, **labels: str) -> Key:
    return name, frozenset(labels.items())


def parsed(reading: Reading) -> dict[Key, float]:
    """Return what a scrape would keep; a sample that came twice would break it."""
    families = list(text_string_to_metric_families(exposition(reading).decode()))
    found = [
        (key(sample.name, **sample.labels), sample.value) for family in families for sample in family.samples
    ]
    assert [name for name, count in Counter(name for name, _ in found).items() if count > 1] == []
    kinds = {family.name: family.type for family in families}
    assert kinds == {each.name.removesuffix("_total"): each.kind for each in MEASURES}
    return dict(found)


def busy() -> Standing:
    good = RunRecord(ACME.slug, "order-import", "1", NOW - 3 * HOUR, NOW - 2 * HOUR, RunOutcome.COMPLETED)
    crashed = RunRecord(ACME.slug, "order-import", "2", NOW - HOUR)
    return Standing(
        ACME.slug,
        ACME.account,
        at=NOW,
        registered=NOW - 90 * HOUR,
        watermark=NOW - HOUR,
        runs={"order-import": FlowRuns(crashed, good)},
        orders={OrderState.HELD: 3},
        holds=Waiting(3, NOW - 2 * HOUR),
        ship_by=ShipBy(9, 2, 1),
        shipments=Waiting(4, NOW - HOUR),
        shipments_refused=5,
        quantities_under_way=6,
        quantities_refused=7,
        mails=Waiting(8, NOW - HOUR),
        buckets=(Bucket("getOrder", NOW.timestamp() + 4, None), Bucket("unheardOf", 0.0, None)),
        consent=ConsentEnds(NOW + HOUR, None),
    )


def test_every_number_is_where_it_belongs() -> None:
    facts = {(ACME.slug, FactKind.ORDER_CREATED): 12}
    quiet = Standing(CANADA.slug, CANADA.account, NOW, NOW, buckets=busy().buckets)
    found = parsed(Reading(NOW, (judged(busy()), judged(quiet)), facts))
    us, ca = {"connection": "acme-us"}, {"connection": "acme-ca"}
    run = us | {"flow": "order-import"}
    account = {
        "application": ACME.application_id,
        "seller": SellerId("A1SELLER"),
        "region": Region.NA.value,
        "operation": "getOrder",
    }
    expected = {
        key("dockwire_reading_timestamp_seconds"): NOW.timestamp(),
        key("dockwire_health", **us): 2,
        key("dockwire_health", **ca): 0,
        key("dockwire_run_start_timestamp_seconds", **run): (NOW - HOUR).timestamp(),
        key("dockwire_run_success_timestamp_seconds", **run): (NOW - 2 * HOUR).timestamp(),
        key("dockwire_run_unfinished", **run): 1,
        key("dockwire_run_failed", **run): 0,
        key("dockwire_lag_seconds", **us): 3600,
        key("dockwire_orders_waiting", **us, state="held"): 3,
        key("dockwire_orders_waiting", **ca, state="held"): 0,
        key("dockwire_hold_oldest_age_seconds", **us): 7200,
        key("dockwire_hold_oldest_age_seconds", **ca): 0,
        key("dockwire_orders_due", **us): 9,
        key("dockwire_orders_late", **us): 2,
        key("dockwire_orders_due_outside_warehouse", **us): 1,
        key("dockwire_shipments_waiting", **us): 4,
        key("dockwire_shipments_refused", **us): 5,
        key("dockwire_quantities_under_way", **us): 6,
        key("dockwire_quantities_refused", **us): 7,
        key("dockwire_mails_waiting", **us): 8,
        # Half a token a second, four seconds ahead of the steady stream: two calls are used up.
        key("dockwire_quota_calls_left", **account): 27,
        key("dockwire_quota_calls_burst", **account): 29,
        key("dockwire_consent_expiry_timestamp_seconds", **us): (NOW + HOUR).timestamp(),
        key("dockwire_facts_total", **us, kind="order_created"): 12,
        key("dockwire_facts_total", **us, kind="order_held"): 0,
    }
    assert {name: found.get(name) for name in expected} == expected
    told = {name for name, _ in found}
    assert "dockwire_secret_expiry_timestamp_seconds" not in told
    assert key("dockwire_lag_seconds", **ca) not in found


def test_an_installation_without_connections_can_be_scraped() -> None:
    assert parsed(Reading(NOW, (), {})) == {key("dockwire_reading_timestamp_seconds"): NOW.timestamp()}
