"""The watch through Prefect: all connections, one's trouble apart from the others', everything told once."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from prefect import tags
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, StateDetails, StateType
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from prefect_email import EmailServerCredentials

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.model.consent import Consent, ConsentWay
from dockwire.model.contacts import Contacts
from dockwire.model.order import Window
from dockwire.settings import read_settings
from flows.order_import import order_import
from flows.watch import watch
from tasks.watching import OURS
from tests.builders import order
from tests.flows.site import Site

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

CONTACTS = {
    "ship_by_risk": ["dock@example.com"],
    "orders_flowing": ["owner@example.com"],
    "consent_expires": ["owner@example.com"],
}


async def test_one_connection_in_trouble_stops_no_other_and_each_order_is_told_once(site: Site) -> None:
    now = SystemClock().now()
    names = [f"{site.slug}-{each}" for each in ("a-broken", "b-silent", "c-well", "d-gone")]
    connections = []
    for seller, name in enumerate(names):
        block = site.block.model_copy()
        block.seller_account = site.block.seller_account.model_copy(update={"seller_id": f"A{seller}SELLER"})
        block.contacts = Contacts.model_validate(CONTACTS)
        if name.endswith("c-well"):
            block.contacts = Contacts.model_validate(CONTACTS | {"run_failed": ["engineer@example.com"]})
        if name.endswith("b-silent"):
            block.mail_server = EmailServerCredentials(
                smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=9
            )
        connections.append(block.connection(name))
        if name.endswith("a-broken"):
            block.marketplace = "DE"  # of another region than its account: the block cannot be used
        if not name.endswith("d-gone"):
            await block.asave(name, overwrite=True)
    async with opened_ledger(read_settings()) as ledger:
        for connection in connections:
            await ledger.register(connection, now=now)
            soon = order(ship_by=Window(now, now + timedelta(hours=3)), updated=now - timedelta(hours=1))
            await ledger.store_order(connection.account, soon, now=now)
        ends = now + timedelta(days=6)
        consent = Consent(
            connections[2].account, "c-seller", now - timedelta(days=359), ends, ConsentWay.WEBSITE
        )
        await ledger.record_consent(consent)
    with tags(OURS):
        assert (await order_import(names[3], return_state=True)).is_failed()
        assert (await order_import(names[3], dry_run=True, return_state=True)).is_failed()
    for silent in (True, False):
        with tags(OURS):
            state = await watch(return_state=True)
        assert state.is_failed()
        told = str(state.message)
        assert f"{names[0]}: " in told
        assert names[2] not in told
        assert names[3] not in told
        # The mail of the silent server is not due the second time.
        assert (f"{names[1]}: the mail server 127.0.0.1 does not answer" in told) is silent
    table = await Artifact.aget("status")
    assert table is not None
    health = {row["connection"]: row["health"] for row in json.loads(str(table.data))}
    assert ["(paused)" in health[name] for name in names[2:]] == [False, True], "one that is gone is not late"
    failures = [mail for mail in site.mails() if mail["To"] == "engineer@example.com"]
    assert [str(mail["Subject"]).strip() for mail in failures] == [f"[{names[2]}] a run failed"] * 2
    texts = [body.get_content() for mail in failures if (body := mail.get_body(("plain",)))]
    # A run that cannot open its connection is told by the first watch, a watch in trouble by the next one.
    assert f"order-import of {names[3]}" in texts[0]
    assert f"{names[0]}: " in texts[1]
    subjects = {
        str(mail["To"]): str(mail["Subject"]).strip()
        for mail in site.mails()
        if mail["To"] != "engineer@example.com"
    }
    assert subjects == {
        "dock@example.com": f"[{names[2]}] 1 order to ship soon",
        "owner@example.com": f"[{names[2]}] Amazon consent ends in 6 days",
    }
    assert len(site.mails()) == len(subjects) + len(failures)
    async with opened_ledger(read_settings()) as ledger:
        waiting = await ledger.list_mail()
    assert {row.connection for row in waiting if row.sent is None} == {names[1]}


async def test_an_outage_is_told_after_it_though_its_runs_are_under_way_done_or_dropped(site: Site) -> None:
    now = SystemClock().now()
    site.block.contacts = Contacts.model_validate({"run_late": ["engineer@example.com"]})
    await site.block.asave(site.slug, overwrite=True)
    async with opened_ledger(read_settings()) as ledger:
        await ledger.register(site.block.connection(site.slug), now=now)

    def after(**waited: float) -> datetime:
        return now - timedelta(**waited)

    due, back, before = after(minutes=50), after(minutes=8), after(hours=9)
    done = [("Scheduled", before), ("Late", due), ("Pending", back), ("Running", back), ("Completed", back)]
    dropped = [("Scheduled", before), ("Cancelled", back)]  # by the one that took the deployment's only place
    begins = [("Scheduled", before), ("Late", due), ("Pending", back)]
    queued = [("Scheduled", before), ("AwaitingConcurrencySlot", due), ("Pending", back), ("Running", back)]
    soon = [("Scheduled", before), ("Late", after(minutes=20)), ("Pending", back), ("Running", back)]
    told = [await passed(each, site.slug, due) for each in (done, dropped, begins)]
    untold = [await passed(queued, site.slug, due), await passed(soon, site.slug, after(minutes=20))]
    # Whom the automation names is told of, however long ago it was started.
    long_ago = [
        ("Scheduled", before),
        ("Late", before),
        ("Pending", after(hours=7)),
        ("Running", after(hours=7)),
    ]
    told.append(await passed(long_ago, site.slug, before))
    for _ in range(2):
        state = await watch(flow_run_id=told[-1], happened="a run does not start", return_state=True)
        assert state.is_completed(), state.message
    (mail,) = site.mails()
    assert str(mail["Subject"]).strip() == f"[{site.slug}] runs started late"
    (text,) = [body.get_content() for body in [mail.get_body(("plain",))] if body]
    assert [run in text for run in [*told, *untold]] == [True] * len(told) + [False] * len(untold)
    assert "started 42 minutes late" in text
    assert "waited until runs started again" in " ".join(text.split())


async def passed(states: list[tuple[str, datetime]], slug: str, due: datetime) -> str:
    """Leave a run of ours that went through these states at these times, and return its id."""
    waiting = {"Scheduled", "Late", "AwaitingConcurrencySlot"}
    made: list[tuple[State, datetime]] = [
        (
            State(
                type=StateType.SCHEDULED if name in waiting else StateType(name.upper()),
                name=name,
                state_details=StateDetails(scheduled_time=due if name in waiting else None),
            ),
            at,
        )
        for name, at in states
    ]
    async with get_client() as client:
        parameters = {"connection": slug}
        run = await client.create_flow_run(order_import, parameters=parameters, tags=[OURS], state=made[0][0])
        for state, _ in made[1:]:
            await client.set_flow_run_state(run.id, state, force=True)
    # Prefect's server takes its own time for each state, and no call changes it.
    database = str(PREFECT_API_DATABASE_CONNECTION_URL.value()).partition("///")[2]
    began = next((at for name, at in states if name not in {"Pending", *waiting}), None)
    with closing(sqlite3.connect(database, timeout=60)) as link, link:
        for order_of_it, (name, moment) in enumerate(states):
            at = moment + timedelta(milliseconds=order_of_it)
            where = (f"{at:%Y-%m-%d %H:%M:%S.%f}", str(run.id), name)
            moved = "UPDATE flow_run_state SET timestamp = ? WHERE flow_run_id = ? AND name = ?"
            assert link.execute(moved, where).rowcount == 1
        if began:
            started = "UPDATE flow_run SET start_time = ? WHERE id = ?"
            link.execute(started, (f"{began:%Y-%m-%d %H:%M:%S.%f}", str(run.id)))
    return str(run.id)
