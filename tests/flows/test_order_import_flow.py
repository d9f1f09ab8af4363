"""The flow as Prefect runs it: real blocks, real servers on loopback, a real mail server."""

import logging
import re
from datetime import UTC, datetime

import pytest
from prefect.artifacts import Artifact
from pydantic import SecretStr
from sqlalchemy import update

from dockwire.bootstrap import opened_ledger
from dockwire.faults.rules import Rule
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.settings import read_settings
from dockwire.simulators.amazon.accounts import Role
from dockwire.warehouse.tables import items
from dockwire.warehouse.work import IN_PROCESS
from flows.order_import import order_import
from tests.flows.site import Site, numbers

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

NAMES = re.compile(r"(?i)\bSecret Buyer\b|Hidden Street|555 0123")


async def test_a_run_imports_tells_people_and_a_second_run_does_nothing(site: Site) -> None:
    site.world.populate(60, [("US", 1)])
    first = await numbers(await site.run())
    assert first["created"] > 20
    assert first["held"] > 0
    subjects = [mail["subject"] for mail in site.mails()]
    assert len(subjects) == 3
    flowing, created, held = site.mails()
    assert flowing["to"] == "clerk@example.com, engineer@example.com, owner@example.com"
    assert "orders are flowing" in flowing["subject"]
    assert created["to"] == "clerk@example.com"
    assert held["to"] == "engineer@example.com, owner@example.com"
    assert created["message-id"] != held["message-id"]
    body = created.get_body(("plain",))
    assert body is not None
    assert len(re.findall(r"\d{3}-\d{7}-\d{7}", body.get_content())) == first["created"]
    again = await numbers(await site.run(refresh=True))
    assert (again["created"], again["adopted"], again["account_orders_changed"]) == (0, 0, 0)
    assert len(site.mails()) == 3


async def test_a_run_leaves_a_table_of_orders_with_reasons_and_no_personal_data(site: Site) -> None:
    site.world.populate(30, [("US", 1)])
    for order in site.world.orders:
        address = order.body.get("recipient", {}).get("deliveryAddress", {})
        address |= {"name": "Secret Buyer", "addressLine1": "Hidden Street 1", "phone": "555 0123"}
    await numbers(await site.run())
    artifacts = [await Artifact.aget(key) for key in (f"orders-{site.slug}", f"order-import-{site.slug}")]
    text = " ".join(str(artifact.data) for artifact in artifacts if artifact)
    assert "held" in text
    assert re.search(r"order import of", text, re.IGNORECASE)
    assert not NAMES.search(text)


async def test_a_refresh_finds_an_item_that_the_warehouse_has_since_a_moment_ago(site: Site) -> None:
    site.world.populate(20, [("US", 1)])
    _deactivate_all(site, deactivated=True)
    assert (await numbers(await site.run()))["created"] == 0
    _deactivate_all(site, deactivated=False)
    assert (await numbers(await site.run()))["created"] == 0
    assert (await numbers(await site.run(refresh=True)))["created"] > 5


def _deactivate_all(site: Site, *, deactivated: bool) -> None:
    change = update(items).values(deactivated=deactivated)
    site.warehouse.write(IN_PROCESS, lambda work: work.link.execute(change))


async def test_an_unreadable_order_asked_for_again_in_vain_is_counted(site: Site) -> None:
    site.world.populate(3, [("US", 1)])
    bad = next(iter(site.world.orders)).body
    bad["orderItems"][0]["quantityOrdered"] = "many"
    assert (await numbers(await site.run()))["account_orders_unreadable"] >= 1
    async with opened_ledger(read_settings()) as ledger:
        due = await ledger.retry_order(
            ConnectionSlug(site.slug), AmazonOrderId(bad["orderId"]), now=datetime.now(UTC)
        )
    assert due
    assert (await numbers(await site.run()))["quarantined"] == 1


async def test_an_outage_fails_the_run_with_a_sentence_and_the_next_run_finishes_the_job(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.world.populate(20, [("US", 1)])
    site.faults.replace([Rule(method="GET", path="^/customers", effect={"kind": "status", "status": 403})])
    with caplog.at_level(logging.INFO):
        state = await site.run()
    assert state.is_failed()
    assert "the warehouse denies it" in (state.message or "")
    assert "Traceback" not in caplog.text
    (mail,) = site.mails()
    assert "a run failed" in mail["subject"]
    assert mail["to"] == "engineer@example.com"
    site.faults.replace([])
    assert (await numbers(await site.run()))["created"] > 5


@pytest.mark.parametrize("trouble", ["consent", "secret", "customer", "facility", "roles"])
async def test_troubles_that_need_a_person_are_told_in_one_sentence(site: Site, trouble: str) -> None:
    site.world.populate(12, [("US", 1)])
    words = await _make_trouble(site, trouble)
    state = await site.run()
    assert state.is_failed()
    assert words in (state.message or "")
    assert "Traceback" not in (state.message or "")
    assert all("failed" in mail["subject"] or "held" in mail["subject"] for mail in site.mails())


async def _make_trouble(site: Site, trouble: str) -> str:
    if trouble == "consent":
        site.world.sellers["A3SIMNORTHAM01"].consent = False
        return "let the seller authorise the application again"
    if trouble == "secret":
        site.block.seller_account.client_secret = SecretStr("wrong")
    if trouble == "customer":
        site.block.customer_id = 77
    if trouble == "facility":
        site.block.facility_id = 77
    if trouble == "roles":
        site.world.application.roles = {Role.ORDER_TRACKING}
        return "personal-data role"
    await site.block.asave(site.slug, overwrite=True)
    return {
        "secret": "check both, and whether the secret is older",
        "customer": "choose one of: 1 (Harbour Goods)",
        "facility": "choose one of: 1 (Dock One)",
    }[trouble]


async def test_an_unknown_connection_is_told_with_the_way_forward(site: Site) -> None:
    state = await order_import("nobody-knows", return_state=True)
    assert state.is_failed()
    assert "dockwire apply" in (state.message or "")


async def test_an_unreachable_ledger_is_told_without_its_password(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKWIRE_LEDGER_URL", "postgresql+psycopg://u:hush@127.0.0.1:9/none")
    state = await site.run()
    assert state.is_failed()
    assert "does not answer" in (state.message or "")
    assert "hush" not in (state.message or "")
