"""Two real processes call for one seller: Amazon's bucket is one, and so is ours."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from dockwire.clock import SystemClock
from dockwire.ledger import SqlLedger
from dockwire.model.connection import AccountKey
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World, build_app
from dockwire.simulators.amazon.quota import Plan
from tests.unit.amazon.accounts import NA, asked
from tests.unit.pacing.calling_process import Calls, call

ACCOUNT = AccountKey(application_id="app", seller_id=SellerId(NA), region=Region.NA)
TIMES = 40
PLAN = Plan(rate=20, burst=30)
"""Amazon changes plans without a word but for the header, so a quicker one is fair in a test."""


async def test_two_processes_use_one_quota_and_neither_is_throttled(
    database_url: str, server: Callable[[Any], str]
) -> None:
    world = World(1, clock=SystemClock(), quota="documented")
    world.populate(3, [("US", 1)])
    world.quota.plans["getOrder"] = PLAN
    key = Sealer.new_key()
    # The schema is there when the processes come, as `dockwire up` leaves it.
    await (await SqlLedger.open(database_url, sealer=Sealer([key]))).close()
    calls = Calls(
        ACCOUNT,
        server(build_app(world)),
        (world.application.client_id, world.application.client_secret, world.sellers[NA].refresh_token),
        database_url,
        key,
        next(iter(world.orders)).body["orderId"],
        TIMES,
    )
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.unit.pacing.calling_process"])
    processes = [context.Process(target=call, args=(calls,)) for _ in range(2)]
    begun = time.monotonic()
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)
    assert [process.exitcode for process in processes] == [0, 0]
    assert asked(world, "getOrder") == [200] * (2 * TIMES)
    # More than Amazon would have saved up was asked for, so somebody must have waited.
    assert time.monotonic() - begun > (2 * TIMES - PLAN.burst) / PLAN.rate
