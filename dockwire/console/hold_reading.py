"""What the page of one or many waiting orders shows: why each waits, and which decisions would end it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import anyio.to_thread
from sqlalchemy import select

from dockwire.console.deciding import Named
from dockwire.console.fields import iso
from dockwire.console.hold_words import code_in_words
from dockwire.console.parts import Parts
from dockwire.decisions.remedies import Remedy, Way
from dockwire.ledger.tables import orders
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import ON_HOLD_THERE
from dockwire.services.holds import Explained, Explanation, Holds, LineAsked

_OF_ONE = {Way.SET_LINE: "name the item of a line", Way.ADDRESS: "enter the address"}
"""Decisions that make sense for one order at a time, in words."""
_OF_REASONS = frozenset({Way.MAP_SKU, Way.SET_LINE, Way.SHIP_METHOD, Way.AMAZON_ADDRESS})
"""Decisions that only a reason asks for, whatever the order is like."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words."""

    name: str
    sentence: str
    fixer: str
    since: str
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One order of the page; no personal data."""

    row: int
    order_id: str
    connection: str
    reasons: tuple[Reason, ...]
    ship_by: str
    skipped: bool
    decided: tuple[tuple[str, str, str], ...]
    """What was decided before, by whom and when."""
    lines: tuple[LineAsked, ...] = ()
    on_hold: bool = False
    """dockwire put its warehouse order on hold."""

    @property
    def ways(self) -> list[tuple[Way, str]]:
        """The decisions that its reasons ask for, each with its subject."""
        found = [
            (remedy.way, remedy.subject)
            for reason in self.reasons
            for remedy in reason.remedies
            if remedy.way is not None
        ]
        return list(dict.fromkeys(found))

    @property
    def alone(self) -> list[str]:
        """What its reasons ask for, in words, that is only offered where it is looked at alone."""
        return list(dict.fromkeys(_OF_ONE[way] for way, _ in self.ways if way in _OF_ONE))


@dataclass(frozen=True, slots=True)
class Offer:
    """One form of the page: a decision, and the orders that it would help."""

    way: Way
    subject: str
    rows: tuple[int, ...]
    line: LineAsked | None = None
    """The line that it is about, of the first of the orders."""


@dataclass(frozen=True, slots=True)
class Page:
    """All orders of the page and the forms that fit at least one of them."""

    orders: tuple[Shown, ...]
    offers: tuple[Offer, ...] = field(default=())


async def named(parts: Parts, rows: Sequence[int]) -> dict[int, Named]:
    """Return order id and connection of rows of the ledger; unknown ones are left out."""
    query = select(orders.c.id, orders.c.amazon_order_id, orders.c.connection).where(orders.c.id.in_(rows))

    def read() -> dict[int, Named]:
        with parts.ledger.reading_sessions()() as session:
            return {row.id: Named(row.amazon_order_id, row.connection) for row in session.execute(query)}

    return await anyio.to_thread.run_sync(read)


async def page_of(parts: Parts, rows: Sequence[int], *, way: Way | None = None) -> Page:
    """Return the page of these orders, in this order; ``way`` is asked for, whether or not a reason asks for it.

    It comes first, and of one order only: where its rule would refuse it, it is left out.
    """
    holds, known = Holds(parts.ledger, parts.clock), await named(parts, rows)
    shown = []
    for row in dict.fromkeys(rows):
        if (order := known.get(row)) is None:
            continue
        slug = ConnectionSlug(order.connection) if order.connection else None
        found = await holds.explain(AmazonOrderId(order.order_id), slug)
        # Without a connection the id may fit orders of others, too.
        mine = next((each for each in found if each.row.connection == slug), None)
        if mine is not None:
            shown.append(_shown(row, mine))
    offers = _offers(shown)
    if way is not None and len(shown) == 1:
        offers = await _with(parts, shown[0], offers, way)
    return Page(tuple(shown), tuple(offers))


async def _with(parts: Parts, order: Shown, offers: list[Offer], way: Way) -> list[Offer]:
    slug = ConnectionSlug(order.connection) if order.connection else None
    known = await Holds(parts.ledger, parts.clock).know(AmazonOrderId(order.order_id), slug)
    others = [each for each in offers if each.way is not way]
    if way in _OF_REASONS:
        return [*(each for each in offers if each.way is way), *others]
    if known is None or way not in known.ways:
        return others
    return [Offer(way, "", (order.row,)), *others]


def rows_of(asked: Sequence[str], *, most: int) -> list[int]:
    """Return the rows that a page was asked for: numbers only, at most so many."""
    return [int(each) for each in asked if each.isascii() and each.isdigit() and len(each) <= 18][:most]  # noqa: PLR2004 - digits of a 64-bit number


def _shown(row: int, found: Explanation) -> Shown:
    since = {hold.problem: hold.since for hold in found.row.holds}
    return Shown(
        row=row,
        order_id=found.row.order_id,
        connection=found.row.connection or "",
        reasons=tuple(_reason(each, since[each.problem]) for each in found.reasons),
        ship_by=iso(found.row.ship_by) if found.row.ship_by else "",
        skipped=found.row.skipped,
        decided=tuple((note.kind.value.replace("_", " "), note.by, iso(note.at)) for note in found.row.notes),
        lines=found.lines,
        on_hold=any(problem.code == ON_HOLD_THERE for problem in found.row.problems),
    )


def _reason(each: Explained, since: datetime) -> Reason:
    problem = each.problem
    return Reason(
        code_in_words(problem.code), problem.sentence, problem.fixer.value, iso(since), each.remedies
    )


def _offers(shown: Sequence[Shown]) -> list[Offer]:
    helped: dict[tuple[Way, str], list[int]] = {}
    for each in shown:
        for way, subject in each.ways:
            if len(shown) == 1 or way not in _OF_ONE:
                helped.setdefault((way, subject), []).append(each.row)
    # The widest first; to skip, which ends every hold, last.
    ordered = sorted(helped.items(), key=lambda item: item[0][0] is Way.SKIP)
    return [Offer(way, subject, tuple(rows), _line(shown, subject)) for (way, subject), rows in ordered]


def _line(shown: Sequence[Shown], subject: str) -> LineAsked | None:
    lines = (line for each in shown for line in each.lines)
    return next((line for line in lines if subject and subject in (line.item_id, line.sku)), None)
