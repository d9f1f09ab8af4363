"""Two runs at once, and runs that come back late: nothing is undone, nothing is told twice."""

from datetime import timedelta

from dockwire.ledger import SqlLedger
from dockwire.model.order import OrderStatus
from dockwire.model.record import Claim, Created, Mail, OrderState, Verdict
from tests.builders import NOW, malformed, order
from tests.unit.ledger.acts import ACCOUNT, ACME, claim, number, placed, read, state_of
from tests.unit.ledger.gates import Two

LATER = NOW + timedelta(seconds=61)


async def reclaimed(ledger: SqlLedger) -> None:
    """Let a claim expire and another run take it back, as when its maker is paused for minutes."""
    await read(ledger, order())
    await claim(ledger, order(), owner="slow")
    (doubt,) = await ledger.in_doubt(ACME)
    assert await ledger.reclaim(doubt, ACME, now=LATER)


async def test_a_late_creation_of_an_order_cancelled_meanwhile_is_followed(ledger: SqlLedger) -> None:
    await reclaimed(ledger)
    (due,) = await ledger.due_orders(ACME, now=LATER)
    gone = Verdict(order().order_id, due.version, OrderState.SKIPPED)
    await ledger.record_verdicts(ACME, [gone], now=LATER)
    made = Created(order().order_id, placed(order().order_id))
    await ledger.record_outcomes(ACME, [made], owner="slow", now=LATER)
    (due,) = await ledger.due_orders(ACME, now=LATER)
    assert (due.state, due.placed_as) == (OrderState.CREATED, order())


async def test_a_late_creation_of_an_order_unreadable_meanwhile_stays_readable(ledger: SqlLedger) -> None:
    await reclaimed(ledger)
    await read(ledger, bad=(malformed(order_id=order().order_id),))
    made = Created(order().order_id, placed(order().order_id))
    await ledger.record_outcomes(ACME, [made], owner="slow", now=LATER)
    (due,) = await ledger.due_orders(ACME, now=LATER)
    assert (due.state, due.order) == (OrderState.CREATED, order())
    await read(ledger, order(updated=NOW, service_level="EXPEDITED", address=None))
    (due,) = await ledger.due_orders(ACME, now=LATER)
    assert due.order.service_level == "EXPEDITED"


async def test_an_order_that_moved_after_it_was_decided_is_not_claimed(ledger: SqlLedger) -> None:
    await read(ledger, order())
    (due,) = await ledger.due_orders(ACME, now=NOW)
    await read(ledger, order(updated=NOW, status=OrderStatus.CANCELLED))
    stale = Claim(order().order_id, due.version, order().order_id)
    assert await ledger.claim(ACME, [stale], owner="me", now=NOW, seconds=60) == []
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert (due.state, due.order.status) == (OrderState.NEW, OrderStatus.CANCELLED)


async def test_an_order_that_another_run_could_read_is_not_put_off(ledger: SqlLedger) -> None:
    await read(ledger, bad=(malformed(order_id=order().order_id),))
    await ledger.store_order(ACCOUNT, order(), now=NOW)
    await ledger.postpone(ACME, order().order_id, not_before=LATER)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert (due.state, due.attempts) == (OrderState.NEW, 0)


async def test_mail_of_a_sender_that_died_is_sent_by_another(ledger: SqlLedger) -> None:
    mail = Mail("<1@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h")
    await ledger.post_mail([mail], [], now=NOW)
    assert await ledger.take_mail(ACME.slug, owner="dead", now=NOW, seconds=60)
    assert await ledger.take_mail(ACME.slug, owner="next", now=NOW, seconds=60) == []
    (again,) = await ledger.take_mail(ACME.slug, owner="next", now=LATER, seconds=60)
    assert again.message_id == mail.message_id


async def test_a_fact_that_two_runs_want_to_tell_is_told_once(ledger: SqlLedger) -> None:
    await read(ledger, bad=(malformed(), malformed(order_id=number(2), raw="{}")))
    first, second = await ledger.untold_facts(ACME.slug)
    mine = Mail("<1-1@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h")
    yours = Mail("<1-2@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h")
    assert await ledger.post_mail([mine], [first.id], now=NOW)
    assert not await ledger.post_mail([yours], [first.id, second.id], now=NOW)
    (taken,) = await ledger.take_mail(ACME.slug, owner="a", now=NOW, seconds=60)
    assert taken.message_id == mine.message_id
    assert [fact.id for fact in await ledger.untold_facts(ACME.slug)] == [second.id]


async def test_what_a_page_brings_while_an_order_is_being_claimed_sees_the_claim(two: Two) -> None:
    await read(two.first, order())
    unreadable = malformed(order_id=order().order_id)
    claimed, _ = await two.at_once(
        "claim", claim(two.first, order()), two.second.store_order(ACCOUNT, unreadable, now=NOW)
    )
    assert claimed == [order().order_id]
    assert await state_of(two.first, order().order_id) is OrderState.CLAIMED


async def test_two_runs_that_tell_at_once_tell_each_fact_once(two: Two) -> None:
    await read(two.first, bad=(malformed(),))
    (fact,) = await two.first.untold_facts(ACME.slug)
    mails = [Mail(f"<{n}@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h") for n in "12"]
    posted = await two.at_once(
        "post_mail",
        two.first.post_mail(mails[:1], [fact.id], now=NOW),
        two.second.post_mail(mails[1:], [fact.id], now=NOW),
    )
    assert posted == (True, False)
    assert len(await two.second.take_mail(ACME.slug, owner="a", now=NOW, seconds=60)) == 1
