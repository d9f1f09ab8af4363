"""What pages bring: nothing on a page may keep the rest of it from being stored."""

import os
import subprocess
import sys

from dockwire.ledger import SqlLedger
from dockwire.model.ids import AmazonItemId, MarketplaceId
from dockwire.model.record import FactKind, OrderState
from tests.builders import CA, NOW, US, connection, line, malformed, order
from tests.unit.ledger.acts import ACCOUNT, ACME, kinds, number, read, state_of

DIGEST = """
from dockwire.ledger.rows import Scribe
from dockwire.sealing import Sealer
from tests.builders import order
programs = frozenset(["PRIME", "AMAZON_BUSINESS", "FBM_SHIP_PLUS", "PREMIUM"])
print(Scribe(Sealer([Sealer.new_key()]), b"key").digest(order(programs=programs)))
"""


def test_every_process_takes_the_same_content_for_the_same() -> None:
    # A set's order differs from process to process; a digest that follows it sees changes everywhere.
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(digests) == 1


async def test_a_page_may_hold_an_unreadable_order_twice(ledger: SqlLedger) -> None:
    bad = malformed()
    again = malformed(raw='{"orderId": "111-0000009-0000009", "programs": 7}')
    await read(ledger, order(), bad=(bad, bad, again))
    assert await state_of(ledger, bad.order_id) is OrderState.QUARANTINED
    assert await state_of(ledger, order().order_id) is OrderState.NEW


async def test_a_page_may_hold_an_order_readable_and_unreadable(ledger: SqlLedger) -> None:
    await read(ledger, order(), bad=(malformed(order_id=order().order_id),))
    assert await state_of(ledger, order().order_id) is OrderState.QUARANTINED
    assert await ledger.quarantined(ACME, now=NOW) == [(order().order_id, 0)]


async def test_texts_longer_than_their_columns_stop_no_page(ledger: SqlLedger) -> None:
    long = order(
        order_id=number(2), service_level="L" * 300, lines=(line(sku="S" * 300, item_id=AmazonItemId("1")),)
    )
    elsewhere = order(order_id=number(3), marketplace_id=MarketplaceId("M" * 99))
    await read(ledger, order(), long, elsewhere)
    due = {found.order.order_id: found.order for found in await ledger.due_orders(ACME, now=NOW)}
    assert due == {order().order_id: order(), long.order_id: long}


async def test_an_order_that_names_no_marketplace_is_somebodys(ledger: SqlLedger) -> None:
    await read(ledger, order(marketplace_id=MarketplaceId("")))
    assert len(await ledger.due_orders(ACME, now=NOW)) == 1


async def test_an_unreadable_order_without_marketplace_is_asked_for_and_finds_its_connection(
    ledger: SqlLedger,
) -> None:
    canada = connection(slug="zeta-ca", marketplace_code="CA")
    await ledger.register(canada, now=NOW)
    bad = malformed(marketplace_id=None)
    await read(ledger, bad=(bad,))
    assert await ledger.quarantined(ACME, now=NOW) == [(bad.order_id, 0)]
    await ledger.store_order(ACCOUNT, order(order_id=bad.order_id, marketplace_id=CA), now=NOW)
    assert await ledger.due_orders(ACME, now=NOW) == []
    assert [due.order.order_id for due in await ledger.due_orders(canada, now=NOW)] == [bad.order_id]


async def test_an_unreadable_version_comes_back_as_what_it_was(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await read(ledger, bad=(malformed(order_id=order().order_id, marketplace_id=US),))
    assert await state_of(ledger, order().order_id) is OrderState.QUARANTINED
    await ledger.store_order(ACCOUNT, order(), now=NOW)
    assert [due.order for due in await ledger.due_orders(ACME, now=NOW)] == [order()]
    assert await kinds(ledger, order().order_id) == [FactKind.ORDER_QUARANTINED]
