"""The invented shop's days, lived through act by act at the ledger: an order is read, held, made, shipped, confirmed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import groupby
from typing import Any

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId
from dockwire.model.order import Order, SearchWindow
from dockwire.model.parcel import LedgerParcel, ParcelState
from dockwire.model.record import Chain, ChainKind, Claim, Created, LedgerOrder, OrderState, Problem, Verdict
from tests.builders import CA, US, line, page
from tests.console.sales import CANADA, END, Sale
from tests.unit.ledger.acts import ACCOUNT
from tests.unit.ledger.shipments import as_placed, outcome

NO_ITEM = Problem("unmapped_sku", "No item of the warehouse has the SKU LAMP-OAK-2.", Fixer.CLERK)
_NO_STREET = Problem(
    "address_incomplete", "The address is incomplete: the street is missing.", Fixer.MERCHANT
)
_NO_METHOD = Problem("ship_method_missing", "Nothing says how service NEXT_DAY is shipped.", Fixer.ENGINEER)
_REFUSED = Problem("tracking_refused", "Amazon does not take this tracking number.", Fixer.CLERK)
_LIKE: dict[Problem | None, dict[str, Any]] = {
    NO_ITEM: {"lines": (line(sku="LAMP-OAK-2"),)},
    _NO_METHOD: {"service_level": "NEXT_DAY"},
}
"""What an order is like that waits for a reason."""
_WAITING = {-2: NO_ITEM, -5: _NO_METHOD, -9: NO_ITEM, -14: _NO_STREET, -22: NO_ITEM}
"""Which of the last orders wait still."""
_SOON, _NEXT_RUN, _AGAIN = timedelta(minutes=2), timedelta(minutes=25), timedelta(hours=2)
LAST_IMPORT = END - timedelta(minutes=5)


class _Act(IntEnum):
    """What happens to orders, in the order of one moment."""

    COME = 1
    HOLD = 2
    CREATE = 3
    SHIP = 4
    REFUSE = 5
    CONFIRM = 6
    SHOW = 7
    """Amazon's order says that it is shipped."""


async def live(ledger: SqlLedger, sales: Sequence[Sale]) -> None:
    """Let everything happen at its moment, until the end."""
    days = _Days(ledger, sales)
    acts = sorted((at, act, sale.number, sale) for sale in sales for at, act in days.life(sale) if at < END)
    for (at, act), group in groupby(acts, key=lambda each: each[:2]):
        await days.does[act](at, [sale for *_, sale in group])
    await days.read(LAST_IMPORT)


