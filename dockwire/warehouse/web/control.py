"""``/_sim``: looking at the warehouse, moving its stock, winding its clock and emptying it, without a token.

Only there when the application was built with ``control``; for loopback.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dockwire.clock import Clock, ManualClock, SystemClock
from dockwire.warehouse.members import Members
from dockwire.warehouse.problems import Problem
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.state import forget_orders, read_state
from dockwire.warehouse.stock_holding import StockHold, hold_stock, read_receive_item_ids
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.web.journal import Entry, Journal
from dockwire.warehouse.web.shapes import PLAIN, dumps, loads, show
from dockwire.warehouse.work import IN_PROCESS

_LONGEST = 10 * 366 * 86_400

Move = Callable[[Warehouse, Any], Resource]
"""Something done to the stock with a request's JSON, and what became of it."""


def control_routes(warehouse: Warehouse, journal: Journal) -> list[Route]:
    """Return the routes under ``/_sim``."""

    async def state(_: Request) -> Response:
        return _json(await run_in_threadpool(warehouse.read, IN_PROCESS, read_state))

    async def requests(_: Request) -> Response:
        return _json([_entry(entry) for entry in journal.entries])

    async def clock(request: Request) -> Response:
        try:
            _advance(warehouse.clock, _seconds(await request.body()))
        except Problem as problem:
            return _json(problem.body(), problem.status)
        return _json({"now": warehouse.now().astimezone(UTC).isoformat()})

    def moving(move: Move) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            content = await request.body()
            try:
                return _json(await run_in_threadpool(move, warehouse, _parsed(content)), 201)
            except Problem as problem:
                return _json(problem.body(), problem.status)

        return answer

    async def reset(_: Request) -> Response:
        await run_in_threadpool(warehouse.write, IN_PROCESS, forget_orders)
        journal.entries.clear()
        return _json({"orders": 0})

    return [
        Route("/_sim/state", state, methods=["GET"]),
        Route("/_sim/requests", requests, methods=["GET"]),
        Route("/_sim/clock", clock, methods=["POST"]),
        Route("/_sim/reset", reset, methods=["POST"]),
        Route("/_sim/receive", moving(_receive), methods=["POST"]),
        Route("/_sim/adjust", moving(_adjust), methods=["POST"]),
        Route("/_sim/quarantine", moving(_quarantine), methods=["POST"]),
    ]


def _json(value: object, status: int = 200) -> Response:
    return Response(dumps(value), status, media_type=PLAIN)


def _receive(warehouse: Warehouse, body: Any) -> Resource:
    return show(warehouse.receive(IN_PROCESS, body, confirmed=True)[0], hal=True)


def _adjust(warehouse: Warehouse, body: Any) -> Resource:
    return show(warehouse.adjust(IN_PROCESS, body)[0], hal=True)


def _quarantine(warehouse: Warehouse, body: Any) -> Resource:
    members = Members(body, model="Quarantine")
    hold = StockHold(members.text("reason"), release=bool(members.flag("release")), quarantine=True)
    numbers = read_receive_item_ids(body)
    return warehouse.write(IN_PROCESS, lambda work: hold_stock(work, numbers, hold))


def _parsed(content: bytes) -> Any:
    try:
        return loads(content)
    except (ValueError, RecursionError):
        raise Problem("NotParsable", "The body is not JSON.") from None


def _seconds(content: bytes) -> float:
    wrong = Problem("NotParsable", 'Send {"advance_seconds": S} with S from 0 to ten years.')
    try:
        body = loads(content)
    except (ValueError, RecursionError):
        raise wrong from None
    seconds = body.get("advance_seconds") if isinstance(body, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal) or not 0 <= seconds <= _LONGEST:
        raise wrong
    return float(seconds)


def _advance(clock: Clock, seconds: float) -> None:
    if isinstance(clock, ManualClock):
        clock.advance(seconds)
    elif isinstance(clock, SystemClock):
        clock.shift += timedelta(seconds=seconds)
    else:
        raise Problem("NotSupported", f"A {type(clock).__name__} cannot be wound.")


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "time": entry.time.isoformat(),
        "operation": entry.operation,
        "path": entry.path,
        "status": entry.status,
        "throttled": entry.throttled,
    }
