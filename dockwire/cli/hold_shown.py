"""Waiting orders as people and programs see them: rows, explanations, outcomes."""

from datetime import UTC, datetime
from typing import Any

from dockwire.cli import say
from dockwire.cli.hold_words import told_age
from dockwire.model.hold import HoldRow
from dockwire.model.override import ON_HOLD_THERE, HoldCount
from dockwire.services.holds import Explanation, Outcome


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def row_line(row: HoldRow) -> dict[str, Any]:
    """Return an order as a row of the list."""
    problems = row.problems
    return {
        "order": row.order_id,
        "connection": row.connection or "",
        "state": _state(row),
        "waits": told_age(row.since, now()) if row.since else "",
        "ship_by": f"{row.ship_by:%Y-%m-%d %H:%M}" if row.ship_by else "",
        "who": ", ".join(dict.fromkeys(problem.fixer.value for problem in problems)),
        "reasons": ", ".join(dict.fromkeys(problem.code for problem in problems)),
    }


def _state(row: HoldRow) -> str:
    if row.skipped:
        return "skipped"
    there = any(problem.code == ON_HOLD_THERE for problem in row.problems)
    return f"on hold as warehouse order {row.warehouse_order_id}" if there else row.state.value


def count_line(each: HoldCount) -> dict[str, Any]:
    """Return a reason's numbers as a row."""
    return {"reason": each.code, "orders": each.orders, "oldest": told_age(each.oldest, now())}


def tell(found: Explanation) -> None:
    """Print why an order waits, and what would end it."""
    for name, value in row_line(found.row).items():
        say.line(f"{name.replace('_', ' '):12} {value}")
    for note in found.row.notes:
        say.line(f"{'decided':12} {note.kind.replace('_', ' ')}, by {note.by}, {note.at:%Y-%m-%d %H:%M} UTC")
    if found.row.not_before and found.row.state.value in ("failed", "quarantined"):
        say.line(f"{'tried again':12} after {found.row.not_before:%Y-%m-%d %H:%M} UTC")
    for reason_ in found.reasons:
        problem = reason_.problem
        say.line()
        say.line(f"{problem.code}: {problem.sentence} (who can fix it: {problem.fixer})")
        for remedy in reason_.remedies:
            say.line(f"  - {remedy.does} [{remedy.who}]")
            if remedy.command:
                say.line(f"    {remedy.command}")
    if not found.reasons:
        say.line("it waits for nobody")


def row_data(row: HoldRow) -> dict[str, Any]:
    """Return an order as JSON says it."""
    return {
        "order": row.order_id,
        "connection": row.connection,
        "state": row.state.value,
        "skipped": row.skipped,
        "since": row.since and row.since.isoformat(),
        "ship_by": row.ship_by and row.ship_by.isoformat(),
        "warehouse_order": row.warehouse_order_id,
        "not_before": row.not_before and row.not_before.isoformat(),
        "reasons": [
            {
                "code": hold.problem.code,
                "reason": hold.problem.sentence,
                "fixer": hold.problem.fixer.value,
                "since": hold.since.isoformat(),
            }
            for hold in row.holds
        ],
        "decided": [{"what": n.kind.value, "by": n.by, "at": n.at.isoformat()} for n in row.notes],
    }


def count_data(each: HoldCount) -> dict[str, Any]:
    """Return a reason's numbers as JSON says them."""
    return {"code": each.code, "orders": each.orders, "oldest": each.oldest.isoformat()}


def explanation_data(found: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON says it."""
    ways = {
        each.problem.code: [{"who": r.who.value, "does": r.does, "command": r.command} for r in each.remedies]
        for each in found.reasons
    }
    return row_data(found.row) | {"remedies": ways}


def outcome_data(outcome: Outcome, dry_run: bool) -> dict[str, Any]:
    """Return what an act did as JSON says it."""
    return {
        "order": outcome.order_id,
        "connection": outcome.connection,
        "result": outcome.result.value,
        "dry_run": dry_run,
        "sentence": outcome.sentence,
        "command": outcome.command,
        "goes_on": outcome.goes_on,
        "still": [problem.code for problem in outcome.problems],
    }
