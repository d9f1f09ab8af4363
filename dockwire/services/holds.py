"""Orders that wait for somebody: seen, explained, and decided about by persons, one or many at a time.

Every act is one transaction per order: whatever stops a bulk act leaves each order decided or untouched, and
the same act again does what is left.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dockwire.clock import Clock
from dockwire.decisions.acts import Act, Unskip
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.offering import named_skus, ways_of
from dockwire.decisions.remedies import Remedy, Way, remedies
from dockwire.decisions.ruling import Case, Refusal, Unchanged, decide_ruling
from dockwire.errors import Fixer, SettingsError
from dockwire.model.connection import Connection
from dockwire.model.hold import HoldRow, Ruling, WaitingOrder
from dockwire.model.ids import AmazonItemId, AmazonOrderId, ConnectionSlug
from dockwire.model.override import WAITS_THERE, HoldCount, HoldSelection
from dockwire.model.record import OrderState, Problem
from dockwire.ports import Ledger

_MOST = 10_000
"""Orders of one bulk act; the same act again takes the next ones."""

_TRIES = 3


class Result(StrEnum):
    """How an act on one order ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    BUSY = "busy"
    """An import is at work on it: the same act again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did, or would do, to one order."""

    order_id: AmazonOrderId
    connection: ConnectionSlug | None
    result: Result
    sentence: str
    """What it is now, or why nothing was done."""
    problems: tuple[Problem, ...] = ()
    """What still holds it."""
    goes_on: bool = False
    """The next import takes it up, as far as the ledger can tell."""
    command: str = ""
    """Of a refusal: what to type first; empty where no command helps."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason and what would end it."""

    problem: Problem
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class LineAsked:
    """One open line of a waiting order, as much of it as names its goods."""

    item_id: AmazonItemId
    sku: str
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one order waits."""

    row: HoldRow
    reasons: tuple[Explained, ...] = field(default=())
    lines: tuple[LineAsked, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """One order, and what a person may decide about it as it stands."""

    waiting: WaitingOrder = field(repr=False)
    ways: tuple[Way, ...] = ()
    skus: Mapping[AmazonItemId, str] = field(default_factory=dict)
    """The warehouse SKU of each line by the maps of now; lines without one are left out."""


class Holds:
    """The orders that wait in a ledger."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._connections: dict[ConnectionSlug, Connection] = {}
        self._rules: dict[ConnectionSlug, ImportRules] = {}

    async def rows(self, selection: HoldSelection, *, limit: int, skipped: bool = False) -> list[HoldRow]:
        """Return waiting orders, the longest waiting first; ``skipped`` adds those that persons took away."""
        return await self._ledger.hold_rows(selection, limit=limit, skipped=skipped)

    async def summary(self, connection: ConnectionSlug | None = None) -> list[HoldCount]:
        """Return how many orders wait for each reason, and since when."""
        return await self._ledger.hold_summary(connection)

    async def explain(
        self, order_id: AmazonOrderId, connection: ConnectionSlug | None = None
    ) -> list[Explanation]:
        """Return for each order with this id (usually one) its reasons and what would end them.

        Raises:
            SettingsError: the ledger has no such order.
        """
        await self._look_afresh()
        found = await self._ledger.waiting_orders(order_id, connection)
        if not found:
            raise SettingsError(_unknown(order_id, connection))
        return [await self._explained(waiting) for waiting in found]

    async def know(self, order_id: AmazonOrderId, connection: ConnectionSlug | None) -> Known | None:
        """Return the order of a connection, or of none, in whatever state, with the decisions that would be taken.

        Personal data.
        """
        await self._look_afresh()
        found = await self._ledger.waiting_orders(order_id, connection)
        # Without a connection the id may fit orders of others, too.
        mine = next((each for each in found if each.row.connection == connection), None)
        rules = await self._rules_of(connection)
        if mine is None or rules is None:
            return None if mine is None else Known(mine)
        case = Case(mine, rules)
        return Known(mine, ways_of(case), named_skus(case))

    async def decide(
        self, selection: HoldSelection, acts: Sequence[Act], *, by: str, dry_run: bool = False
    ) -> AsyncIterator[Outcome]:
        """Decide about every selected order, and yield each outcome as it is written; a dry run writes nothing.

        Orders named by id are meant whatever their state, others only while they wait. The acts count all
        together or not at all, order by order.

        Raises:
            SettingsError: nothing is selected by anything.
        """
        await self._look_afresh()
        for order_id, slug in await self._chosen(selection, acts):
            yield await self._decide_one(order_id, slug, acts, by=by, dry_run=dry_run)

    async def _chosen(
        self, selection: HoldSelection, acts: Sequence[Act]
    ) -> list[tuple[AmazonOrderId, ConnectionSlug | None]]:
        if selection == HoldSelection():
            raise SettingsError("name orders, or choose them by reason, connection or age")
        if selection.order_ids:
            return [(order_id, selection.connection) for order_id in dict.fromkeys(selection.order_ids)]
        skipped = any(isinstance(act, Unskip) for act in acts)
        rows = await self._ledger.hold_rows(selection, limit=_MOST, skipped=skipped)
        # What waits in the warehouse is meant where that is named, not beside others.
        there = not set(WAITS_THERE).isdisjoint(selection.codes)
        meant = [row for row in rows if there or row.state is not OrderState.CREATED]
        return [(row.order_id, row.connection) for row in meant if row.skipped is skipped]

    async def _decide_one(
        self,
        order_id: AmazonOrderId,
        slug: ConnectionSlug | None,
        acts: Sequence[Act],
        *,
        by: str,
        dry_run: bool,
    ) -> Outcome:
        for _ in range(_TRIES):
            found = await self._ledger.waiting_orders(order_id, slug)
            if len(found) != 1:
                sentence = _ambiguous(order_id, found) if found else _unknown(order_id, slug)
                return Outcome(order_id, slug, Result.REFUSED, sentence)
            rules = await self._rules_of(found[0].row.connection)
            if rules is None:
                return Outcome(order_id, slug, Result.REFUSED, "its marketplace has no connection yet")
            connection = rules.connection
            ruling = decide_ruling(Case(found[0], rules), acts)
            if not isinstance(ruling, Ruling):
                return _nothing_done(found[0], ruling)
            if dry_run or await self._ledger.record_ruling(connection, ruling, by=by, now=self._clock.now()):
                if ruling.aliases:
                    self._rules.clear()
                return _done(connection.slug, ruling)
            # The order moved, or a name that it gives: decide by the names of now.
            self._rules.clear()
        return Outcome(order_id, slug, Result.BUSY, "an import is at work on it; do the same again")

    async def _explained(self, waiting: WaitingOrder) -> Explanation:
        rules = await self._rules_of(waiting.row.connection)
        if rules is None:
            return Explanation(waiting.row, tuple(Explained(each, ()) for each in waiting.row.problems))
        case = Case(waiting, rules)
        return Explanation(
            waiting.row,
            tuple(Explained(each, tuple(remedies(each, case))) for each in waiting.row.problems),
            _lines(waiting),
        )

    async def _look_afresh(self) -> None:
        """Forget what was read for an earlier act."""
        self._connections = {each.slug: each for each in await self._ledger.connections()}
        self._rules.clear()

    async def _rules_of(self, slug: ConnectionSlug | None) -> ImportRules | None:
        """Return the rules by which the connection's last import decided, with the aliases of now."""
        if slug is None or slug not in self._connections:
            return None
        if slug not in self._rules:
            connection = self._connections[slug]
            where = (connection.warehouse, connection.customer_id)
            _, items = await self._ledger.known_items(*where)
            self._rules[slug] = ImportRules(connection, items, await self._ledger.aliases(*where))
        return self._rules[slug]


