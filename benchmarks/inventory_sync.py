"""What a sync of 50,000 SKUs costs when one in a hundred changed, and which way many changes go.

    .venv/bin/python benchmarks/inventory_sync.py [--skus 50000] [--days 3]

Everything runs in this process on a hand-wound clock: calls are counted at Amazon's and the warehouse's own
journals, the time is what our own processor needs. The last table shows what is oversold without buffers, seed
by seed, on simulated days of trading.
"""

import argparse
import asyncio
import dataclasses
import json
import resource
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dockwire.clock import ManualClock
from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.stock import Offer
from dockwire.model.stock_book import Look, StockMarks
from dockwire.sealing import Sealer
from dockwire.services.stock_feeding import quicker
from dockwire.simulators.amazon import World
from dockwire.warehouse import Warehouse, load_seed
from tests.builders import NOW
from tests.e2e.stocking import stocked, sync
from tests.e2e.trading import BUFFER, trade
from tests.stage import Stage, opened_stage, warehouse_seed

WHICH = stocked("US")
EACH = 100


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--skus", type=int, default=50_000)
    options.add_argument("--days", type=int, default=3)
    wanted = options.parse_args()
    print(json.dumps(asyncio.run(one_percent(wanted.skus)), indent=1))
    print(plan())
    asyncio.run(exposure(wanted.days))


async def one_percent(skus: int) -> dict[str, Any]:
    """Sync ``skus`` offers of which one in a hundred has another stock than Amazon's quantity."""
    names = [f"SKU-{number:06d}" for number in range(skus)]
    with TemporaryDirectory() as folder:
        stage = await shop(Path(folder), names)
        asked = Counter(entry.operation for entry in stage.world.journal.entries)
        before, began = rss(), time.perf_counter()
        report = await sync(stage, WHICH)
        seconds = time.perf_counter() - began
        calls = Counter(entry.operation for entry in stage.world.journal.entries) - asked
        began = time.perf_counter()
        again = await sync(stage, WHICH)
        result = {
            "skus": skus,
            "changed": report.differences,
            "amazon_calls": dict(calls),
            "seconds_of_processor_and_loopback": round(seconds, 1),
            "virtual_minutes_at_documented_quota": round((stage.clock.now() - NOW).total_seconds() / 60, 1),
            "rss_mb_before": before,
            "rss_mb_at_the_peak": rss(),
            "second_run_sent": again.sent,
            "second_run_seconds": round(time.perf_counter() - began, 1),
        }
        await stage.ledger.close()
        stage.warehouse.close()
    return result


async def shop(folder: Path, names: list[str]) -> Stage:
    """Set up a warehouse and a shop whose offers are all known, and one in a hundred of them outdated."""
    clock, sealer = ManualClock(NOW), Sealer([Sealer.new_key()])
    warehouse = Warehouse.open(f"sqlite:///{folder / 'warehouse.db'}", sealer=sealer, clock=clock)
    load_seed(warehouse, seed(names))
    world = World(1, clock=clock, quota="documented")
    pattern = world.listings.of(WHICH.seller_id, WHICH.marketplace.id)[0]
    world.listings.clear()
    for place, sku in enumerate(names):
        attributes = {**pattern.attributes, "fulfillment_availability": [availability(place)]}
        world.listings.put(
            dataclasses.replace(pattern, sku=sku, attributes=attributes, created=NOW, updated=NOW)
        )
    database = f"sqlite:///{folder / 'ledger.db'}"
    ledger = await SqlLedger.open(database, sealer=sealer)
    await ledger.register(WHICH, now=NOW)
    looks = [Look(Listing(sku, (Offer(sku, quantity=quantity(n)),))) for n, sku in enumerate(names)]
    await ledger.record_looks(WHICH, looks, now=NOW)
    clock.advance(3600)
    at = clock.now()
    await ledger.move_stock_marks(WHICH, StockMarks(changes_read=at, swept=at, first_run=at))
    return Stage(clock, world, warehouse, ledger, database, folder)


def quantity(place: int) -> int:
    """Return what Amazon offers of the SKU at this place: one in a hundred has one unit too many."""
    return EACH + (place % 100 == 0)


def availability(place: int) -> dict[str, Any]:
    """Return the same as Amazon's attribute."""
    return {
        "fulfillment_channel_code": "DEFAULT",
        "quantity": quantity(place),
        "marketplace_id": WHICH.marketplace.id,
    }


def seed(names: list[str]) -> dict[str, Any]:
    """Return the warehouse's seed with a hundred units of each SKU."""
    place = {"customer": "Harbour Goods"}
    receipt = place | {"facility": "Dock One", "reference": "R1", "qty": EACH}
    return warehouse_seed() | {
        "items": [place | {"sku": sku, "description": sku} for sku in names],
        "receipts": [receipt | {"sku": sku} for sku in names],
    }


def rss() -> int:
    """Return the most memory this process has had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def plan() -> str:
    """Return the table of which way so many changed SKUs go, with the minutes either way would take."""
    lines = [
        "| changed SKUs | one by one, min | feed, min | feed after a queue of 1 min | way |",
        "|--:|--:|--:|--:|---|",
    ]
    for changed in (100, 500, 1_500, 2_000, 5_000, 8_000, 9_000, 15_000, 25_000, 50_000):
        usual, quick = quicker(changed, None), quicker(changed, 60.0)
        lines.append(
            f"| {changed:,} | {usual.one_by_one / 60:.1f} | {usual.feed / 60:.1f} | {quick.feed / 60:.1f} "
            f"| {usual.route}; {quick.route} |"
        )
    return "\n".join(lines)


async def exposure(days: int) -> None:
    """Print what is oversold without a buffer, seed by seed, and with one in all."""
    for day in range(1, days + 1):
        with TemporaryDirectory() as folder:
            async with opened_stage(Path(folder)) as stage:
                lives = await trade(stage, day, buffer=0)
        for life in lives:
            print(
                f"seed {life.seed}, no buffer: {life.worst} units sold and not there, {life.sold} sold in all"
            )
    print(f"with a buffer of {BUFFER}: none in 210 seeds (tests/e2e/test_overselling.py)")


if __name__ == "__main__":
    main()
