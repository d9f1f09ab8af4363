"""What people are told about a day of imports: every order once, and nothing about buyers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from dockwire.mail.compose import compose
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind, Mail, OrderState
from dockwire.services.notices import post_notices
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
PERSONAL = ("name", "companyName", "addressLine1", "addressLine2", "postalCode", "phone", "giftMessage")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def post(stage: Stage) -> int:
    async with stage.importing(US) as steps:
        return await post_notices(steps.desk, compose)


async def sent(stage: Stage) -> list[Mail]:
    mails = await stage.ledger.take_mail(US.slug, owner="post", now=stage.clock.now(), seconds=60)
    for mail in mails:
        await stage.ledger.mail_sent(mail.id, now=stage.clock.now())
    return mails


def personal(body: Any) -> Iterator[str]:
    """Yield everything in an order that speaks of its buyer and is long enough to be told apart."""
    if isinstance(body, dict):
        for member, value in body.items():
            if member in PERSONAL and isinstance(value, str) and len(value) > 4:
                yield value
            yield from personal(value)
    elif isinstance(body, list):
        for each in body:
            yield from personal(each)


async def test_a_day_tells_each_order_once_and_nothing_about_buyers(stage: Stage) -> None:
    stage.world.populate(80, [("US", 1)])
    mails: list[Mail] = []
    for _ in range(3):
        await stage.run(US)
        assert await post(stage) > 0
        mails += await sent(stage)
        stage.world.advance(6 * 3600)
    assert await post(stage) == 0, "a second telling of the same facts"
    created = [mail.text for mail in mails if mail.kind == "orders_created"]
    for order_id, row in (await stage.booked(US)).items():
        if row.state is OrderState.CREATED:
            assert sum(text.count(order_id) for text in created) == 1
    ids = [AmazonOrderId(order_id) for order_id in await stage.booked(US)]
    kinds = {fact.kind for order_id in ids for fact in await stage.ledger.order_facts(order_id)}
    assert kinds >= {FactKind.ORDER_HELD, FactKind.HELD_IN_WAREHOUSE, FactKind.CANCELLED_IN_WAREHOUSE}
    told = "".join(mail.subject + mail.text + mail.html for mail in mails)
    secrets = {text for order in stage.world.orders for text in personal(order.body)}
    assert len(secrets) > 100
    assert [secret for secret in secrets if secret in told] == []
