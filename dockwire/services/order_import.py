"""Order import: paid, merchant-fulfilled Amazon orders become warehouse orders, each exactly once.

Each public method is one step of a run. Steps keep all progress in the ledger, so any of them can be
repeated after a crash, by a retry or by another run, and then does only what is left.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dockwire.decisions.catching_up import checked_since
from dockwire.decisions.holding import ITEMS_ASKED_AGAIN
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Import, state_of
from dockwire.decisions.purging import decide_known
from dockwire.decisions.retrying import retry_at
from dockwire.errors import (
    Action,
    DockwireError,
    MissingRole,
    RemoteError,
    Unfinished,
)
from dockwire.handles import meant
from dockwire.model.ids import AmazonOrderId
from dockwire.model.order import Malformed, Order
from dockwire.model.record import LedgerOrder, OrderState, PageCounts, Verdict
from dockwire.model.warehouse import Item
from dockwire.services.catch_up import Foreseen, foresee
from dockwire.services.creating import CLAIM_SECONDS, Wanted, create_orders
from dockwire.services.desk import Desk
from dockwire.services.doubts import settle_doubts
from dockwire.services.following import follow_changes
from dockwire.services.harvest import Harvest
from dockwire.services.onboarding import check_place

log = logging.getLogger(__name__)

_BATCH = 200
_TELLING = 3
"""So many new orders without an address, and none with one, are no coincidence."""

_ITEMS_LIVE = timedelta(hours=12)

_ASKED_IN_VAIN = timedelta(hours=1)
"""How long an order waits that a person wants to see again and Amazon does not give."""


@dataclass(frozen=True, slots=True)
class Row:
    """One order of a run's report."""

    order_id: AmazonOrderId
    state: str
    reasons: str = ""
    warehouse_order: str = ""


