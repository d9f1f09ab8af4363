"""Where connections stand, as rows for people and as JSON values; no orders, nothing personal."""

from datetime import datetime
from typing import Any

from dockwire.decisions.expiry import days_left
from dockwire.decisions.spans import in_words
from dockwire.model.status import IMPORT, FlowRuns, Level, RunRecord, Standing, Status, Waiting

_COLUMNS = {IMPORT: "import", "tracking-update": "tracking", "inventory-sync": "stock"}


def table_row(status: Status) -> dict[str, str]:
    """Return one connection as one row."""
    standing = status.standing
    ship_by = standing.ship_by
    return {
        "connection": standing.connection,
        "health": health_in_words(status),
        **{column: _last_good(status, flow) for flow, column in _COLUMNS.items()},
        "lag": lag_in_words(standing),
        "waiting": str(standing.orders_waiting),
        "held": _waiting(standing.holds, standing.at),
        "to ship 24 h": f"{ship_by.due} ({ship_by.late} late)" if ship_by.late else str(ship_by.due),
        "for Amazon": _waiting(standing.shipments, standing.at),
        "quantities": str(standing.quantities_under_way),
        "mails": _waiting(standing.mails, standing.at),
        "quota": _scarcest(status),
        "consent": _days(status, "expires"),
    }


def health_in_words(status: Status) -> str:
    """Return the level; a connection that is not behind because it has just begun is not simply fine."""
    imports = status.standing.runs.get(IMPORT)
    works = imports is not None and imports.last.ended is None
    level = status.level.value
    if status.level is Level.FINE and status.standing.reads_first and works:
        level = "reading"
    return f"{level} (paused)" if status.paused else level


def lag_in_words(standing: Standing) -> str:
    """Return how far the reading of Amazon's orders is behind."""
    if standing.lag is None:
        return "first reading" if standing.reads_first else "never read"
    return in_words(standing.lag)


def run_rows(status: Status) -> list[dict[str, str]]:
    """Return the runs of one connection, a row for each flow."""
    return [
        {
            "flow": flow,
            "last run": _ago(runs.last.started, status.standing.at),
            "ended": _end(runs.last),
            "last good": _ago(runs.good.started, status.standing.at) if runs.good else "never",
            "it said": (runs.last.sentence.splitlines() or [""])[0],
        }
        for flow, runs in sorted(status.standing.runs.items())
    ]


def waiting_rows(status: Status) -> list[dict[str, str]]:
    """Return what waits of one connection, and what is left of its quota."""
    standing = status.standing
    rows = {
        "orders read up to": lag_in_words(standing)
        if standing.lag is None
        else f"{in_words(standing.lag)} ago",
        "orders waiting": ", ".join(f"{count} {state.value}" for state, count in standing.orders.items())
        or "0",
        "orders held": _waiting(standing.holds, standing.at),
        "to ship within 24 h": (
            f"{standing.ship_by.due}, of them {standing.ship_by.late} late and "
            f"{standing.ship_by.not_in_warehouse} not in the warehouse"
        ),
        "shipments for Amazon": f"{_waiting(standing.shipments, standing.at)}, {standing.shipments_refused} refused",
        "quantities under way": f"{standing.quantities_under_way}, {standing.quantities_refused} refused",
        "mails waiting": _waiting(standing.mails, standing.at),
        "consent": _days(status, "expires") or "not known",
        "client secret": _days(status, "secret_expires") or "not known",
    }
    rows |= {f"quota of {each.operation}": f"{each.left:.0f} of {each.burst}" for each in status.quotas}
    return [{"what": what, "how much": told} for what, told in rows.items()]


def reason_rows(status: Status) -> list[dict[str, str]]:
    """Return why a connection is not fine."""
    return [
        {
            "connection": status.standing.connection,
            "health": reason.level.value,
            "why": reason.sentence,
            "who": reason.who,
        }
        for reason in status.reasons
    ]


def as_json(status: Status) -> dict[str, Any]:
    """Return everything of one connection; ages in seconds, moments in UTC."""
    standing = status.standing
    ship_by = standing.ship_by
    return {
        "connection": standing.connection,
        "health": status.level.value,
        "paused": status.paused,
        "reasons": [
            {
                "health": each.level.value,
                "code": each.code,
                "sentence": each.sentence,
                "fixer": each.who,
            }
            for each in status.reasons
        ],
        "at": standing.at.isoformat(),
        "runs": {flow: _runs(runs) for flow, runs in sorted(standing.runs.items())},
        "first_reading": standing.reads_first,
        "lag_seconds": None if standing.lag is None else int(standing.lag.total_seconds()),
        "orders_waiting": {state.value: count for state, count in standing.orders.items()},
        "held": _json_waiting(standing.holds, standing.at),
        "ship_by": {
            "due": ship_by.due,
            "late": ship_by.late,
            "not_in_warehouse": ship_by.not_in_warehouse,
        },
        "shipments": _json_waiting(standing.shipments, standing.at) | {"refused": standing.shipments_refused},
        "quantities": {"under_way": standing.quantities_under_way, "refused": standing.quantities_refused},
        "mails": _json_waiting(standing.mails, standing.at),
        "quota": {each.operation: {"left": int(each.left), "burst": each.burst} for each in status.quotas},
        "consent_days_left": _days_left(status, "expires"),
        "secret_days_left": _days_left(status, "secret_expires"),
    }


def _runs(runs: FlowRuns) -> dict[str, Any]:
    last, good = runs.last, runs.good
    return {
        "last": {
            "run": last.run,
            "started": last.started.isoformat(),
            "ended": last.ended.isoformat() if last.ended else None,
            "outcome": last.outcome.value if last.outcome else "unfinished",
            "sentence": last.sentence,
            "counts": last.counts,
        },
        "last_good": good.started.isoformat() if good else None,
    }


def _last_good(status: Status, flow: str) -> str:
    runs = status.standing.runs.get(flow)
    if runs is None:
        return "never" if flow != "inventory-sync" or status.standing.stock_sync else ""
    at = status.standing.at
    good = _ago(runs.good.started, at) if runs.good else "never"
    if runs.last.ended is None:
        return f"{good}; unfinished since {runs.last.started:%d %b %H:%M}"
    return good if runs.good == runs.last else f"{good}; failed {_ago(runs.last.ended, at)}"


def _end(run: RunRecord) -> str:
    if run.ended is None or run.outcome is None:
        return f"unfinished since {run.started:%d %b %H:%M} UTC"
    return run.outcome.value.replace("_", " ")


def _waiting(waiting: Waiting, at: datetime) -> str:
    age = f" ({in_words(at - waiting.since)})" if waiting.count and waiting.since else ""
    return f"{waiting.count}{age}"


def _json_waiting(waiting: Waiting, at: datetime) -> dict[str, int | None]:
    age = int((at - waiting.since).total_seconds()) if waiting.since else None
    return {"count": waiting.count, "oldest_seconds": age}


def _scarcest(status: Status) -> str:
    least = min(status.quotas, key=lambda each: each.left / each.burst, default=None)
    return f"{least.operation} {least.left:.0f}/{least.burst}" if least else ""


def _days_left(status: Status, member: str) -> int | None:
    moment: datetime | None = getattr(status.standing.consent, member, None)
    return None if moment is None else days_left(moment, status.standing.at)


def _days(status: Status, member: str) -> str:
    left = _days_left(status, member)
    return "" if left is None else "1 day" if left == 1 else f"{left} days"


def _ago(moment: datetime, at: datetime) -> str:
    return f"{in_words(at - moment)} ago"
