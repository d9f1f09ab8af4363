"""The ledger's promises, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockwire.errors import Fixer, LedgerUnavailable, SettingsError
from dockwire.ledger import SqlLedger
from dockwire.model.hold import Ruling
from dockwire.model.ids import AmazonItemId, AmazonOrderId, CustomerId
from dockwire.model.order import Order, OrderStatus
from dockwire.model.override import AddressCorrection, Overrides
from dockwire.model.record import (
    Claim,
    Created,
    FactKind,
    Mail,
    NotCreated,
    OrderState,
    Problem,
    Verdict,
)
from dockwire.model.warehouse import Item
from dockwire.sealing import Sealer, SealError
from tests.builders import CA, NOW, address, connection, line, malformed, order
from tests.unit.ledger.acts import ACCOUNT, ACME, claim, kinds, number, placed, read, state_of


async def test_an_order_comes_back_whole(ledger: SqlLedger) -> None:
    stored = order(lines=(line(gift_message="für Dich ❤"), line(item_id=AmazonItemId("2"), unit_price=None)))
    await read(ledger, stored)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert due.order == stored
    assert due.state is OrderState.NEW


async def test_an_older_version_never_replaces_a_newer_one(ledger: SqlLedger) -> None:
    newer = order(updated=NOW, status=OrderStatus.UNSHIPPED)
    await read(ledger, newer)
    await read(ledger, order(updated=NOW - timedelta(hours=1), status=OrderStatus.PENDING))
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert due.order == newer


async def test_a_missing_address_or_gift_message_never_blanks_what_is_known(ledger: SqlLedger) -> None:
    await read(ledger, order(lines=(line(gift_message="hello"),)))
    await read(ledger, order(updated=NOW, address=None, service_level="EXPEDITED"))
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert due.order.address == address()
    assert due.order.lines[0].gift_message == "hello"
    assert due.order.service_level == "EXPEDITED"


async def test_reading_the_same_again_changes_nothing(ledger: SqlLedger) -> None:
    await read(ledger, order())
    (before,) = await ledger.due_orders(ACME, now=NOW)
    await ledger.record_verdicts(
        ACME, [Verdict(before.order.order_id, before.version, OrderState.WATCHED)], now=NOW
    )
    await read(ledger, order())
    await read(ledger, order(updated=NOW))
    assert await ledger.due_orders(ACME, now=NOW) == []
    await read(ledger, order(updated=NOW, status=OrderStatus.CANCELLED))
    assert len(await ledger.due_orders(ACME, now=NOW)) == 1


async def test_an_unreadable_order_is_kept_told_once_and_replaced_by_a_readable_one(
    ledger: SqlLedger,
) -> None:
    bad = malformed()
    await read(ledger, order(), bad=(bad,))
    await read(ledger, order(), bad=(bad,))
    assert await state_of(ledger, bad.order_id) is OrderState.QUARANTINED
    assert await kinds(ledger, bad.order_id) == [FactKind.ORDER_QUARANTINED]
    assert await ledger.quarantined(ACME, now=NOW) == [(bad.order_id, 0)]
    await ledger.postpone(ACME, bad.order_id, not_before=NOW + timedelta(hours=1))
    assert await ledger.quarantined(ACME, now=NOW) == []
    await ledger.store_order(ACCOUNT, order(order_id=bad.order_id), now=NOW)
    (row,) = await ledger.find_orders(bad.order_id)
    assert (row.state, row.problems) == (OrderState.NEW, ())


async def test_an_unreadable_version_does_not_undo_a_created_order(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await claim(ledger, order())
    await ledger.record_outcomes(ACME, [Created(order().order_id, placed("r"))], owner="me", now=NOW)
    await read(ledger, bad=(malformed(order_id=order().order_id),))
    await read(ledger, bad=(malformed(order_id=order().order_id),))
    assert await state_of(ledger, order().order_id) is OrderState.CREATED
    assert (await kinds(ledger, order().order_id)).count(FactKind.ORDER_QUARANTINED) == 1


async def test_verdicts_count_only_for_the_version_they_were_made_of(ledger: SqlLedger) -> None:
    await read(ledger, order())
    (due,) = await ledger.due_orders(ACME, now=NOW)
    await read(ledger, order(updated=NOW, service_level="EXPEDITED"))
    stale = Verdict(due.order.order_id, due.version, OrderState.SKIPPED)
    assert await ledger.record_verdicts(ACME, [stale], now=NOW) == []
    assert await state_of(ledger, due.order.order_id) is OrderState.NEW


async def test_a_hold_is_told_once_and_its_end_is_recorded(ledger: SqlLedger) -> None:
    await read(ledger, order())
    problem = Problem("unmapped_sku", "No entry.", Fixer.ENGINEER)
    for _ in range(2):
        (due,) = await ledger.due_orders(ACME, now=NOW)
        await ledger.record_verdicts(
            ACME, [Verdict(due.order.order_id, due.version, OrderState.HELD, (problem,))], now=NOW
        )
    assert await kinds(ledger, order().order_id) == [FactKind.ORDER_HELD]
    (row,) = await ledger.find_orders(order().order_id)
    assert row.problems == (problem,)
    await claim(ledger, order())
    await ledger.record_outcomes(ACME, [Created(order().order_id, placed("r"))], owner="me", now=NOW)
    assert await kinds(ledger, order().order_id) == [
        FactKind.ORDER_HELD,
        FactKind.ORDER_RELEASED,
        FactKind.ORDER_CREATED,
    ]
    (row,) = await ledger.find_orders(order().order_id)
    assert (row.problems, row.warehouse_order_id) == ((), 1)


async def test_only_one_of_two_runs_gets_a_claim(ledger: SqlLedger) -> None:
    await read(ledger, order())
    (due,) = await ledger.due_orders(ACME, now=NOW)
    wanted = [Claim(due.order.order_id, due.version, "ref")]
    assert await ledger.claim(ACME, wanted, owner="a", now=NOW, seconds=60) == [due.order.order_id]
    assert await ledger.claim(ACME, wanted, owner="b", now=NOW, seconds=60) == []
    (doubt,) = await ledger.in_doubt(ACME)
    assert (doubt.reference, doubt.expires) == ("ref", NOW + timedelta(seconds=60))
    assert await ledger.due_orders(ACME, now=NOW) == []


async def test_one_reference_belongs_to_one_order_of_a_warehouse_customer(ledger: SqlLedger) -> None:
    await read(ledger, order(), order(order_id=number(2)))
    due = await ledger.due_orders(ACME, now=NOW)
    first, second = (Claim(found.order.order_id, found.version, "same") for found in due)
    assert await ledger.claim(ACME, [first], owner="me", now=NOW, seconds=60) == [first.order_id]
    assert await ledger.claim(ACME, [second], owner="me", now=NOW, seconds=60) == []
    assert await state_of(ledger, second.order_id) is OrderState.HELD


async def test_an_outcome_ends_the_doubt_whoever_claimed(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await claim(ledger, order(), owner="dead")
    not_ours = NotCreated(order().order_id, OrderState.NEW)
    await ledger.record_outcomes(ACME, [not_ours], owner="me", now=NOW)
    assert await state_of(ledger, order().order_id) is OrderState.CLAIMED
    await ledger.record_outcomes(
        ACME, [Created(order().order_id, placed("r"), adopted=True)], owner="me", now=NOW
    )
    assert await state_of(ledger, order().order_id) is OrderState.CREATED
    assert await ledger.in_doubt(ACME) == []


async def test_a_created_order_is_never_uncreated_and_a_double_is_told(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await claim(ledger, order())
    made = Created(order().order_id, placed("r"))
    for outcome in (made, made, NotCreated(order().order_id, OrderState.NEW)):
        await ledger.record_outcomes(ACME, [outcome], owner="me", now=NOW)
    assert await kinds(ledger, order().order_id) == [FactKind.ORDER_CREATED]
    await ledger.record_outcomes(ACME, [Created(order().order_id, placed("r", 2))], owner="me", now=NOW)
    (row,) = await ledger.find_orders(order().order_id)
    assert row.warehouse_order_id == 1
    assert (await kinds(ledger, order().order_id))[-1] is FactKind.CHANGE_NEEDS_PERSON


async def test_a_claim_is_given_up_only_after_it_expired(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await claim(ledger, order(), owner="dead")
    (doubt,) = await ledger.in_doubt(ACME)
    assert not await ledger.reclaim(doubt, ACME, now=NOW + timedelta(seconds=59))
    assert await ledger.reclaim(doubt, ACME, now=NOW + timedelta(seconds=60))
    assert not await ledger.reclaim(doubt, ACME, now=NOW + timedelta(seconds=61))
    assert await state_of(ledger, order().order_id) is OrderState.NEW


async def test_a_change_of_a_created_order_is_due_and_measured_from_what_was_created(
    ledger: SqlLedger,
) -> None:
    await read(ledger, order())
    await claim(ledger, order())
    moved = order(updated=NOW, address=address(city="Shelbyville"))
    await read(ledger, moved)
    await ledger.record_outcomes(ACME, [Created(order().order_id, placed("r"))], owner="me", now=NOW)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert (due.state, due.placed_as, due.order) == (OrderState.CREATED, order(), moved)
    assert due.placed is not None
    assert await ledger.record_follow(
        ACME, moved.order_id, version=due.version, fact=FactKind.HELD_IN_WAREHOUSE, detail={}, now=NOW
    )
    assert await ledger.due_orders(ACME, now=NOW) == []


async def test_a_failed_order_waits_for_its_time_or_for_a_person(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await claim(ledger, order())
    later = NOW + timedelta(hours=1)
    failed = NotCreated(order().order_id, OrderState.FAILED, (Problem("refused", "No."),), later)
    await ledger.record_outcomes(ACME, [failed], owner="me", now=NOW)
    assert await ledger.due_orders(ACME, now=NOW) == []
    assert len(await ledger.due_orders(ACME, now=later)) == 1
    assert await ledger.retry_order(ACME.slug, order().order_id, now=NOW)
    assert len(await ledger.due_orders(ACME, now=NOW)) == 1


async def test_orders_of_a_marketplace_without_connection_wait_for_one(ledger: SqlLedger) -> None:
    await read(ledger, order(marketplace_id=CA))
    canada = connection(slug="acme-ca", marketplace_code="CA")
    assert await ledger.due_orders(canada, now=NOW) == []
    await ledger.register(canada, now=NOW)
    assert len(await ledger.due_orders(canada, now=NOW)) == 1


async def test_one_marketplace_of_a_seller_has_one_connection(ledger: SqlLedger) -> None:
    with pytest.raises(SettingsError, match="acme-us already serves US"):
        await ledger.register(connection(slug="acme-us-2"), now=NOW)
    with pytest.raises(SettingsError, match="another seller or marketplace"):
        await ledger.register(connection(marketplace_code="MX"), now=NOW)
    await ledger.register(connection(sku_map={"A": "B"}), now=NOW)
    assert [known.sku_map for known in await ledger.connections()] == [{"A": "B"}]


async def test_facts_are_told_once_and_mail_is_sent_by_one_sender(ledger: SqlLedger) -> None:
    await read(ledger, bad=(malformed(),))
    (fact,) = await ledger.untold_facts(ACME.slug)
    mail = Mail("<1@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h")
    await ledger.post_mail([mail, mail], [fact.id], now=NOW)
    await ledger.post_mail([mail], [], now=NOW)
    assert await ledger.untold_facts(ACME.slug) == []
    (taken,) = await ledger.take_mail(ACME.slug, owner="a", now=NOW, seconds=60)
    assert taken.recipients == ("a@example.com",)
    assert await ledger.take_mail(ACME.slug, owner="b", now=NOW, seconds=60) == []
    await ledger.mail_failed(taken.id, error="refused", not_before=NOW + timedelta(minutes=5))
    assert await ledger.take_mail(ACME.slug, owner="b", now=NOW, seconds=60) == []
    (again,) = await ledger.take_mail(ACME.slug, owner="b", now=NOW + timedelta(minutes=5), seconds=60)
    assert again.attempts == 1
    await ledger.mail_sent(again.id, now=NOW)
    assert await ledger.take_mail(ACME.slug, owner="b", now=NOW + timedelta(days=1), seconds=60) == []


async def test_items_are_replaced_as_a_whole(ledger: SqlLedger) -> None:
    assert await ledger.known_items("main", CustomerId(1)) == (None, {})
    await ledger.store_items("main", CustomerId(1), [Item("A"), Item("B")], now=NOW)
    await ledger.store_items("main", CustomerId(1), [Item("茶碗", active=False)], now=NOW)
    assert await ledger.known_items("main", CustomerId(1)) == (NOW, {"茶碗": Item("茶碗", active=False)})


async def test_the_quota_bucket_gives_its_burst_and_then_its_rate(ledger: SqlLedger) -> None:
    async def take(seconds: float) -> float:
        return await ledger.take("k", rate=0.5, burst=3, now=NOW + timedelta(seconds=seconds))

    assert [await take(0) for _ in range(3)] == [0, 0, 0]
    assert await take(0) == pytest.approx(2, abs=0.001)
    assert await take(1.9) == pytest.approx(0.1, abs=0.001)
    assert await take(2) == 0
    await ledger.observe("k", rate=1.0, now=NOW)
    await ledger.penalise("k", rate=0.5, burst=3, now=NOW + timedelta(seconds=100))
    assert await take(100) == pytest.approx(1, abs=0.001)


async def test_personal_data_is_in_no_clear_column(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(connection(), now=NOW)
    # Five digits come about by chance in keyed digests.
    clear = order(lines=(line(gift_message="GIFTWORDS"),), address=address(postal_code="POSTALCODE"))
    await read(ledger, clear, bad=(malformed(raw='{"name": "BADNAME"}'),))
    await claim(ledger, clear)
    await ledger.close()
    content = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    for secret in (b"Ann Example", b"1 Sample Street", b"POSTALCODE", b"555 0100", b"GIFTWORDS", b"BADNAME"):
        assert secret not in content


async def test_a_new_key_opens_everything_after_rotation(database_url: str) -> None:
    old, new = Sealer.new_key(), Sealer.new_key()
    ledger = await SqlLedger.open(database_url, sealer=Sealer([old]))
    await ledger.register(connection(), now=NOW)
    await read(ledger, order())
    corrected = Overrides(address=AddressCorrection(address(city="Corrected"), order().address))
    ruling = Ruling(order().order_id, 1, corrected, OrderState.NEW, (), {})
    assert await ledger.record_ruling(ACME, ruling, by="anna", now=NOW)
    await ledger.close()
    with pytest.raises(SealError):
        await SqlLedger.open(database_url, sealer=Sealer([new]))
    both = await SqlLedger.open(database_url, sealer=Sealer([new, old]))
    assert await both.rotate_seals() == 3, "the order, its correction and the key of the digests"
    assert len(await both.count_keys()) == 1
    await both.close()
    alone = await SqlLedger.open(database_url, sealer=Sealer([new]))
    (due,) = await alone.due_orders(ACME, now=NOW)
    assert (due.order, due.overrides, due.version) == (order(), corrected, 2)
    assert not await alone.record_ruling(ACME, ruling, by="anna", now=NOW), "decided on an older version"
    await alone.close()


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("mysql://x/y", SettingsError, "not supported"),
        ("nonsense", SettingsError, "not a usable"),
        ("sqlite:////proc/nowhere/x.db", SettingsError, "cannot be made"),
        ("postgresql+psycopg://u:secret@127.0.0.1:9/x", LedgerUnavailable, "does not answer"),
    ],
)
async def test_an_unusable_database_says_what_to_do(url: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        await SqlLedger.open(url, sealer=Sealer([Sealer.new_key()]))
    assert "secret" not in str(caught.value)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    )
)
async def test_whatever_pages_bring_the_newest_version_stays(pages: list[list[tuple[int, int]]]) -> None:
    ledger = await SqlLedger.open("sqlite://", sealer=Sealer([Sealer.new_key()]))
    await ledger.register(connection(), now=NOW)
    newest: dict[AmazonOrderId, int] = {}
    for versions in pages:
        await read(ledger, *(version_of(which, age) for which, age in versions))
        for which, age in versions:
            newest[number(which)] = max(age, newest.get(number(which), 0))
    due = await ledger.due_orders(ACME, now=NOW)
    await ledger.close()
    assert {found.order.order_id: found.order.seller_reference for found in due} == {
        order_id: str(age) for order_id, age in newest.items()
    }


def version_of(which: int, age: int) -> Order:
    updated = NOW - timedelta(hours=1) + timedelta(minutes=age)
    return replace(order(order_id=number(which), updated=updated), seller_reference=str(age))
