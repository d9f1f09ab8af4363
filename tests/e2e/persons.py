"""Persons who stop orders that are in the warehouse, and what they see of it afterwards."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dockwire.decisions.acts import Act
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, WarehouseOrderId
from dockwire.model.override import HoldSelection
from dockwire.model.record import FactKind
from dockwire.model.warehouse import PlacedOrder
from dockwire.services.desk import Desk
from dockwire.services.holds import Holds, Outcome
from tests.stage import App, Stage, Wrap, bare, sim_connection

US = sim_connection("US")
OPEN, CLOSED, CANCELLED = 0, 1, 2
NO_CANCELLING = Rule(method="POST", path=r"/canceler$", effect={"kind": "status", "status": 400})


async def decide(stage: Stage, order_id: str, act: Act, *, of: Connection = US) -> Outcome:
    """Decide about one order."""
    selection = HoldSelection(of.slug, order_ids=(AmazonOrderId(order_id),))
    holds = Holds(stage.ledger, stage.clock)
    (outcome,) = [outcome async for outcome in holds.decide(selection, [act], by="kim")]
    return outcome


async def told(stage: Stage, order_id: str) -> list[tuple[FactKind, str]]:
    """Return what happened to an order after it was created, with the reasons."""
    facts = await stage.ledger.order_facts(AmazonOrderId(order_id))
    return [(fact.kind, fact.detail.get("reason", "")) for fact in facts[1:]]


async def there(stage: Stage, order_id: str, desk: Desk) -> PlacedOrder:
    """Return an order as the warehouse has it."""
    (row,) = await stage.ledger.find_orders(AmazonOrderId(order_id))
    return await desk.warehouse.get_order(WarehouseOrderId(row.warehouse_order_id or 0))


async def on_hold(stage: Stage, order_id: str) -> bool:
    """Say whether an order is on hold in the warehouse."""
    async with stage.desk(US) as desk:
        return (await there(stage, order_id, desk)).on_hold


async def hold_by_hand(stage: Stage, order_id: str) -> None:
    """Put an order on hold as a clerk in the warehouse does."""
    async with stage.desk(US) as desk:
        await desk.warehouse.hold_order(await there(stage, order_id, desk), "looks odd")


@contextmanager
def faulty(stage: Stage, *rules: Rule) -> Iterator[None]:
    """Let the warehouse misbehave for a while."""
    stage.wrap_warehouse = lambda app: Faults(app, FaultRules(rules=list(rules)), clock=stage.clock)
    yield
    stage.wrap_warehouse = bare


def meanwhile(path: str, do: Callable[[], Awaitable[object]]) -> Wrap:
    """Return a wrapper that does something once, while the first write to a path that ends so is on its way."""
    todo = [do]

    def wrapper(app: App) -> App:
        async def interrupted(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] in ("POST", "PUT") and scope["path"].endswith(path) and todo:
                await todo.pop()()
            await app(scope, receive, send)

        return interrupted

    return wrapper
