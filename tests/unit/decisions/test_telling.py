"""When people are told: digests once a date, quiet hours that end, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from dockwire.decisions.ship_by import stage, warning
from dockwire.decisions.telling import digest_after, due_facts, is_worse, quiet_until, send_from
from dockwire.model.contacts import Contacts, QuietHours
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.notice import RULES, NoticeKind, ShipByRow, ShipByStage
from dockwire.model.record import Fact, FactKind, OrderState, Shipping
from tests.builders import NOW

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
# Lord Howe moves its clocks by half an hour, Samoa left out a whole day in 2011.
ZONES = st.sampled_from(
    [NEW_YORK, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
)
HOURS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
MOMENTS = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2011, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
SPRING, AUTUMN = datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 11, 1, 5, 59, tzinfo=UTC)


@given(MOMENTS, HOURS, ZONES)
@example(SPRING, time(2, 30), NEW_YORK)
@example(AUTUMN, time(1, 30), NEW_YORK)
def test_there_is_a_digest_on_every_date_and_only_one(moment: datetime, hour: time, zone: ZoneInfo) -> None:
    first = digest_after(moment, hour, zone)
    second = digest_after(first, hour, zone)
    assert moment < first < second
    assert timedelta(hours=22) <= second - first <= timedelta(hours=49)
    # Whoever asks in between hears of the same one.
    assert digest_after(first + (second - first) / 2, hour, zone) == second
    assert digest_after(first - timedelta(microseconds=1), hour, zone) == first


@pytest.mark.parametrize(
    ("after", "hour", "at"),
    [
        ("2026-03-07T12:00+00:00", time(8), "2026-03-07T13:00+00:00"),  # standard time
        ("2026-03-07T14:00+00:00", time(8), "2026-03-08T12:00+00:00"),  # summer time since two o'clock
        ("2026-03-08T05:00+00:00", time(2, 30), "2026-03-08T07:30+00:00"),  # that hour was left out
        ("2026-11-01T04:00+00:00", time(1, 30), "2026-11-01T05:30+00:00"),  # it comes twice,
        ("2026-11-01T05:30+00:00", time(1, 30), "2026-11-02T06:30+00:00"),  # and counts once
    ],
)
def test_a_digest_follows_the_clock_on_the_wall(after: str, hour: time, at: str) -> None:
    assert digest_after(datetime.fromisoformat(after), hour, NEW_YORK) == datetime.fromisoformat(at)


@given(MOMENTS, HOURS, HOURS, ZONES)
@example(AUTUMN + timedelta(minutes=20), time(20), time(1, 30), NEW_YORK)
@example(SPRING, time(20), time(2, 30), NEW_YORK)
def test_quiet_hours_end_and_leave_nothing_quiet_behind(
    now: datetime, begin: time, end: time, zone: ZoneInfo
) -> None:
    if begin == end:
        return
    quiet = QuietHours(begin, end)
    until = quiet_until(now, quiet, zone)
    if until is None:
        assert not quiet.covers(now.astimezone(zone).time())
    else:
        assert now < until <= now + timedelta(hours=50)
        assert quiet_until(until, quiet, zone) is None


def test_only_what_is_not_urgent_waits_for_the_morning() -> None:
    contacts = Contacts(quiet_hours="20:00-07:00", time_zone="Europe/Berlin")
    night, morning = datetime(2026, 11, 2, 22, tzinfo=UTC), datetime(2026, 11, 3, 6, tzinfo=UTC)
    sent = {kind: send_from(kind, contacts, night) for kind in NoticeKind}
    assert {kind for kind, at in sent.items() if at == night} == {
        NoticeKind.SHIP_BY_RISK, NoticeKind.SHIPMENTS_REFUSED, NoticeKind.STOCK_REFUSED, NoticeKind.RUN_LATE,
    }  # fmt: skip
    assert {at for at in sent.values() if at != night} == {morning}
    assert {send_from(kind, contacts, morning) for kind in NoticeKind} == {morning}


def test_what_waits_for_a_digest_is_due_at_its_hour_and_what_is_worse_at_once() -> None:
    wish = {"to": ["a@example.com"], "digest": "08:00"}
    contacts = Contacts.model_validate({"ship_by_risk": wish, "orders_created": wish, "orders_held": ["a@b"]})
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    oldest = dict.fromkeys(
        (FactKind.SHIP_BY_NEAR, FactKind.SHIP_BY_PASSED, FactKind.ORDER_CREATED, FactKind.ORDER_HELD), at
    )
    early = {FactKind.SHIP_BY_PASSED, FactKind.ORDER_HELD}
    assert due_facts(oldest, contacts, datetime(2026, 11, 3, 7, 59, tzinfo=UTC)) == early
    assert due_facts(oldest, contacts, datetime(2026, 11, 3, 8, tzinfo=UTC)) == set(oldest)
    # Without contacts facts are due too: else they would be told when somebody asks, months later.
    assert due_facts(oldest, Contacts(), at) == set(oldest)


def test_every_fact_is_told_by_one_kind_only() -> None:
    facts = [fact for rule in RULES.values() for fact in rule.facts]
    assert len(facts) == len(set(facts))
    assert set(RULES) == set(NoticeKind)


@pytest.mark.parametrize(
    ("days", "worse"), [("60", False), ("30", False), ("7", True), ("1", True), ("-1", True)]
)
def test_an_expiry_gets_worse_in_its_last_week(days: str, worse: bool) -> None:
    for kind in (FactKind.CONSENT_EXPIRES, FactKind.SECRET_EXPIRES):
        assert is_worse(Fact(kind, NOW, ConnectionSlug("a"), detail={"days": days})) is worse


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        ({"orders_held": ["nobody"]}, "'nobody' is not one e-mail address"),
        ({"orders_held": {"to": ["a@b"], "digest": "25:00"}}, "orders_held.digest"),
        ({"orders_held": {"too": ["a@b"]}}, "orders_held.too"),
        ({"orders_created": {"to": ["a@b"], "escalate": ["c@d"]}}, "orders_created.escalate: this never gets worse"),
        ({"consent_expires": {"to": ["a@b"], "digest": "08:00"}}, "consent_expires.digest: this comes at once"),
        ({"orders_held": {"to": ["a@b"], "digest": "06:00"}, "quiet_hours": "20:00-07:00"}, "06:00 lies in quiet_h"),
        ({"holds_digest": {"to": ["a@b"], "digest": "08:00Z"}}, "without a zone"),
        ({"quiet_hours": "8pm-7am"}, "write it as 20:00-07:00"),
        ({"quiet_hours": "07:00-07:00"}, "begins where it ends"),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"ship_by_hours": 0}, "ship_by_hours"),
    ],
)  # fmt: skip
def test_contacts_that_make_no_sense_are_refused_with_the_field(
    contacts: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Contacts.model_validate(contacts)
    told = "\n".join(".".join(map(str, each["loc"])) + " " + each["msg"] for each in refused.value.errors())
    assert words in told


def test_contacts_are_the_same_after_they_were_stored() -> None:
    contacts = Contacts.model_validate(
        {
            "orders_created": {"to": ["a@b"], "digest": "08:00"},
            "orders_held": ["c@d", "a@b"],
            "ship_by_risk": {"to": ["e@f"], "escalate": ["boss@f"]},
            "time_zone": "Europe/Berlin",
            "quiet_hours": "20:00-07:00",
        }
    )
    assert Contacts.model_validate_json(contacts.model_dump_json()) == contacts
    assert contacts.asked(NoticeKind.ORDERS_FLOWING).to == ("a@b", "c@d", "e@f")
    assert contacts.asked(NoticeKind.HOLDS_DIGEST).digest == time(8)


@pytest.mark.parametrize(
    ("state", "shipping", "words", "fixer"),
    [
        (OrderState.CREATED, Shipping.TO_SHIP, "pick, pack and close", "clerk"),
        (OrderState.CREATED, Shipping.TO_CONFIRM, "run the tracking update", "engineer"),
        (OrderState.CREATED, Shipping.REFUSED, "does not take a package", "clerk"),
        (OrderState.HELD, None, "It is held", "engineer"),
        (OrderState.FAILED, None, "could not be created", "engineer"),
        (OrderState.QUARANTINED, None, "cannot be read", "engineer"),
        (OrderState.NEW, None, "run the order import", "engineer"),
    ],
)
def test_an_order_at_risk_says_what_it_needs_and_of_whom(
    state: OrderState, shipping: Shipping | None, words: str, fixer: str
) -> None:
    row = ShipByRow(1, AmazonOrderId("111-1"), NOW, state, shipping, "IL, US", 17)
    told = warning(row, NOW - timedelta(hours=3))
    assert words in told.detail["reason"]
    assert (told.detail["fixer"], told.stage) == (fixer, ShipByStage.NEAR)
    assert stage(NOW, NOW) is ShipByStage.PASSED