class _Days:
    def __init__(self, ledger: SqlLedger, sales: Sequence[Sale]) -> None:
        self._ledger = ledger
        mine = [each for each in sales if each.which is not CANADA]
        self._reasons = {mine[place].number: reason for place, reason in _WAITING.items()}
        shipped = [each for each in mine if each.ships + _NEXT_RUN < END and each.number not in self._reasons]
        self._refused = max(shipped, key=lambda each: each.ships)
        """Stays so."""
        self.does: dict[_Act, Callable[[datetime, list[Sale]], Awaitable[None]]] = {
            _Act.COME: self._come,
            _Act.HOLD: self._hold,
            _Act.CREATE: self._create,
            _Act.SHIP: self._ship,
            _Act.REFUSE: self._refuse,
            _Act.CONFIRM: self._confirm,
            _Act.SHOW: self._show,
        }

    def life(self, sale: Sale) -> Iterable[tuple[datetime, _Act]]:
        """Yield what happens to an order, and when."""
        yield sale.came, _Act.COME
        made, told = sale.came + _SOON, sale.ships + _NEXT_RUN
        if sale.waited or sale.number in self._reasons:
            yield made, _Act.HOLD
        if sale.number in self._reasons or made + _NEXT_RUN > END:
            return
        yield made + sale.waited, _Act.CREATE
        yield sale.ships, _Act.SHIP
        if sale.refused or sale is self._refused:
            yield told, _Act.REFUSE
            told += _AGAIN
        if sale is not self._refused:
            yield told, _Act.CONFIRM
            yield told.replace(minute=0) + timedelta(hours=1), _Act.SHOW

    async def read(self, at: datetime, *found: Order) -> None:
        """Read a page of Amazon's orders."""
        window = SearchWindow((US, CA), at - timedelta(hours=1), at)
        await self._ledger.lease_harvest(ACCOUNT, owner="me", now=at, seconds=60)
        await self._ledger.start_chain(ACCOUNT, Chain(ChainKind.HARVEST, window), owner="me", now=at)
        await self._ledger.store_page(
            ACCOUNT, page(*found, upper_bound=at), window=window, owner="me", now=at, lease_seconds=60
        )

    async def _come(self, at: datetime, sales: list[Sale]) -> None:
        likes = [_LIKE.get(self._reasons.get(each.number), {}) for each in sales]
        await self.read(at, *(each.order(**like) for each, like in zip(sales, likes, strict=True)))

    async def _hold(self, at: datetime, sales: list[Sale]) -> None:
        for which, some in _parted(sales):
            due = await self._due(which, at)
            verdicts = [
                Verdict(known.order_id, due[known.order_id].version, OrderState.HELD, (reason,))
                for known in some
                for reason in [self._reasons.get(known.number, _NO_STREET)]
            ]
            await self._ledger.record_verdicts(which, verdicts, now=at)

    async def _create(self, at: datetime, sales: list[Sale]) -> None:
        for which, some in _parted(sales):
            due = await self._due(which, at)
            placed = {each.order_id: as_placed(each.order(), each.warehouse_order) for each in some}
            claims = [Claim(each, due[each].version, known.reference) for each, known in placed.items()]
            await self._ledger.claim(which, claims, owner="me", now=at, seconds=60)
            await self._ledger.record_outcomes(
                which, [Created(each, known) for each, known in placed.items()], owner="me", now=at
            )

    async def _due(self, which: Connection, at: datetime) -> dict[AmazonOrderId, LedgerOrder]:
        return {each.order.order_id: each for each in await self._ledger.due_orders(which, now=at)}

    async def _ship(self, at: datetime, sales: list[Sale]) -> None:
        for which, some in _parted(sales):
            closed = [(each.warehouse_order, [each.parcel()]) for each in some]
            await self._ledger.store_parcels(which, closed, now=at)

    async def _refuse(self, at: datetime, sales: list[Sale]) -> None:
        for which, some in _parted(sales):
            waiting = await self._waiting(which, at, some)
            refused = [outcome(each, ParcelState.REFUSED, problem=_REFUSED) for each in waiting]
            await self._ledger.record_parcels(which, refused, now=at)

    async def _confirm(self, at: datetime, sales: list[Sale]) -> None:
        for which, some in _parted(sales):
            for each in some:
                if each.refused:
                    await self._ledger.retry_parcels(which.slug, each.order_id)
            waiting = await self._waiting(which, at, some)
            taken = [outcome(each, ParcelState.VISIBLE) for each in waiting]
            await self._ledger.record_parcels(which, taken, now=at)

    async def _waiting(self, which: Connection, at: datetime, sales: list[Sale]) -> list[LedgerParcel]:
        wanted = {each.order_id for each in sales}
        due = await self._ledger.due_parcels(which, now=at)
        return [each for each in due if each.order.order_id in wanted]

    async def _show(self, at: datetime, sales: list[Sale]) -> None:
        await self.read(at, *(each.order(shipped=True) for each in sales))
        for which, some in _parted(sales):
            due = await self._due(which, at)
            for each in some:
                version = due[each.order_id].version
                await self._ledger.record_follow(
                    which, each.order_id, version=version, fact=None, detail={}, now=at
                )


def _parted(sales: list[Sale]) -> Iterable[tuple[Connection, list[Sale]]]:
    parted: dict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        parted[sale.which.slug].append(sale)
    return [(some[0].which, some) for some in parted.values()]
