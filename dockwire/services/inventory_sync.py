"""Inventory sync: warehouse stock becomes the quantity that Amazon offers, and only the differences travel.

Each public method is one step of a run, in the order in which they stand. All progress is in the ledger:
any step may be repeated after a crash, by a retry or by another run, and then does only what is left.
"""

from dataclasses import replace
from datetime import timedelta

from dockwire.model.record import PageCounts
from dockwire.services import deciding_stock, listing_reading, stock_feeding, stock_sending
from dockwire.services.desk import Desk
from dockwire.services.harvest import Harvest
from dockwire.services.stock_feeding import Choose, quicker
from dockwire.services.stock_report import StockReport

_MOST_BATCHES = 90
"""9,000 quantities take half an hour one by one; by then the next run knows newer ones."""

_DECISIONS_LIVE = timedelta(minutes=45)
"""What was decided longer ago is not sent any more; the next run decides anew."""


class InventorySync:
    """The steps of one run for one connection."""

    def __init__(self, desk: Desk, harvest: Harvest, choose: Choose = quicker) -> None:
        """Work at ``desk``; ``harvest`` reads the orders, ``choose`` says which way quantities go."""
        self._desk = desk
        self._harvest = harvest
        self._choose = choose
        self._called_back = False
        self._batches = 0
        self._decided = desk.clock.now()

    @property
    def desk(self) -> Desk:
        """What the run works with."""
        return self._desk

    async def begin(self, *, dry: bool | None = None) -> bool:
        """Register the connection and return whether this run sends nothing.

        ``None`` lets the connection say: its first run only shows what it would do, unless told otherwise.
        """
        desk = self._desk
        await desk.ledger.register(desk.connection, now=desk.clock.now())
        if dry is not None:
            return dry
        marks = await desk.ledger.stock_marks(desk.connection)
        return desk.connection.stock_first_run_dry and marks.first_run is None

    async def read_page(self, *, refresh: bool = False) -> PageCounts:
        """Read one page of the seller account's orders: what is sold is not offered again."""
        return await self._harvest.read_page(refresh=refresh)

    async def read_listings(self, *, everything: bool = False) -> StockReport:
        """Read the listings that are new or changed; all of them once a day, or when ``everything`` is asked."""
        return await listing_reading.read_listings(self._desk, everything=everything)

    async def look_back(self) -> StockReport:
        """See what became of feeds and of quantities that were sent, and look at a sample of the others."""
        report = await self._follow_feeds()
        report.add(await listing_reading.verify(self._desk))
        return report

    async def decide(self, *, dry: bool = False) -> StockReport:
        """Decide every quantity from what the warehouse and the ledger say now."""
        self._decided = self._desk.clock.now()
        return await deciding_stock.decide(self._desk, dry=dry)

    async def hand_over(self) -> StockReport:
        """Call back a feed that says more than there is by now, or put many differences into one.

        What was called back goes one by one, so that something arrives.
        """
        report = await self._follow_feeds()
        if not self._called_back:
            report.add(await stock_feeding.hand_over(self._desk, self._choose))
        return report

    async def _follow_feeds(self) -> StockReport:
        report, called_back = await stock_feeding.follow_feeds(self._desk)
        # A step may be repeated; what it called back the first time stays called back.
        self._called_back |= called_back
        return report

    async def send_batch(self) -> StockReport:
        """Send the most urgent differences one by one; ``more`` says whether to go on."""
        report = await stock_sending.send_batch(self._desk)
        self._batches += 1
        old = self._desk.clock.now() - self._decided > _DECISIONS_LIVE
        if report.more and (old or self._batches >= _MOST_BATCHES):
            report.more = False
            report.left += await self._desk.ledger.count_due(
                self._desk.connection, now=self._desk.clock.now()
            )
        return report

    async def finish(self) -> None:
        """Remember that a run came to its end: the next one is not the first."""
        desk = self._desk
        marks = await desk.ledger.stock_marks(desk.connection)
        if marks.first_run is None:
            await desk.ledger.move_stock_marks(desk.connection, replace(marks, first_run=desk.clock.now()))

    async def release(self) -> None:
        """Let sibling connections read the account; safe to call at any time."""
        await self._harvest.release()
