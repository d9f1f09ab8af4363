"""What the ledger keeps for the console, on both databases."""

import asyncio
from datetime import timedelta

from alembic import command
from sqlalchemy import select

from dockwire.ledger import SqlLedger
from dockwire.ledger.engine import Database
from dockwire.ledger.migrate import MIGRATIONS
from dockwire.ledger.tables import parcels
from dockwire.migrating import configuration
from dockwire.model.console import Audited, Role, SavedView, SignInLimit, User
from dockwire.sealing import Sealer
from tests.builders import NOW
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.shipments import created, parcel, store

KIM = User("kim", Role.CLERK, NOW, NOW)
DAY = timedelta(days=1)


async def test_parcels_of_before_get_their_carrier_and_number(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    await created(ledger, 17)
    await store(ledger, 17, parcel(), parcel("16", carrier_code="Other", carrier_name="Bike", tracking=""))
    await ledger.close()
    database = Database(database_url)
    shown = select(parcels.c.carrier, parcels.c.tracking).order_by(parcels.c.reference)
    wanted = [("UPS", "1Z5"), ("Bike", "")]
    assert await database.read(lambda link: [tuple(row) for row in link.execute(shown)]) == wanted
    await database.write("back", lambda link: command.downgrade(configuration(link, MIGRATIONS), "0011"))
    await database.write("again", lambda link: command.upgrade(configuration(link, MIGRATIONS), "head"))
    assert await database.read(lambda link: [tuple(row) for row in link.execute(shown)]) == wanted
    await database.close()


async def test_users_sessions_and_tries(database_url: str) -> None:
    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    assert await ledger.console_key() == await ledger.console_key()
    assert [await ledger.add_user(KIM, password_hash="x") for _ in range(2)] == [True, False]
    later = NOW + timedelta(minutes=30)
    assert await ledger.begin_session("t", KIM, now=NOW)

    async def whose(minutes: int) -> User | None:
        return await ledger.session_user(
            "t", now=NOW + timedelta(minutes=minutes), idle=timedelta(hours=1), longest=DAY
        )

    assert [await whose(59), await whose(118), await whose(179)] == [KIM, KIM, None]
    # Read before the change, a user begins no session after it.
    assert await ledger.change_user("kim", now=later, role=Role.VIEWER)
    assert not await ledger.begin_session("u", KIM, now=later)
    assert await whose(60) is None

    limits = [SignInLimit("name", 3), SignInLimit("address", 100)]
    tries = await asyncio.gather(*(ledger.try_sign_in(limits, now=NOW, within=DAY) for _ in range(8)))
    assert sorted(str(each) for each in tries) == [*[str(NOW + DAY)] * 5, *["None"] * 3]
    await ledger.forgive_sign_ins("name")
    assert await ledger.try_sign_in(limits, now=NOW, within=DAY) is None
    assert await ledger.try_sign_in(limits, now=NOW + DAY, within=DAY) is None

    await ledger.save_view(SavedView("mine", "kim", False, "orders", "q=1"))
    await ledger.save_view(SavedView("mine", "kim", False, "orders", "q=2"))
    assert [view.query for view in await ledger.saved_views("kim", "orders")] == ["q=2"]
    assert await ledger.saved_views("lee", "orders") == []
    await ledger.audit(Audited(NOW, "kim", Role.CLERK, "looked"))
    await ledger.begin_session("v", (await ledger.users())[0], now=NOW)
    assert [await ledger.remove_user("kim") for _ in range(2)] == [True, False]
    assert (await ledger.users(), await ledger.saved_views("kim", "orders")) == ([], [])
    await ledger.close()
