"""Which orders shipped with a tracking number before, whoever closed them and however it is written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dockwire.ledger import SqlLedger
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.record import ClosingState
from dockwire.model.shipping import UsedNumber
from dockwire.sealing import Sealer
from tests.builders import CA, NOW, connection, order
from tests.unit.ledger.acts import ACME, number
from tests.unit.ledger.shipments import LATER, claimed, created, parcel, plan, store
from tests.unit.ledger.test_standings import plans, statements

CANADA = connection(slug="acme-ca", marketplace_code="CA")


async def shipped(ledger: SqlLedger, *numbers: int, tracking: str, **more: Any) -> None:
    """Let the tracking update meet these orders closed."""
    for n in numbers:
        marketplace = {"marketplace_id": CA} if more.get("which") is CANADA else {}
        await created(ledger, n, order(order_id=number(n), **marketplace), **more)
        left = NOW - timedelta(days=2, hours=n)
        await store(ledger, n, parcel(str(n), tracking=tracking, shipped=left), **more)


async def test_a_number_is_found_however_it_is_written_and_whoever_closed_the_order(
    ledger: SqlLedger,
) -> None:
    await ledger.register(CANADA, now=NOW)
    await shipped(ledger, 1, tracking="1Z 999-aa1", which=CANADA)
    await shipped(ledger, 2, 3, 4, tracking="SAME")
    await created(ledger, 7, order(order_id=number(7)))
    (closing,) = await ledger.begin_submission(ACME, plan(7), now=NOW)
    asked = ["1Z999AA1", "same", "1z-7", "NEW", ""]
    found = await ledger.used_numbers(asked, apart_from=[number(4)])
    assert found == {
        "1Z999AA1": UsedNumber(number(1), CANADA.slug, NOW - timedelta(days=2, hours=1)),
        "same": UsedNumber(number(2), ACME.slug, NOW - timedelta(days=2, hours=2), 1),
    }
    # What a request only plans has not shipped.
    await ledger.record_closing(
        ACME, replace(await claimed(ledger, closing), state=ClosingState.CLOSED), now=LATER
    )
    closed = UsedNumber(number(7), ACME.slug, LATER)
    assert await ledger.used_numbers(["1z-7"], apart_from=[]) == {"1z-7": closed}
    assert await ledger.used_numbers(["1z-7"], apart_from=[number(7)]) == {}
    # The tracking update meets the same order later.
    await ledger.store_parcels(
        ACME, [(WarehouseOrderId(7), [parcel("27", tracking="1Z7", shipped=NOW)])], now=LATER
    )
    told = replace(closed, shipped=NOW)
    assert await ledger.used_numbers(["1z-7"], apart_from=[]) == {"1z-7": told}
    # A corrected number is free again.
    await ledger.store_parcels(ACME, [(WarehouseOrderId(2), [parcel("2", tracking="OTHER")])], now=LATER)
    assert (await ledger.used_numbers(["SAME"], apart_from=[]))["SAME"].order_id != number(2)


async def test_no_parcel_or_closing_is_read_but_by_an_index(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(ACME, now=NOW)
    await shipped(ledger, 1, tracking="SAME")
    with statements(ledger) as asked:
        assert await ledger.used_numbers(["SAME"], apart_from=[number(2)])

    steps = await plans(ledger, asked)
    assert [
        step
        for step in steps
        if step.startswith("SCAN") and step.split()[1] in ("orders", "parcels", "closings")
    ] == []
    assert any("ix_parcels_tracking_key" in step for step in steps)
    assert any("ix_closings_tracking_key" in step for step in steps)
    await ledger.close()


async def test_a_number_that_an_order_does_not_bear_any_more_is_free(ledger: SqlLedger) -> None:
    # The package is gone, and the warehouse order was opened again; Amazon was told of neither.
    await shipped(ledger, 1, tracking="GONE")
    await store(ledger, 1, parcel("21", tracking="RIGHT"))
    await shipped(ledger, 2, tracking="OPENED")
    await ledger.withdraw_parcels(ACME, [WarehouseOrderId(2)], now=LATER)
    # A clerk corrected in the warehouse what a request had closed with.
    await created(ledger, 7, order(order_id=number(7)))
    (closing,) = await ledger.begin_submission(ACME, plan(7), now=NOW)
    closed = replace(await claimed(ledger, closing), state=ClosingState.CLOSED)
    await ledger.record_closing(ACME, closed, now=NOW)
    await ledger.store_parcels(ACME, [(WarehouseOrderId(7), [parcel("27", tracking="NEW")])], now=LATER)
    found = await ledger.used_numbers(["GONE", "RIGHT", "OPENED", "1Z7", "NEW"], apart_from=[])
    assert {each: used.order_id for each, used in found.items()} == {"RIGHT": number(1), "NEW": number(7)}
