"""What the ledger's tests do over and over: read orders in, claim them, look where they stand."""

from datetime import timedelta

from dockwire.ledger import SqlLedger
from dockwire.model.ids import AmazonOrderId, CustomerId, WarehouseOrderId
from dockwire.model.order import Malformed, Order, SearchWindow
from dockwire.model.record import Chain, ChainKind, Claim, FactKind, OrderState
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from tests.builders import NOW, US, connection, page

ACME = connection()
ACCOUNT = ACME.account
WINDOW = SearchWindow((US,), NOW - timedelta(days=1), NOW)


def number(n: int) -> AmazonOrderId:
    return AmazonOrderId(f"111-{n:07d}-0000001")


def placed(reference: str, warehouse_order: int = 1) -> PlacedOrder:
    return PlacedOrder(WarehouseOrderId(warehouse_order), reference, CustomerId(1), PlacedStatus.OPEN)


async def begin(ledger: SqlLedger, kind: ChainKind = ChainKind.HARVEST, owner: str = "me") -> None:
    """Take the lease and begin a chain over the last day."""
    await ledger.lease_harvest(ACCOUNT, owner=owner, now=NOW, seconds=60)
    await ledger.start_chain(ACCOUNT, Chain(kind, WINDOW), owner=owner, now=NOW)


async def read(
    ledger: SqlLedger,
    *orders: Order,
    bad: tuple[Malformed, ...] = (),
    kind: ChainKind = ChainKind.HARVEST,
    owner: str = "me",
) -> None:
    """Store orders as the only page of a chain."""
    await begin(ledger, kind, owner)
    await ledger.store_page(
        ACCOUNT, page(*orders, malformed=bad), window=WINDOW, owner=owner, now=NOW, lease_seconds=60
    )


async def claim(ledger: SqlLedger, known: Order, owner: str = "me") -> list[AmazonOrderId]:
    due = {found.order.order_id: found for found in await ledger.due_orders(ACME, now=NOW)}
    wanted = [Claim(known.order_id, due[known.order_id].version, known.order_id)]
    return await ledger.claim(ACME, wanted, owner=owner, now=NOW, seconds=60)


async def state_of(ledger: SqlLedger, order_id: AmazonOrderId) -> OrderState:
    (row,) = await ledger.find_orders(order_id)
    return row.state


async def kinds(ledger: SqlLedger, order_id: AmazonOrderId) -> list[FactKind]:
    return [fact.kind for fact in await ledger.order_facts(order_id)]
