"""Closing orders in a real warehouse: once, with their charges, or not at all and with a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dockwire.errors import NotFound, Outdated, Refused, RemoteError, Unanswered, Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.charge import Charge, ChargeType
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import PlacedStatus
from dockwire.warehouse import Switches, Warehouse, load_seed
from tests.unit.extensiv.orders_out import UPS, cancelled, closed, gone_already, held, made
from tests.unit.extensiv.stock import line, noting, opened, rules
from tests.unit.warehouse.closings import CARRIERS, PRICES
from tests.unit.warehouse.houses import open_house

FRAGILE = Charge(ChargeType.SPECIAL, "Fragile", Decimal(3), Decimal("0.10"), "box")
BOX = Charge(ChargeType.MATERIALS, "Box", Decimal("1.5"), Decimal("33.34"))


@pytest.fixture(autouse=True)
def _priced(house: Warehouse) -> None:
    load_seed(house, PRICES)
    load_seed(house, CARRIERS)


async def test_closing_adds_charges_to_those_there_are(client: WarehouseClient, house: Warehouse) -> None:
    order = await made(client, lines=(line("MUG", "2"),))
    order = await client.route_order(order, UPS, "1Z1")
    await client.close_order(order, "1Z2", (FRAGILE, BOX), at=house.clock.now())
    after = await client.ship_order(order.placed.order_id)
    assert (after.placed.status, after.tracking, after.routing) == (PlacedStatus.CLOSED, "1Z2", UPS)
    assert [booked.charge for booked in after.charges if not booked.automatic] == [FRAGILE, BOX]
    automatic = {booked.charge.label: booked.charge.amount for booked in after.charges if booked.automatic}
    assert automatic == {"Pick": Decimal("0.70"), "Order": Decimal("1.50")}
    assert after.total == Decimal("0.70") + Decimal("1.50") + Decimal("0.30") + Decimal("50.01")
    # A minute earlier than now: the warehouse's clock may be behind ours.
    assert after.closed == house.clock.now() - timedelta(minutes=1)


async def test_a_lost_answer_to_closing_closes_and_charges_once(house: Warehouse) -> None:
    app = noting(house, rules({"path": "/confirmer$", "nth": 1, "effect": "lost_reply"}))
    async with opened(app) as client:
        order = await made(client)
        with pytest.raises(Outdated, match="warehouse order 1: "):
            await client.close_order(order, "1Z1", (FRAGILE,), at=house.clock.now())
        after = await client.ship_order(order.placed.order_id)
    assert after.placed.status is PlacedStatus.CLOSED
    assert [booked.charge for booked in after.charges if not booked.automatic] == [FRAGILE]
    assert app.count("/confirmer") == 2


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        ("html_success", Unanswered),
        ("empty_success", Unanswered),
        ({"kind": "status", "status": 500, "text": "Oops"}, Unavailable),
        ({"kind": "status", "status": 502, "html": "<p>Bad gateway</p>"}, Unavailable),
        ("cut", Unavailable),
    ],
    ids=str,
)
async def test_a_page_of_somebody_elses_closes_nothing(
    house: Warehouse, effect: Any, kind: type[RemoteError]
) -> None:
    async with opened(noting(house, rules({"path": "/confirmer$", "effect": effect}))) as client:
        order = await made(client)
        with pytest.raises(kind, match="warehouse order 1: ") as caught:
            await client.close_order(order, "1Z1", (FRAGILE,), at=house.clock.now())
        assert type(caught.value) is kind
        after = await client.ship_order(order.placed.order_id)
        assert (after.placed.status, after.charges) == (PlacedStatus.OPEN, ())


async def test_an_order_that_changed_is_not_closed_unseen(client: WarehouseClient, house: Warehouse) -> None:
    order = await made(client)
    await client.route_order(order, UPS, "1Z1")
    with pytest.raises(Outdated, match="warehouse order 1: it changed meanwhile"):
        await client.close_order(order, "1Z1", (), at=house.clock.now())


async def short(client: WarehouseClient, house: Warehouse) -> ShipOrder:
    return await made(client, lines=(line("MUG", "11"),))


@pytest.mark.parametrize(
    ("prepared", "code"),
    [
        (short, "NotFullyAllocated"),
        (held, "on hold"),
        (cancelled, "OrderCanceled"),
        (gone_already, "OrderConfirmed"),
    ],
)
async def test_what_stands_in_the_way_of_closing_is_told_with_the_order(
    client: WarehouseClient, house: Warehouse, prepared: Any, code: str
) -> None:
    order = await prepared(client, house)
    with pytest.raises(Refused, match=f"(?s)warehouse order 1: .*{code}") as caught:
        await client.close_order(order, "1Z2", (FRAGILE,), at=house.clock.now())
    assert type(caught.value) is Refused
    after = await client.ship_order(order.placed.order_id)
    assert after == order


async def test_closing_in_the_future_is_refused_with_the_reason(
    client: WarehouseClient, house: Warehouse
) -> None:
    order = await made(client)
    with pytest.raises(Refused, match=r"warehouse order 1: .*DateInFuture"):
        await client.close_order(order, "1Z1", (), at=house.clock.now() + timedelta(minutes=2))


async def test_a_charge_only_the_warehouse_may_make_is_refused(
    client: WarehouseClient, house: Warehouse
) -> None:
    order = await made(client)
    with pytest.raises(Refused, match="warehouse order 1: "):
        await client.close_order(
            order, "1Z1", (replace(FRAGILE, kind=ChargeType.AUTO_HANDLING),), at=house.clock.now()
        )
    assert (await client.ship_order(order.placed.order_id)).placed.status is PlacedStatus.OPEN


async def test_an_order_that_does_not_exist_is_not_found_by_its_number(
    client: WarehouseClient, house: Warehouse
) -> None:
    order = await made(client)
    ghost = replace(order, placed=replace(order.placed, order_id=WarehouseOrderId(99)))
    for act in (
        client.ship_order(WarehouseOrderId(99)),
        client.route_order(ghost, UPS, "1Z1"),
        client.close_order(ghost, "1Z1", (), at=house.clock.now()),
    ):
        with pytest.raises(NotFound, match="warehouse order 99: "):
            await act


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 1, 8, 30, 30, tzinfo=UTC),  # 01:30 in Los Angeles for the first time
        datetime(2026, 11, 1, 9, 0, 30, tzinfo=UTC),  # 01:00 again
        datetime(2026, 11, 1, 9, 30, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 10, 0, 30, tzinfo=UTC),
        datetime(2027, 3, 14, 10, 0, 30, tzinfo=UTC),  # 03:00, a minute after 01:59
    ],
    ids=str,
)
async def test_an_order_is_closed_in_the_hours_when_clocks_are_put(sqlite_url: str, moment: datetime) -> None:
    house = open_house(f"{sqlite_url}.clocks", start=moment)
    async with opened(noting(house)) as client:
        after = await closed(client, house, await made(client))
    assert after.placed.status is PlacedStatus.CLOSED
    assert after.closed is not None
    # The hour that is repeated may be read as the first one, never as one to come.
    assert timedelta(0) <= moment - after.closed <= timedelta(hours=1, minutes=2)
    house.close()


@pytest.mark.parametrize("again", ["OrderConfirmed", "AlreadyCompleted"])
async def test_either_word_for_a_closed_order_is_a_refusal(sqlite_url: str, again: str) -> None:
    switches = Switches.model_validate({"confirmed_again": again, "refusals_explained": True})
    house = open_house(f"{sqlite_url}.again", switches=switches)
    async with opened(noting(house)) as client:
        order = await gone_already(client, house)
        with pytest.raises(Refused, match=again) as caught:
            await client.close_order(order, "1Z1", (), at=house.clock.now())
    assert type(caught.value) is Refused
    house.close()
