"""The demo's summary: what the day came to, in numbers that add up and say what they count."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import FlowRun, StateType
from rich.console import Console
from rich.table import Table

from deployments.demo.books import CLOSED, Books
from dockwire.model.parcel import ParcelRow, ParcelState
from dockwire.model.record import OrderRow, OrderState

_WAITING = (
    OrderState.HELD,
    OrderState.FAILED,
    OrderState.QUARANTINED,
    OrderState.NEW,
    OrderState.CLAIMED,
)

_LABELS = {
    ("orders", "seen"): "Amazon orders in the ledger",
    ("orders", "imported"): "of them: in the warehouse",
    ("orders", "held"): "of them: waiting for a person or another try",
    ("orders", "skipped"): "of them: not ours, or not paid yet",
    ("orders", "duplicates"): "warehouse orders too many",
    ("shipments", "closed"): "warehouse orders closed",
    ("shipments", "confirmed"): "their packages: confirmed at Amazon",
    ("shipments", "refused"): "their packages: refused",
    ("shipments", "not_needed"): "their packages: nothing to tell Amazon",
    ("shipments", "waiting"): "their packages: not told yet",
    ("stock", "skus"): "offers with a quantity from the warehouse",
    ("stock", "pushed"): "quantities sent in the whole day",
    ("stock", "unchanged"): "offers that were right from the first",
}


def summarise(books: Books, runs: Sequence[FlowRun], *, mails: int) -> dict[str, Any]:
    """Return the day's numbers: every order and every package is counted in exactly one state."""
    ended = Counter(run.state_type for run in runs)
    return {
        "orders": count_orders(books.booked) | {"duplicates": books.duplicates},
        "shipments": {
            "closed": sum(order["status"] == CLOSED for order in books.placed),
            **count_packages([row for _, row in books.parcels]),
        },
        "latency": latency(books.waits),
        "stock": books.stock.numbers(),
        "mail": {"sent": mails},
        "amazon": {"requests": books.amazon["requests"], "throttled": books.amazon["throttled"]},
        "prefect": {
            "flow_runs": ended[StateType.COMPLETED] + ended[StateType.FAILED] + ended[StateType.CRASHED],
            "failed": ended[StateType.FAILED] + ended[StateType.CRASHED],
        },
        "consistent": not books.differences,
    }


def count_orders(rows: Sequence[OrderRow]) -> dict[str, int]:
    """Return how many orders there are, and how many of them in which kind of state."""
    states = Counter(row.state for row in rows)
    return {
        "seen": len(rows),
        "imported": states[OrderState.CREATED] + states[OrderState.CANCELLED],
        "held": sum(states[state] for state in _WAITING),
        "skipped": states[OrderState.SKIPPED] + states[OrderState.WATCHED],
    }


def count_packages(rows: Sequence[ParcelRow]) -> dict[str, int]:
    """Return how many packages of closed orders are in which kind of state."""
    states = Counter(row.state for row in rows)
    return {
        "confirmed": states[ParcelState.ACCEPTED] + states[ParcelState.VISIBLE],
        "refused": states[ParcelState.REFUSED],
        "not_needed": states[ParcelState.NOT_NEEDED],
        "waiting": states[ParcelState.TO_SEND] + states[ParcelState.SENT],
    }


def reasons_told(rows: Sequence[OrderRow]) -> str:
    """Return one sentence on why orders wait; an order counts once for each of its reasons."""
    waiting = [row for row in rows if row.state in _WAITING]
    reasons = Counter(problem.code for row in waiting for problem in row.problems)
    if not reasons:
        return ""
    told = ", ".join(f"{code} ({count})" for code, count in reasons.most_common())
    several = sum(len(row.problems) > 1 for row in waiting)
    also = f"; {several} of them for several reasons, each counted" if several else ""
    return f"{len(waiting)} orders wait{also}: {told}"


def latency(waits: list[float]) -> dict[str, float]:
    """Return how long Amazon waited for the news of closed orders; ``waits`` begin with the shortest."""
    if not waits:
        return {"closings": 0}
    place = max(0, math.ceil(0.95 * len(waits)) - 1)
    return {
        "closings": len(waits),
        "median_seconds": round(statistics.median(waits), 2),
        "p95_seconds": round(waits[place], 2),
    }


def tell(console: Console, summary: dict[str, Any], books: Books, folder: Path, seconds: float) -> None:
    """Print the summary for people."""
    console.print(_table(summary, seconds))
    if told := reasons_told(books.booked):
        console.print(told)
    for order_id, row in books.parcels:
        if row.state is ParcelState.REFUSED:
            console.print(f"Refused: {order_id}: {row.problem}", markup=False)
    if told := summary["latency"].get("closings"):
        half, most = summary["latency"]["median_seconds"], summary["latency"]["p95_seconds"]
        console.print(
            f"From closing to shipped at Amazon: median {half} s, 95% within {most} s, {told} closings."
        )
    if summary["consistent"]:
        console.print("Amazon, the warehouse and the ledger agree on every order, package, charge and offer.")
    for difference in books.differences:
        name = (
            difference.order_id if difference.order_id.startswith("SKU ") else f"order {difference.order_id}"
        )
        console.print(f"[red]{name} {difference.what}[/red]")
    console.print(f"Mails: {folder / 'mail'}   Logs: {folder / 'logs'}   Ledger: {folder / 'ledger.db'}")


def _table(summary: dict[str, Any], seconds: float) -> Table:
    table = Table(title=f"The day in {seconds:.0f} seconds", title_justify="left")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for group in ("orders", "shipments", "stock", "mail", "amazon", "prefect"):
        for name, count in summary[group].items():
            table.add_row(_LABELS.get((group, name), f"{group}: {name.replace('_', ' ')}"), str(count))
    return table
