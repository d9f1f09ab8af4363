"""What is still to ship, and what was shipped without Amazon taking it: on both databases."""

from dataclasses import replace

import pytest

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, OrderState, Problem, Shipping, Verdict
from tests.builders import NOW, order
from tests.unit.ledger.acts import ACME, number, read
from tests.unit.ledger.shipments import LATER, claimed, created, due, parcel, plan, record, store

NO_TRACKING = Problem("tracking_missing", "Package 5 has no tracking number.", Fixer.CLERK)


async def listed(ledger: SqlLedger, *shipping: Shipping) -> dict[str, Shipping | None]:
    rows = await ledger.list_orders(connection=ACME.slug, shipping=shipping)
    return {row.order_id: row.shipping for row in rows}


async def parcels_of(ledger: SqlLedger, n: int, *states: ParcelState) -> None:
    """Give an order of the warehouse one parcel in each of these states."""
    references = [f"{n}{place}" for place in range(len(states))]
    await store(ledger, n, *(parcel(reference) for reference in references))
    known = {each.parcel.reference: each for each in await due(ledger)}
    for reference, state in zip(references, states, strict=True):
        if state is not ParcelState.TO_SEND:
            await record(ledger, known[reference], state)


@pytest.mark.parametrize(
    ("states", "shipping"),
    [
        ([], Shipping.TO_SHIP),
        ([ParcelState.TO_SEND], Shipping.TO_CONFIRM),
        ([ParcelState.SENT], Shipping.TO_CONFIRM),
        ([ParcelState.ACCEPTED], Shipping.CONFIRMED),
        ([ParcelState.VISIBLE, ParcelState.NOT_NEEDED], Shipping.CONFIRMED),
        ([ParcelState.VISIBLE, ParcelState.TO_SEND], Shipping.TO_CONFIRM),
        ([ParcelState.ACCEPTED, ParcelState.TO_SEND, ParcelState.REFUSED], Shipping.REFUSED),
        ([ParcelState.NOT_NEEDED], Shipping.NOT_NEEDED),
    ],
)
async def test_an_order_is_as_far_as_its_package_that_needs_somebody_most(
    ledger: SqlLedger, states: list[ParcelState], shipping: Shipping
) -> None:
    order_id = await created(ledger, 7)
    await parcels_of(ledger, 7, *states)
    assert await listed(ledger) == {order_id: shipping}
    for asked in Shipping:
        assert await listed(ledger, asked) == ({order_id: shipping} if asked is shipping else {})
    (row,) = await ledger.find_orders(order_id)
    assert row.shipping is shipping


async def test_a_closed_order_whose_package_cannot_be_sent_is_refused(ledger: SqlLedger) -> None:
    order_id = await created(ledger, 7)
    await store(ledger, 7, NO_TRACKING)
    assert await listed(ledger, Shipping.REFUSED) == {order_id: Shipping.REFUSED}


async def test_an_order_closed_by_a_request_waits_for_amazon_before_its_packages_are_read(
    ledger: SqlLedger,
) -> None:
    order_id = await created(ledger, 7)
    (closing,) = await ledger.begin_submission(ACME, plan(7), now=NOW)
    assert await listed(ledger, Shipping.TO_SHIP) == {order_id: Shipping.TO_SHIP}
    closing = await claimed(ledger, closing)
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=LATER)
    assert await listed(ledger, Shipping.TO_CONFIRM) == {order_id: Shipping.TO_CONFIRM}


async def test_what_is_not_in_the_warehouse_ships_nothing_and_filters_go_together(ledger: SqlLedger) -> None:
    order_id = await created(ledger, 7)
    held = order(order_id=number(2))
    await read(ledger, held)
    known = next(each for each in await ledger.due_orders(ACME, now=NOW) if each.order.order_id == number(2))
    await ledger.record_verdicts(
        ACME, [Verdict(number(2), known.version, OrderState.HELD, (NO_TRACKING,))], now=NOW
    )
    assert await listed(ledger) == {order_id: Shipping.TO_SHIP, number(2): None}
    both = await ledger.list_orders(states=(OrderState.HELD,), shipping=(Shipping.TO_SHIP,))
    assert both == []
