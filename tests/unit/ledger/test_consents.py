"""Consents, states and announcements in the ledger, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.consent import Consent, ConsentWay, IssuedState, StateAnswer
from dockwire.model.record import Fact, FactKind
from dockwire.ports import Announcement
from tests.builders import NOW, connection
from tests.unit.ledger.acts import ACCOUNT, ACME

STATE = IssuedState("d1", "acme-na", NOW, NOW + timedelta(minutes=10))
END = NOW + timedelta(days=365)


def soon(threshold: int, **changed: object) -> Announcement:
    kind = changed.get("kind", FactKind.CONSENT_EXPIRES)
    expires = changed.get("expires", END)
    slug = connection(slug=changed.get("slug", "acme-us")).slug
    return Announcement(Fact(kind, NOW, slug, detail={"days": "1"}), expires, threshold)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "asked", "answer"),
    [
        (STATE, {}, StateAnswer.OURS),
        (STATE, {"digest": "d2"}, StateAnswer.UNKNOWN),
        (STATE, {"seller": "other"}, StateAnswer.OTHER_SELLER),
        (STATE, {"now": STATE.expires}, StateAnswer.EXPIRED),
        (STATE, {"now": STATE.expires - timedelta(seconds=1)}, StateAnswer.OURS),
        (STATE, {"session": "s1"}, StateAnswer.OTHER_BROWSER),
    ],
)
async def test_a_state_is_what_it_was_issued_for(
    ledger: SqlLedger, state: IssuedState, asked: dict[str, object], answer: StateAnswer
) -> None:
    await ledger.issue_state(state)
    question: dict[str, object] = {"digest": "d1", "seller": "acme-na", "now": NOW} | asked
    said = await ledger.use_state(**question)  # type: ignore[arg-type]
    assert said.answer is answer
    # Only a state that was ours is used up.
    again = await ledger.use_state("d1", seller="acme-na", now=NOW)
    assert again.answer is (StateAnswer.USED if answer is StateAnswer.OURS else StateAnswer.OURS)


async def test_a_state_bound_to_a_browser_takes_no_other(ledger: SqlLedger) -> None:
    await ledger.issue_state(IssuedState("d1", "acme-na", NOW, STATE.expires, session="s1"))
    for session in ("", "s2"):
        said = await ledger.use_state("d1", seller="acme-na", session=session, now=NOW)
        assert said.answer is StateAnswer.OTHER_BROWSER
    said = await ledger.use_state("d1", seller="acme-na", session="s1", now=NOW)
    assert said.answer is StateAnswer.OURS


async def test_of_two_who_bring_a_state_at_once_one_has_it(both: tuple[SqlLedger, SqlLedger]) -> None:
    first, second = both
    await first.issue_state(STATE)
    said = await asyncio.gather(
        *(ledger.use_state("d1", seller="acme-na", now=NOW) for ledger in (first, second) * 3)
    )
    assert sorted(each.answer for each in said) == [StateAnswer.OURS] + [StateAnswer.USED] * 5


async def test_states_that_ended_long_ago_are_forgotten(ledger: SqlLedger) -> None:
    await ledger.issue_state(STATE)
    later = STATE.expires + timedelta(days=31)
    await ledger.issue_state(IssuedState("d2", "acme-na", later, later + timedelta(minutes=10)))
    assert (await ledger.use_state("d1", seller="acme-na", now=NOW)).answer is StateAnswer.UNKNOWN


async def test_a_renewed_consent_replaces_the_earlier_one(ledger: SqlLedger) -> None:
    assert await ledger.consent(ACCOUNT) is None
    first = Consent(ACCOUNT, "acme-na", NOW, END, ConsentWay.WEBSITE)
    renewed = Consent(ACCOUNT, "acme-na", END, None, ConsentWay.SELF)
    for consent in (first, renewed):
        await ledger.record_consent(consent)
        assert await ledger.consent(ACCOUNT) == consent
    assert await ledger.consents() == [renewed]
    # The account is the one that its connections have.
    assert await ledger.connections() == [ACME]


async def test_each_threshold_is_told_once_and_never_a_greater_one_after_it(ledger: SqlLedger) -> None:
    for announcement, new in [
        (soon(30), 1),
        (soon(30), 0),
        (soon(60), 0),
        (soon(7), 1),
        (soon(60, slug="acme-ca"), 1),
        (soon(60, kind=FactKind.SECRET_EXPIRES), 1),
        (soon(60, expires=END + timedelta(days=365)), 1),
    ]:
        assert len(await ledger.announce([announcement])) == new, announcement


async def test_an_announcement_that_meets_another_process_is_told_once(
    both: tuple[SqlLedger, SqlLedger],
) -> None:
    wanted = [soon(30), soon(30, slug="acme-ca")]
    told = await asyncio.gather(*(ledger.announce(wanted) for ledger in both * 3))
    assert sorted(len(facts) for facts in told) == [0, 0, 0, 0, 0, 2]
