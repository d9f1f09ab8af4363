"""The numbers of the day as the page shows them: figures with plots, and the same as rows of tables."""

from dataclasses import dataclass

from markupsafe import Markup

from dockwire.console.day import Day
from dockwire.console.happened_filters import happened_query
from dockwire.model.day import Happening, Span
from dockwire.reports.bars import Bar, bars

NAMES = {
    Happening.SEEN: "In from Amazon",
    Happening.CREATED: "Created",
    Happening.SHIPPED: "Shipped",
    Happening.CONFIRMED: "Confirmed",
    Happening.HELD: "Held",
    Happening.REFUSED: "Refused",
}
_COLOURS = {Happening.HELD: "text-warning", Happening.REFUSED: "text-danger"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number of orders, and the query of Find Orders that finds them."""

    count: int
    query: str
    told: str
    """What it counts, for those who only hear it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What happened to orders: today, yesterday, by the hour and by the day."""

    name: str
    colour: str
    today: Number
    yesterday: Number
    so_far: Number
    """Yesterday, up to the time that it is now."""
    by_hour: Markup
    by_day: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a span, and a number for each happening."""

    name: str
    numbers: tuple[Number, ...]


def figures(day: Day) -> list[Figure]:
    """Return the figures, in the order of the screen."""
    return [
        Figure(
            NAMES[what],
            _COLOURS.get(what, "text-primary"),
            _number(day, what, day.today, "today"),
            _number(day, what, day.yesterday, "yesterday"),
            _number(day, what, day.so_far, "yesterday by this time"),
            _by_hour(day, what),
            _by_day(day, what),
        )
        for what in NAMES
    ]


def hour_rows(day: Day) -> list[Row]:
    """Return the hours of today that have begun, the newest first."""
    begun = [hour for hour in day.hours if hour.begin <= day.now]
    return [_row(day, f"{hour.begin:%H:%M}", hour) for hour in reversed(begun)]


def day_rows(day: Day) -> list[Row]:
    """Return the days, the newest first."""
    return [_row(day, f"{each.begin:%a %d %b %Y}", each) for each in reversed(day.days)]


def _row(day: Day, name: str, span: Span) -> Row:
    return Row(name, tuple(_number(day, what, span, name) for what in NAMES))


def _number(day: Day, what: Happening, span: Span, when: str) -> Number:
    count = day.counts[span][what]
    return Number(count, happened_query(what, span), f"{NAMES[what]}, {when}: {count} orders")


def _by_hour(day: Day, what: Happening) -> Markup:
    shown = [
        Bar(
            f"{hour.begin:%H:%M}",
            day.counts[hour][what] if hour.begin <= day.now else None,
            day.counts[before][what],
        )
        for hour, before in zip(day.hours, day.hours_before, strict=True)
    ]
    title = f"{NAMES[what]} by hour of today, and of yesterday paler"
    return Markup(bars(shown, title, first="00", last="23"))  # noqa: S704 - bars escapes what it is given


def _by_day(day: Day, what: Happening) -> Markup:
    shown = [Bar(f"{each.begin:%a %d %b}", day.counts[each][what]) for each in day.days]
    first, last = (f"{each.begin:%d %b}" for each in (day.days[0], day.days[-1]))
    title = f"{NAMES[what]} by day, {first} to {last}"
    return Markup(bars(shown, title, first=first, last=last))  # noqa: S704 - bars escapes what it is given
