"""What people see of an inventory sync in Prefect: numbers, changes, what was left out, and the course."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.model.ids import ConnectionSlug
from dockwire.reports.stock_course import course
from dockwire.services.stock_report import StockReport
from dockwire.settings import read_settings
from tasks.notify import publish

_ROWS = 500
_COURSE = timedelta(days=14)


async def show_stock(slug: str, report: StockReport) -> None:
    """Publish all artifacts of a run; a missing one is no reason to fail a finished run."""
    flow = "inventory-sync"
    await publish(slug, flow=flow, numbers=report.numbers(), rows=changes(report), keyed="quantities")
    await publish_lists(slug, left_out=left_out(report), drift=drift(report))


@task(name="publish-lists", task_run_name="publish-lists", cache_policy=NO_CACHE, persist_result=False)
async def publish_lists(slug: str, *, left_out: Sequence[Mapping[str, str]], drift: Sequence[Any]) -> None:
    """Show what was left out, what had drifted, and the course of the last days."""
    logger = get_run_logger()
    try:
        await acreate_table_artifact(
            key=f"left-out-{slug}",
            table=[dict(row) for row in left_out[:_ROWS]],
            description=f"SKUs of {slug} that get no quantity, items Amazon does not list, and what is odd",
        )
        await acreate_table_artifact(
            key=f"drift-{slug}",
            table=[dict(row) for row in drift[:_ROWS]],
            description=f"Listings of {slug} that were not as they were known to be",
        )
        await acreate_image_artifact(
            key=f"stock-course-{slug}", image_url=await _picture(slug), description=f"Stock of {slug}"
        )
    except Exception as error:  # noqa: BLE001 - a missing table is no reason to fail a finished run
        logger.warning("the run's lists could not be shown: %s", type(error).__name__)


async def _picture(slug: str) -> str:
    async with opened_ledger(read_settings()) as ledger:
        points = await ledger.stock_points(ConnectionSlug(slug), since=SystemClock().now() - _COURSE)
    picture = course(points, f"Units of {slug}, last 14 days")
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode()}"


def changes(report: StockReport) -> list[dict[str, str]]:
    """Return a run's quantities as rows for people."""
    return [
        {
            "SKU": line.sku,
            "Amazon had": "" if line.before is None else str(line.before),
            "quantity": str(line.quantity),
            "state": line.state,
            "why": line.why,
        }
        for line in report.rows.values()
    ]


def left_out(report: StockReport) -> list[dict[str, str]]:
    """Return as rows: Amazon SKUs without a quantity, items without a listing, and notes."""
    rows = [
        {"what": "no quantity", "SKU": sku, "why": reason.sentence, "who": reason.fixer.value}
        for sku, reason in sorted(report.unmatched.items())
    ]
    rows += [
        {"what": "not at Amazon", "SKU": sku, "why": "No Amazon SKU stands for this item.", "who": "merchant"}
        for sku in report.not_at_amazon
    ]
    return rows + [
        {"what": "note", "SKU": "", "why": note.sentence, "who": note.fixer.value} for note in report.notes
    ]


def drift(report: StockReport) -> list[dict[str, str]]:
    """Return as rows the listings that were not as they were known."""
    return [
        {
            "SKU": line.sku,
            "known": "" if line.known is None else str(line.known),
            "Amazon shows": "" if line.shown is None else str(line.shown),
            "what": line.what,
        }
        for line in report.drift
    ]
