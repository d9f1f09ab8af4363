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
from dockwire.errors import Fixer
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Problem
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


@task(name="publish-lists", task_run_name="publish-lists-{slug}", cache_policy=NO_CACHE, persist_result=False)
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
    """Return as rows: Amazon SKUs without a quantity, those on sale first, items without a listing, and notes."""
    # What can be oversold stands first: of a long list only the beginning is shown.
    withheld = sorted(report.unmatched.items(), key=lambda each: (each[0] not in report.on_sale, each[0]))
    no_item = Problem("not_at_amazon", "No Amazon SKU stands for this item.", Fixer.MERCHANT)
    rows = [
        *((_withheld_as(sku, report), sku, report.on_sale.get(sku), why) for sku, why in withheld),
        *(("not at Amazon", sku, None, no_item) for sku in report.not_at_amazon),
        *(("note", "", None, note) for note in report.notes),
    ]
    return [
        {
            "what": what,
            "SKU": sku,
            "Amazon has": "" if units is None else str(units),
            "why": why.sentence,
            "who": why.fixer.value,
        }
        for what, sku, units, why in rows
    ]


def _withheld_as(sku: str, report: StockReport) -> str:
    return "no quantity, on sale" if sku in report.on_sale else "no quantity"


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
