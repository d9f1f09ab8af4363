"""One act on one warehouse order that exists already: looked at first, written at most once, and how it ended."""

from dataclasses import dataclass

from dockwire.decisions.following import Follow, FollowAct
from dockwire.errors import Outdated, Refused
from dockwire.model.record import FactKind, LedgerOrder
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from dockwire.services.desk import Desk

_TRIES = 3


class Moved(Exception):
    """The order moved in the ledger before anything was done about it: it is decided anew."""


@dataclass(frozen=True, slots=True)
class End:
    """How an act ended: the fact, and what stood in its way."""

    fact: FactKind
    obstacle: str = ""
    refused: bool = False
    """The warehouse would not: as far as is known the order is open, and as it was."""
    over: bool = False
    """The warehouse order is closed or cancelled: no hold is to be released any more."""


class CarryingOut:
    """The acts on one created order, one after the other."""

    def __init__(self, desk: Desk, known: LedgerOrder) -> None:
        assert known.placed is not None  # only created orders are followed
        self._desk = desk
        self._order_id = known.order.order_id
        self._placed = known.placed
        self._lifted = known.overrides.lifted
        self.version = known.version
        """Of the order in the ledger, as these acts left it."""

    async def act(self, follow: Follow) -> End | None:
        """Do it; None: there was nothing to do, and nothing to tell.

        Raises:
            RemoteError: the warehouse does not answer; the same again is harmless.
            Moved: somebody decided about the order meanwhile.
        """
        if follow.act is FollowAct.NOTHING:
            return None
        obstacle = "The warehouse order kept changing."
        for _ in range(_TRIES):
            try:
                current = await self._desk.warehouse.get_order(self._placed.order_id)
                if follow.act is FollowAct.LOOK:
                    return self._seen(current)
                return self._settled(current, follow) or await self._write(current, follow)
            except Outdated:
                continue
            except Refused as error:
                obstacle = f"The warehouse cannot follow: {error}."
                break
        if self._lifted:
            obstacle += " It was on hold there, and is no longer: put it on hold there."
        return End(FactKind.CHANGE_NEEDS_PERSON, obstacle, refused=True)

    def _seen(self, current: PlacedOrder) -> End | None:
        if current.status is not PlacedStatus.CANCELLED or not self._same(current):
            return None
        return End(
            FactKind.CHANGE_NEEDS_PERSON,
            f"Warehouse order {current.order_id} was cancelled before: reopen it there, or cancel the order in "
            "Seller Central, too.",
            over=True,
        )

    def _settled(self, current: PlacedOrder, follow: Follow) -> End | None:
        """Return how it ends without a write: it is done already, or nobody but a person can do it."""
        if not self._same(current):
            return End(FactKind.CHANGE_NEEDS_PERSON, "The warehouse has another order under this number.")
        if current.status is PlacedStatus.CANCELLED:
            if follow.act is FollowAct.CANCEL:
                return End(FactKind.CANCELLED_IN_WAREHOUSE)
            return End(
                FactKind.CHANGE_NEEDS_PERSON,
                "The warehouse order is cancelled; Amazon's order is not.",
                over=True,
            )
        if current.status is PlacedStatus.CLOSED:
            return End(FactKind.CHANGE_NEEDS_PERSON, "The warehouse order is closed.", over=True)
        done = _WITH_HOLD if current.on_hold else _WITHOUT_HOLD
        return End(done[follow.act]) if follow.act in done else None

    def _same(self, current: PlacedOrder) -> bool:
        """Numbers repeat where a connection moved to another warehouse; a cancelled order may carry a suffix."""
        placed = self._placed
        return current.customer_id == placed.customer_id and current.reference.startswith(placed.reference)

    async def _write(self, current: PlacedOrder, follow: Follow) -> End:
        if follow.act is FollowAct.CANCEL:
            await self._cancel(current, follow.sentence)
            return End(FactKind.CANCELLED_IN_WAREHOUSE)
        if follow.act is FollowAct.RELEASE:
            await self._desk.warehouse.release_order(current)
            return End(FactKind.RELEASED_IN_WAREHOUSE)
        await self._desk.warehouse.hold_order(current, follow.sentence)
        return End(FactKind.HELD_IN_WAREHOUSE)

    async def _cancel(self, current: PlacedOrder, reason: str) -> None:
        """Cancel; an order on hold refuses, so it is released for the moment that cancelling takes.

        Where it is refused all the same, the order is put on hold again: by the next run, where a process dies in
        between, for the ledger knows of it. Closing it meanwhile is stopped by the same note.
        """
        warehouse = self._desk.warehouse
        try:
            await warehouse.cancel_order(current, reason)
        except Outdated:
            raise
        except Refused:
            if current.on_hold:
                await self._lift(current)
                current = await warehouse.get_order(current.order_id)
            elif not self._lifted:
                raise
            try:
                await warehouse.cancel_order(current, reason)
            except Refused:  # Outdated is one: the next try begins with an order on hold, as this one did
                await self._hold_again(current, reason)
                raise

    async def _lift(self, current: PlacedOrder) -> None:
        version = await self._desk.ledger.record_lifted(
            self._desk.connection, self._order_id, version=self.version, now=self._desk.clock.now()
        )
        if version is None:
            raise Moved
        self.version, self._lifted = version, True
        try:
            await self._desk.warehouse.release_order(current)
        except Outdated:
            raise
        except Refused:
            self._lifted = False
            raise

    async def _hold_again(self, before: PlacedOrder, reason: str) -> None:
        current = await self._desk.warehouse.get_order(before.order_id)
        if current.status is PlacedStatus.OPEN and not current.on_hold:
            await self._desk.warehouse.hold_order(current, reason)
        self._lifted = False


_WITH_HOLD = {FollowAct.HOLD: FactKind.HELD_IN_WAREHOUSE}
_WITHOUT_HOLD = {FollowAct.RELEASE: FactKind.RELEASED_IN_WAREHOUSE}
