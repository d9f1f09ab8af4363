"""Who gets which mail, and when it may come."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dockwire.model.notice import RULES, NoticeKind

DAILY = time(8)
"""When the daily digest of waiting orders comes, unless a contact names another hour."""


def is_mail_address(text: str) -> bool:
    """Return whether a text looks like one e-mail address."""
    return re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", text) is not None


def _checked_mail(address: str) -> str:
    if not is_mail_address(address):
        raise ValueError(f"{address!r} is not one e-mail address")
    return address


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone, for instance Europe/Berlin") from None
    return name


def _checked_hour(hour: time | None) -> time | None:
    if hour is not None and hour.tzinfo is not None:
        raise ValueError("is an hour of the contacts' time_zone; write it without a zone")
    return hour


def _checked_quiet(text: str) -> str:
    if text:
        _quiet(text)
    return text


def _plain_list(value: object) -> object:
    return {"to": value} if isinstance(value, list | tuple) else value


MailAddress = Annotated[str, AfterValidator(_checked_mail)]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of every day, by the clock on the wall; it may reach over midnight."""

    begin: time
    end: time

    def covers(self, hour: time) -> bool:
        """Tell whether an hour lies in the span; its end does not."""
        if self.begin < self.end:
            return self.begin <= hour < self.end
        return hour >= self.begin or hour < self.end


def _quiet(text: str) -> QuietHours:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise ValueError(f"{text!r} is not a span of the day; write it as 20:00-07:00")
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begin == end:
        raise ValueError(f"{text!r} begins where it ends; leave quiet_hours out for none")
    return QuietHours(begin, end)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipients(_Frozen):
    """Who gets one kind of mail; a plain list of addresses means: these, at once."""

    to: tuple[MailAddress, ...] = ()
    digest: Annotated[time | None, AfterValidator(_checked_hour)] = None
    """Hour of the day at which everything since the last one comes as one mail; None means at once."""
    escalate: tuple[MailAddress, ...] = ()
    """Who gets it as well when it gets worse."""


Asked = Annotated[Recipients, BeforeValidator(_plain_list)]
_NOBODY = Recipients()


class Contacts(_Frozen):
    """Who gets which mail; every kind takes a list of addresses, or a table of :class:`Recipients`."""

    orders_flowing: Asked = _NOBODY
    """Nobody means everybody: whoever is named for any kind."""
    orders_created: Asked = _NOBODY
    orders_held: Asked = _NOBODY
    holds_digest: Asked = _NOBODY
    ship_by_risk: Asked = _NOBODY
    shipments_refused: Asked = _NOBODY
    stock_refused: Asked = _NOBODY
    consent_expires: Asked = _NOBODY
    run_failed: Asked = _NOBODY
    run_crashed: Asked = _NOBODY
    run_late: Asked = _NOBODY
    time_zone: Annotated[str, AfterValidator(_checked_zone)] = "UTC"
    """IANA zone of digest hours and quiet hours, and of the times in mails."""
    quiet_hours: Annotated[str, AfterValidator(_checked_quiet)] = ""
    """For instance 20:00-07:00: mails that are not urgent wait until they end."""
    ship_by_hours: int = Field(default=24, ge=1, le=240)
    """So many hours before its ship-by time an order that has not shipped is warned of."""

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        for kind, rule in RULES.items():
            wish: Recipients = getattr(self, kind)
            if wish.escalate and not rule.escalates:
                able = ", ".join(each for each, other in RULES.items() if other.escalates)
                yield f"{kind}.escalate: this never gets worse; escalation contacts belong to {able}"
            if wish.digest and not rule.digests:
                yield f"{kind}.digest: this comes at once; leave the hour out"
            if wish.digest and self.quiet and self.quiet.covers(wish.digest):
                yield (
                    f"{kind}.digest: {wish.digest:%H:%M} lies in quiet_hours {self.quiet_hours}, in which no "
                    "digest is sent; name another hour"
                )

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the contacts' hours."""
        return ZoneInfo(self.time_zone)

    @property
    def quiet(self) -> QuietHours | None:
        """The quiet hours, if there are any."""
        return _quiet(self.quiet_hours) if self.quiet_hours else None

    def asked(self, kind: NoticeKind) -> Recipients:
        """Return who asked for a kind of mail and when, with everything that goes without saying."""
        wish: Recipients = getattr(self, kind)
        if kind is NoticeKind.ORDERS_FLOWING and not wish.to:
            return Recipients(to=self._everybody())
        if RULES[kind].daily and wish.digest is None:
            return wish.model_copy(update={"digest": DAILY})
        return wish

    def _everybody(self) -> tuple[str, ...]:
        named: dict[str, Any] = {}
        for kind in NoticeKind:
            named |= dict.fromkeys(getattr(self, kind).to)
        return tuple(named)