@dataclass(slots=True)
class Report:
    """What a run, or one step of it, did with the orders of its connection. Reports add up."""

    created: int = 0
    adopted: int = 0
    held: int = 0
    watched: int = 0
    skipped: int = 0
    failed: int = 0
    quarantined: int = 0
    """Unreadable orders that Amazon was asked for again, in vain."""
    followed: int = 0
    unfollowed: int = 0
    """Created orders whose change is left to the next run."""
    doubtful: int = 0
    no_address: int = 0
    """Ready orders without an address."""
    new_without_address: int = 0
    """Those among them that this run met for the first time."""
    with_address: int = 0
    account_orders_read: int = 0
    """Orders on the pages that this run read; a page shows those of all connections of the seller account,
    and the daily sweep reads orders a second time."""
    account_orders_changed: int = 0
    """Those among them that were new or differed from what the ledger had."""
    account_orders_unreadable: int = 0
    rows: list[Row] = field(default_factory=list)
    next_after: AmazonOrderId | None = None
    """Where the next batch begins; None when there is none."""
    trouble: RemoteError | None = None
    """Why changes are left."""

    def add(self, other: "Report") -> None:
        """Count another step's work in."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rows.extend(other.rows)
        self.trouble = other.trouble or self.trouble

    def count_page(self, page: PageCounts) -> None:
        """Count a page that was read in."""
        self.account_orders_read += page.received
        self.account_orders_changed += page.new + page.changed
        self.account_orders_unreadable += page.malformed

    def numbers(self) -> dict[str, int]:
        """Return by name the counts that people are shown."""
        return {name: getattr(self, name) for name in _COUNTED if name not in _UNSHOWN}


_COUNTED = tuple(
    name for name in Report.__dataclass_fields__ if name not in {"rows", "next_after", "trouble"}
)
_UNSHOWN = {"new_without_address", "with_address"}
"""What only tells a missing role from a late address."""


class OrderImport:
    """The steps of one run for one connection."""

    def __init__(self, desk: Desk, harvest: Harvest) -> None:
        self._desk = desk
        self._harvest = harvest
        self._items: dict[str, Item] = {}
        self._aliases: dict[str, str] = {}
        self._began = desk.clock.now()

    @property
    def desk(self) -> Desk:
        """What the run works with."""
        return self._desk

    async def begin(self) -> None:
        """Register the connection, check its warehouse side and settle what an earlier run left in doubt.

        Raises:
            SettingsError: the warehouse knows no such customer or facility.
            Unfinished: another run is creating orders of this connection right now.
        """
        desk = self._desk
        await desk.ledger.register(desk.connection, now=desk.clock.now())
        await check_place(desk)
        await self._load_items(since=self._began - _ITEMS_LIVE)
        await settle_doubts(desk, patience=timedelta(seconds=2 * CLAIM_SECONDS))

    async def read_page(self, *, refresh: bool = False) -> PageCounts:
        """Read and store the account's next page; ``last`` says that nothing is left to read."""
        return await self._harvest.read_page(refresh=refresh)

    async def read_again(self, since: datetime) -> None:
        """Let the following pages begin with the connection's orders that changed since a moment.

        Raises:
            SettingsError: the moment is out of bounds; the message says which.
        """
        await self._harvest.read_again(self._desk.connection, since)

    async def foresee(self, since: datetime) -> Foreseen:
        """Return what reading again from a moment would import; nothing is stored or sent.

        Raises:
            SettingsError: the moment is out of bounds; the message says which.
        """
        policy = self._harvest.policy
        now = await self._desk.seller.amazon_now()
        checked_since(since, self._desk.connection, now=now, most=policy.catch_up)
        return await foresee(self._desk, since, policy)

    async def recheck(self) -> Report:
        """Ask Amazon again for quarantined orders that are due, and for those that a person wants to see
        again; what it does not give waits longer.
        """
        desk = self._desk
        report = Report()
        for order_id, attempts in await desk.ledger.quarantined(desk.connection, now=desk.clock.now()):
            order, trouble = await self._ask(order_id)
            if order is None or isinstance(order, Malformed):
                report.quarantined += 1
                again = retry_at(desk.clock.now(), attempts)
                await desk.ledger.postpone(desk.connection, order_id, not_before=again)
            if trouble is not None and trouble.action is not Action.FAIL:
                # Not this order's trouble, most likely: reading the pages will tell.
                return report
        for order_id in await desk.ledger.asked_again(desk.connection, now=desk.clock.now()):
            order, trouble = await self._ask(order_id)
            later = None if order is not None else desk.clock.now() + _ASKED_IN_VAIN
            await desk.ledger.answered(desk.connection, order_id, not_before=later)
            if trouble is not None and trouble.action is not Action.FAIL:
                break
        return report

    async def _ask(self, order_id: AmazonOrderId) -> tuple[Order | Malformed | None, RemoteError | None]:
        """Return what Amazon gives for an order, stored already, or why it gives nothing."""
        desk = self._desk
        with meant(order=order_id):
            try:
                order = await desk.seller.get_order(order_id)
            except RemoteError as error:
                log.warning("order=%s cannot be read yet: %s", order_id, error)
                return None, error
        if order is not None:
            await desk.ledger.store_order(desk.connection.account, order, now=desk.clock.now())
        return order, None

    async def handle_batch(self, after: AmazonOrderId | None = None, *, refresh: bool = False) -> Report:
        """Decide the due orders behind ``after`` and carry the decisions out.

        When an item is missing, the warehouse's items are read again, at most every ten minutes; with
        ``refresh`` they are, unless they were read since this run began.

        Raises:
            Unfinished: the warehouse stopped answering; repeating the step does what is left.
            AccessDenied: the warehouse's credential may not create orders.
        """
        desk = self._desk
        due = await desk.ledger.due_orders(desk.connection, now=desk.clock.now(), after=after, limit=_BATCH)
        # Read after the orders: what a person has mapped by now is what released some of them.
        self._aliases = await desk.ledger.aliases(desk.connection.warehouse, desk.connection.customer_id)
        report = Report(next_after=due[-1].order.order_id if len(due) == _BATCH else None)
        followed = await follow_changes(desk, [known for known in due if known.state is OrderState.CREATED])
        report.followed, report.unfollowed = followed.done, followed.left
        report.trouble = followed.trouble
        wanted, verdicts = await self._decide(
            [known for known in due if known.state is not OrderState.CREATED], refresh=refresh
        )
        await self._record(verdicts, report)
        await self._create(wanted, report)
        return report

    async def finish(self, total: Report) -> None:
        """Look once more for orders in doubt, and raise what the run could not do for all it did.

        Raises:
            MissingRole: every order that was ready came without an address.
            Unfinished: changed orders are left, because the warehouse did not answer for them.
            AccessDenied: likewise, because its credential may not change orders.
        """
        try:
            await settle_doubts(self._desk, patience=timedelta())
        except Unfinished as left:
            log.warning("%s", left)
        if await self._role_is_missing(total):
            raise MissingRole(
                f"Amazon sent no address for any of the {total.no_address} orders that are ready to ship. "
                "Give the application a personal-data role (Direct-to-Consumer Shipping), let the seller "
                "authorise it again and put the new refresh token into the seller account's block; the "
                "orders are held and go on by themselves."
            )
        if total.trouble is not None:
            what = f"{total.unfollowed} changed orders of {self._desk.connection.slug} were not followed"
            raise _why_unfinished(what, total.trouble)

    async def release(self) -> None:
        """Give back what a run must not keep when it ends."""
        await self._harvest.release()

    async def _role_is_missing(self, total: Report) -> bool:
        """Single orders come without an address at times; several at once, or all that ever came, tell more."""
        if total.with_address or not total.no_address:
            return False
        counts = await self._desk.ledger.counts(self._desk.connection.slug)
        never_worked = not counts.get(OrderState.CREATED) and not counts.get(OrderState.CANCELLED)
        return never_worked or total.new_without_address >= _TELLING

    async def _load_items(self, *, since: datetime) -> bool:
        """Fill the item list anew and return whether it differs from before.

        It comes from the ledger, or from the warehouse when the ledger's was read before ``since``. The
        ledger keeps when that was: a repeated step, or another run, does not read it again.
        """
        before = self._items
        desk = self._desk
        where = (desk.connection.warehouse, desk.connection.customer_id)
        read, self._items = await desk.ledger.known_items(*where)
        now = desk.clock.now()
        if read is None or read < since:
            items = await desk.warehouse.items(desk.connection.customer_id)
            await desk.ledger.store_items(*where, items, now=now)
            self._items = {item.sku: item for item in items}
        return self._items != before

    async def _decide(
        self, due: list[LedgerOrder], *, refresh: bool
    ) -> tuple[list[Wanted], list[tuple[LedgerOrder, Verdict]]]:
        wanted, verdicts = self._sort(due)
        doubted = any(_ITEM_CODES & {problem.code for problem in verdict.problems} for _, verdict in verdicts)
        since = self._began if refresh else self._desk.clock.now() - ITEMS_ASKED_AGAIN
        if doubted and await self._load_items(since=since):
            return self._sort(due)
        return wanted, verdicts

    def _sort(self, due: list[LedgerOrder]) -> tuple[list[Wanted], list[tuple[LedgerOrder, Verdict]]]:
        rules = ImportRules(self._desk.connection, self._items, self._aliases)
        wanted: list[Wanted] = []
        verdicts: list[tuple[LedgerOrder, Verdict]] = []
        for known in due:
            decision = decide_known(known, rules, known.overrides)
            if isinstance(decision, Import):
                wanted.append(Wanted(known.order.order_id, known.version, known.attempts, decision.draft))
            else:
                state, problems = state_of(decision)
                verdicts.append((known, Verdict(known.order.order_id, known.version, state, problems)))
        return wanted, verdicts

    async def _record(self, verdicts: list[tuple[LedgerOrder, Verdict]], report: Report) -> None:
        desk = self._desk
        await desk.ledger.record_verdicts(
            desk.connection, [verdict for _, verdict in verdicts], now=desk.clock.now()
        )
        tally = Counter(verdict.state for _, verdict in verdicts)
        report.held += tally[OrderState.HELD]
        report.watched += tally[OrderState.WATCHED]
        report.skipped += tally[OrderState.SKIPPED]
        for known, verdict in verdicts:
            codes = [problem.code for problem in verdict.problems]
            if "address_missing" in codes:
                report.no_address += 1
                report.new_without_address += known.state is not OrderState.HELD
            report.rows.append(Row(known.order.order_id, verdict.state, ", ".join(codes)))

    async def _create(self, wanted: list[Wanted], report: Report) -> None:
        done = await create_orders(self._desk, wanted)
        report.with_address += len(wanted)
        report.created += done.created
        report.adopted += done.adopted
        report.failed += done.failed
        report.doubtful += done.doubtful
        if done.trouble is not None and done.unsent:
            what = f"{done.unsent} orders of {self._desk.connection.slug} were not sent"
            raise _why_unfinished(what, done.trouble)


_ITEM_CODES = frozenset({"unmapped_sku", "unknown_item", "item_deactivated"})
"""Problems that a newer list of items may end."""


def _why_unfinished(what: str, trouble: RemoteError) -> DockwireError:
    return trouble if trouble.action is Action.HOLD else Unfinished(f"{what}: {trouble}")
