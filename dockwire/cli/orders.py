"""``dockwire orders``: look at and act on the ledger's orders."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.parcel import ParcelRow
from dockwire.model.record import Fact, OrderRow, OrderState, Shipping
from dockwire.ports import Ledger

app = typer.Typer(no_args_is_help=True, help="Look at and act on orders.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
@say.plainly
def list_orders(
    connection: Annotated[str, typer.Option(help="Only orders of this connection.")] = "",
    state: Annotated[list[OrderState] | None, typer.Option(help="Only orders in this state.")] = None,
    shipping: Annotated[
        list[Shipping] | None, typer.Option(help="Only orders of the warehouse that are so far shipped.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List orders with their state, reasons and how far they are shipped."""
    rows = with_ledger(
        lambda ledger: ledger.list_orders(
            connection=ConnectionSlug(connection) if connection else None,
            states=tuple(state or ()),
            shipping=tuple(shipping or ()),
            limit=limit,
        )
    )
    if as_json:
        say.data([_row(row) for row in rows])
        return
    say.table([_row(row) for row in rows])
    if not rows:
        say.line("no orders")
    if len(rows) == limit:
        say.line(f"(the first {limit}; --limit shows more)")


@app.command()
@say.plainly
def show(order_id: str, as_json: Json = False) -> None:
    """Show one order: where it stands, why, and everything that happened to it."""

    async def read(ledger: Ledger) -> tuple[list[OrderRow], list[ParcelRow], list[Fact]]:
        wanted = AmazonOrderId(order_id)
        return (
            await ledger.find_orders(wanted),
            await ledger.order_parcels(wanted),
            await ledger.order_facts(wanted),
        )

    rows, parcels, facts = with_ledger(read)
    if not rows:
        say.fail(f"no order {order_id} in the ledger")
    if as_json:
        say.data(
            {
                "orders": [_row(row) for row in rows],
                "packages": [_parcel(parcel) for parcel in parcels],
                "facts": [_fact(fact) for fact in facts],
            }
        )
        return
    for row in rows:
        for name, value in _row(row).items():
            say.line(f"{name.replace('_', ' '):18} {value}")
        for problem in row.problems:
            say.line(f"  {problem.code}: {problem.sentence} (who can fix it: {problem.fixer})")
    say.line()
    say.table([_parcel(parcel) for parcel in parcels])
    for fact in facts:
        detail = ", ".join(f"{name}={value}" for name, value in fact.detail.items())
        say.line(f"{fact.at:%Y-%m-%d %H:%M:%S} UTC  {fact.kind}  {detail}")


@app.command()
@say.plainly
def retry(connection: str, order_id: str) -> None:
    """Make a failed or unreadable order, or its refused shipments, due at once."""
    slug, wanted = ConnectionSlug(connection), AmazonOrderId(order_id)

    async def again(ledger: Ledger) -> tuple[bool, int, bool]:
        rows = [row for row in await ledger.find_orders(wanted) if row.connection == slug]
        if not rows:
            say.fail(f"no order {order_id} of {connection} in the ledger")
        return (
            await ledger.retry_order(slug, wanted, now=datetime.now(UTC)),
            await ledger.retry_parcels(slug, wanted),
            any(row.state is OrderState.HELD for row in rows),
        )

    order, parcels, held = with_ledger(again)
    if order:
        say.line(f"order {order_id} is due; 'dockwire run order-import {connection}' takes it up now")
    if parcels:
        say.line(
            f"{parcels} shipments of {order_id} are due; 'dockwire run tracking-update {connection}' sends them now"
        )
    if held and not order and not parcels:
        say.fail(
            f"order {order_id} of {connection} is held; it goes on by itself with the next import once its "
            f"reasons are gone, see 'dockwire holds show {order_id}'; for an item added to the warehouse just "
            f"now, 'dockwire run order-import {connection} --refresh' does not wait"
        )
    if not order and not parcels:
        say.fail(
            f"order {order_id} of {connection} is neither failed nor unreadable, and none of its shipments is "
            "refused; nothing to retry"
        )


def _row(row: OrderRow) -> dict[str, Any]:
    return {
        "order": row.order_id,
        "connection": row.connection or "",
        "amazon": row.amazon_status,
        "state": row.state.value,
        "warehouse_order": row.warehouse_order_id or "",
        "shipping": row.shipping or "",
        "amazon_updated": f"{row.updated:%Y-%m-%d %H:%M}",
        "reasons": ", ".join(problem.code for problem in row.problems),
    }


def _parcel(parcel: ParcelRow) -> dict[str, Any]:
    return {
        "package": parcel.reference,
        "state": f"{parcel.state.value} in feed {parcel.feed}" if parcel.feed else parcel.state.value,
        "carrier": parcel.carrier,
        "service": parcel.service,
        "tracking": parcel.tracking,
        "problem": parcel.problem,
        "fixer": parcel.fixer,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"at": fact.at.isoformat(), "kind": fact.kind.value, **fact.detail}
