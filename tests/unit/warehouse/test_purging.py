"""What a purge takes from the warehouse and what it leaves: the house of Acme, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from dockwire.sealing import Sealer
from dockwire.warehouse import PersonalData, Purged, PurgeRequest, Warehouse
from dockwire.warehouse.personal_tables import purges
from dockwire.warehouse.work import IN_PROCESS
from tests.forensics import named, readable
from tests.unit.warehouse.closings import close, look
from tests.unit.warehouse.houses import KEY, START, create, line, number, open_house, order, ship_to, visiting

DAYS, OPEN_DAYS = timedelta(days=30), timedelta(days=90)
PERSONAL = ("Ann Example", "1 Sample Street", "97477", "555 0100", "ann@example.net", "For Zoe", "Ring twice")
GIFT = {"fulfillInvInfo": {"fulfillInvGiftMessage": "For Zoe"}, "notes": "Ring twice"}


@pytest.fixture
def house(database_url: str) -> Any:
    opened = open_house(database_url)
    yield opened
    opened.close()


def purge(url: str, now: datetime, **more: Any) -> Purged:
    data = PersonalData.open(url, sealer=Sealer([KEY]))
    try:
        return data.purge(PurgeRequest(now, "test", DAYS, OPEN_DAYS, **more))
    finally:
        data.close()


def audit(house: Warehouse) -> list[tuple[int, str, str]]:
    rows = house.read(IN_PROCESS, lambda work: work.link.execute(select(purges).order_by(purges.c.id)).all())
    return [(row.order_id, row.who, row.rule) for row in rows]


async def test_orders_that_ended_are_purged_and_stay_readable(database_url: str, house: Warehouse) -> None:
    async with visiting(house) as client:
        closed = await create(client, "R-1", line("MUG", notes="For Zoe"), **GIFT)
        cancelled, opened = await create(client, "R-2"), await create(client, "R-3")
        assert (await close(client, closed)).status_code == 204
        headers = {"If-Match": cancelled["etag"]}
        gone = await client.post(
            f"/orders/{number(cancelled)}/canceler", json={"reason": "x"}, headers=headers
        )
        assert gone.status_code == 204, gone.text
        before = await look(client, number(closed))

        assert not purge(database_url, START + timedelta(days=28)).orders
        expected = {("Acme", "shipped"): 1, ("Acme", "cancelled"): 1}
        assert purge(database_url, START + timedelta(days=31), dry_run=True).orders == expected
        assert purge(database_url, START + timedelta(days=31)).orders == expected
        assert not purge(database_url, START + timedelta(days=31)).orders
        assert audit(house) == [
            (number(closed), "test", "shipped"),
            (number(cancelled), "test", "cancelled"),
        ]

        after = await look(client, number(closed))
        assert after["shipTo"] == {"state": "OR", "country": "US"}
        assert not named(PERSONAL, str(after).encode())
        same = ("referenceNum", "routingInfo", "billing")
        assert {name: after.get(name) for name in same} == {name: before.get(name) for name in same}
        # Its last change for others is what it was: the tracking update does not read it again.
        assert after["readOnly"]["lastModifiedDate"] == before["readOnly"]["lastModifiedDate"]
        assert (await look(client, number(opened)))["shipTo"]["name"] == "Ann Example"


async def test_an_open_order_keeps_its_address_until_long_after_its_ship_date(
    database_url: str, house: Warehouse
) -> None:
    async with visiting(house) as client:
        late = (START + timedelta(days=100)).replace(tzinfo=None).isoformat()
        await create(client, "R-1", shipCancelDate=late)
        plain = await create(client, "R-2")
    assert purge(database_url, START + timedelta(days=91)).orders == {("Acme", "open_too_long"): 1}
    assert audit(house) == [(number(plain), "test", "open_too_long")]
    assert purge(database_url, START + timedelta(days=191)).orders == {("Acme", "open_too_long"): 1}


async def test_who_knew_a_purged_order_must_read_it_again_and_new_data_is_purged_again(
    database_url: str, house: Warehouse
) -> None:
    async with visiting(house) as client:
        known = await create(client, "R-1")
        assert purge(database_url, START + OPEN_DAYS).orders
        url = f"/orders/{number(known)}"
        outdated = await client.put(url, json=order("R-1"), headers={"If-Match": known["etag"]})
        assert outdated.status_code == 412
        now = await client.get(url)
        renewed = await client.put(url, json=order("R-1"), headers={"If-Match": now.headers["ETag"]})
        assert renewed.status_code == 200, renewed.text
    data = PersonalData.open(database_url, sealer=Sealer([KEY]))
    assert data.kept() == [("Acme", 1, START)]
    data.close()
    assert purge(database_url, START + OPEN_DAYS).orders == {("Acme", "open_too_long"): 1}


async def test_batches_go_on_where_the_last_one_ended(database_url: str, house: Warehouse) -> None:
    async with visiting(house) as client:
        for each in range(3):
            await create(client, f"R-{each}")
    first = purge(database_url, START + OPEN_DAYS, limit=2)
    assert (first.orders.total(), first.next_after is not None) == (2, True)
    rest = purge(database_url, START + OPEN_DAYS, limit=2, after=first.next_after)
    assert (rest.orders.total(), rest.next_after) == (1, None)


async def test_with_the_key_in_hand_no_byte_of_the_files_says_who_bought(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url)
    async with visiting(house) as client:
        closed = await create(client, "R-1", line("MUG", notes="For Zoe"), **GIFT)
        assert (await close(client, closed)).status_code == 204
        other = {"name": "Bob Stays", "address1": "2 Road", "zip": "1", "phoneNumber": "", "emailAddress": ""}
        await create(client, "R-2", shipTo=ship_to(**other))
    assert named(PERSONAL, readable(tmp_path, KEY)) == list(PERSONAL)
    data = PersonalData.open(sqlite_url, sealer=Sealer([KEY]))
    # Some builds of SQLite overwrite what they delete by themselves, others do not.
    engine = data._database._engine
    event.listen(engine, "connect", lambda link, _: link.execute("PRAGMA secure_delete=OFF"))
    engine.dispose()
    assert data.purge(PurgeRequest(START + timedelta(days=31), "test", DAYS, OPEN_DAYS)).orders.total() == 1
    assert data.scrub()
    said = readable(tmp_path, KEY)
    assert b"Bob Stays" in said, "the search still opens what stays"
    assert named(PERSONAL, said) == []
    data.close()
    house.close()