def _lines(waiting: WaitingOrder) -> tuple[LineAsked, ...]:
    lines = waiting.known.order.lines if waiting.known is not None else ()
    return tuple(
        LineAsked(line.item_id, line.sku or "", line.title, line.quantity_open)
        for line in lines
        if line.quantity_open > 0
    )


def _nothing_done(waiting: WaitingOrder, why: Refusal | Unchanged) -> Outcome:
    row = waiting.row
    if isinstance(why, Refusal):
        return Outcome(
            row.order_id,
            row.connection,
            Result.REFUSED,
            why.sentence,
            row.problems,
            command=why.command,
        )
    goes_on = row.state is OrderState.NEW
    pending = any(problem.code in WAITS_THERE and problem.fixer is Fixer.NOBODY for problem in row.problems)
    told = "it is so already" + ("; the next import carries it out" if pending else "")
    return Outcome(row.order_id, row.connection, Result.UNCHANGED, told, row.problems, goes_on)


def _done(slug: ConnectionSlug, ruling: Ruling) -> Outcome:
    in_warehouse = ruling.state is OrderState.CREATED
    goes_on = in_warehouse or ruling.state in (OrderState.NEW, OrderState.FAILED)
    sentence = ruling.detail["act"]
    wishes = ruling.overrides
    if in_warehouse and (wishes.cancel or wishes.hold or wishes.release_there):
        sentence += "; the next import carries it out, and the order's trail says what came of it"
    elif goes_on:
        sentence += "; it goes on with the next import"
    elif ruling.state is OrderState.HELD:
        sentence += f"; still held: {', '.join(problem.code for problem in ruling.problems)}"
    return Outcome(ruling.order_id, slug, Result.DONE, sentence, ruling.problems, goes_on)


def _unknown(order_id: AmazonOrderId, slug: ConnectionSlug | None) -> str:
    return f"no order {order_id}{f' of {slug}' if slug else ''} in the ledger"


def _ambiguous(order_id: AmazonOrderId, found: Sequence[WaitingOrder]) -> str:
    names = ", ".join(sorted(waiting.row.connection or "(none)" for waiting in found))
    return f"order {order_id} belongs to several connections ({names}); name one with --connection"
