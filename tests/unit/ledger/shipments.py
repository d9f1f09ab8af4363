"""What the tests of the ledger's shipping half do over and over."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dockwire.ledger import SqlLedger
from dockwire.model.charge import Charge, ChargeType
from dockwire.model.close_plan import ClosePlan, PlannedClose
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonItemId, AmazonOrderId, CustomerId, WarehouseOrderId
from dockwire.model.order import Order
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelItem, ParcelOutcome, ParcelState
from dockwire.model.record import Claim, Closing, ClosingClaim, ClosingState, Created, Problem
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import PlacedOrder, PlacedStatus, Routing
from tests.builders import NOW, order
from tests.unit.ledger.acts import ACME, read

LATER = NOW + timedelta(hours=1)
UPS = Routing("UPS", "03", "UPSN", "ACCOUNT-1", "Prepaid")


def charge(amount: str = "2.50", label: str = "Fragile") -> Charge:
    return Charge(ChargeType.SPECIAL, label, Decimal(2), Decimal(amount), "box")


def as_placed(known: Order, number: int) -> PlacedOrder:
    return PlacedOrder(
        WarehouseOrderId(number), f"REF-{known.order_id}", CustomerId(1), PlacedStatus.OPEN, "etag"
    )


async def created(
    ledger: SqlLedger, number: int, known: Order | None = None, *, which: Connection = ACME
) -> AmazonOrderId:
    """Read an order in and record that it became this warehouse order."""
    known = known or order()
    await read(ledger, known)
    due = {found.order.order_id: found for found in await ledger.due_orders(which, now=NOW)}
    placed = as_placed(known, number)
    claim = Claim(known.order_id, due[known.order_id].version, placed.reference)
    await ledger.claim(which, [claim], owner="me", now=NOW, seconds=60)
    await ledger.record_outcomes(which, [Created(known.order_id, placed)], owner="me", now=NOW)
    return known.order_id


def plan(*numbers: int, token: str = "t", charges: tuple[Charge, ...] = (), **overrides: Any) -> ClosePlan:
    """Return the plan of a request for these warehouse orders, each named by its number."""
    known = order(**overrides)
    orders = tuple(
        PlannedClose(
            str(number), ShipOrder(as_placed(known, number), Routing(), "", ()), UPS, f"1Z{number}", charges
        )
        for number in numbers
    )
    return ClosePlan(token, "USD", orders, {}, {})


async def claimed(
    ledger: SqlLedger, closing: Closing, before: tuple[Charge, ...] = (), *, now: datetime = NOW
) -> Closing:
    """Commit to closing an order and return its closing."""
    closing = replace(closing, before=before)
    assert await ledger.claim_closing(ACME, closing, now=now, seconds=60) is ClosingClaim.OURS
    return replace(closing, state=ClosingState.CLOSING)


def parcel(reference: str = "15", **overrides: Any) -> Parcel:
    fields: dict[str, Any] = {
        "carrier_code": "UPS",
        "carrier_name": "",
        "service": "03",
        "tracking": "1Z5",
        "shipped": NOW,
        "items": (ParcelItem(AmazonItemId("10000000000001"), 2),),
    }
    return Parcel(reference, **fields | overrides)


async def store(ledger: SqlLedger, number: int, *listed: Parcel | Problem, which: Connection = ACME) -> int:
    """Store what a closed warehouse order has."""
    stored = await ledger.store_parcels(which, [(WarehouseOrderId(number), listed)], now=NOW)
    return stored.parcels


async def due(ledger: SqlLedger, **overrides: Any) -> list[LedgerParcel]:
    return await ledger.due_parcels(ACME, **{"now": NOW} | overrides)


def outcome(known: LedgerParcel, state: ParcelState, **more: Any) -> ParcelOutcome:
    return ParcelOutcome(known.id, known.version, known.digest, known.order.order_id, state, **more)


async def record(ledger: SqlLedger, known: LedgerParcel, state: ParcelState, **more: Any) -> None:
    await ledger.record_parcels(ACME, [outcome(known, state, **more)], now=NOW)


async def states(ledger: SqlLedger, order_id: AmazonOrderId) -> list[tuple[str, ParcelState]]:
    """Return reference and state of an order's parcels."""
    return [(row.reference, row.state) for row in await ledger.order_parcels(order_id)]
