"""When people are told: at once, in a digest, or after quiet hours."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dockwire.model.contacts import Contacts, QuietHours
from dockwire.model.notice import RULES, NoticeKind
from dockwire.model.record import Fact, FactKind

LAST_DAYS = 7
"""From so many days before it ends, an expiry counts as worse."""


def due_facts(oldest: Mapping[FactKind, datetime], contacts: Contacts, now: datetime) -> set[FactKind]:
    """Return which kinds of untold facts are to be told now.

    ``oldest`` has, for every kind of fact that waits, the moment of the oldest one. What waits for a digest
    waits until the first digest hour after that; what is worse than the rest of its notice never waits.
    """
    due: set[FactKind] = set()
    for kind, rule in RULES.items():
        waiting = rule.facts & set(oldest)
        patient = waiting - rule.worse
        due |= waiting & rule.worse
        hour = contacts.asked(kind).digest
        if patient and (
            hour is None
            or rule.daily
            or digest_after(min(oldest[each] for each in patient), hour, contacts.zone) <= now
        ):
            due |= patient
    return due


def is_worse(fact: Fact) -> bool:
    """Tell whether the escalation contacts of a fact's notice are to hear of it."""
    if fact.kind in {FactKind.CONSENT_EXPIRES, FactKind.SECRET_EXPIRES}:
        return int(fact.detail.get("days", "0")) <= LAST_DAYS
    return any(fact.kind in rule.worse for rule in RULES.values())


def digest_after(moment: datetime, hour: time, zone: ZoneInfo) -> datetime:
    """Return the first digest after ``moment``: there is exactly one on every date of the zone.

    An hour that a change of clocks repeats counts the first time; one that it leaves out comes as much later
    as the clocks were moved.
    """
    return min(at for at in _wall(moment, hour, zone, folds=(0,)) if at > moment)


def quiet_until(now: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that ``now`` lies in, else None."""
    if quiet is None or not quiet.covers(_hour(now, zone)):
        return None
    ends = _wall(now, quiet.end, zone, folds=(0, 1))
    return min(at for at in ends if at > now and not quiet.covers(_hour(at, zone)))


def send_from(kind: NoticeKind, contacts: Contacts, now: datetime) -> datetime:
    """Return when a mail that is written now may be sent."""
    if RULES[kind].urgent:
        return now
    return quiet_until(now, contacts.quiet, contacts.zone) or now


def _hour(moment: datetime, zone: ZoneInfo) -> time:
    return moment.astimezone(zone).time()


def _wall(moment: datetime, hour: time, zone: ZoneInfo, *, folds: tuple[int, ...]) -> Iterator[datetime]:
    """Yield when the clock on the wall shows ``hour``, from the day before to two days after."""
    day = moment.astimezone(zone).date()
    for offset in range(-1, 3):
        for fold in folds:
            wall = datetime.combine(day + timedelta(days=offset), hour.replace(fold=fold), tzinfo=zone)
            yield wall.astimezone(UTC)
