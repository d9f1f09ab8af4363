"""The state of the simulated Amazon, and the acts of its inhabitants."""

import hashlib
import json
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.clock import Clock, ManualClock, SystemClock
from dockwire.simulators.amazon.accounts import Application, Seller, default_sellers, new_seller
from dockwire.simulators.amazon.agenda import Agenda, Awaited, Awaiting
from dockwire.simulators.amazon.feeds import FeedBook
from dockwire.simulators.amazon.journal import Journal
from dockwire.simulators.amazon.life import Change, Timeline, may_happen
from dockwire.simulators.amazon.listing_book import ListingBook
from dockwire.simulators.amazon.loading import as_order, checked
from dockwire.simulators.amazon.marketplaces import Marketplace, marketplace
from dockwire.simulators.amazon.orders import JsonObject, Order, OrderBook
from dockwire.simulators.amazon.quota import Quota, QuotaMode
from dockwire.simulators.amazon.sales import SalesBook
from dockwire.simulators.amazon.seeds import Seeded, seeded_orders
from dockwire.simulators.amazon.submissions import Submissions
from dockwire.simulators.amazon.switches import Switches
from dockwire.simulators.amazon.timestamps import instant, timestamp
from dockwire.simulators.amazon.tokens import TokenOffice

DEFAULT_CONNECTIONS = (("US", 40), ("CA", 27), ("DE", 33))
"""Marketplaces and their shares when :meth:`World.populate` is not told any."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A shipment confirmation that was accepted, with its body as it came."""

    seller_id: str
    order_id: str
    time: datetime
    body: JsonObject


class World:
    """Sellers, their orders, tokens and quotas, all in memory, all repeatable from ``seed``.

    ``clock`` is the only source of time: orders change, tokens expire and buckets fill as it moves.
    Switches cover behaviour nobody has documented or that varies:

    * ``quota="documented"`` throttles by Amazon's published plans; ``"off"`` never throttles.
    * ``strict_user_agent`` demands the documented ``Language`` attribute in the User-Agent.
    * ``strict_parameters`` refuses unknown query parameters.
    * ``newest_first`` turns the order of search results round (oldest first otherwise).
    * ``switches`` are those for shipments, feeds and listings.
    """

    def __init__(
        self,
        seed: int,
        *,
        clock: Clock,
        quota: QuotaMode = "off",
        strict_user_agent: bool = False,
        strict_parameters: bool = False,
        newest_first: bool = False,
        switches: Switches | None = None,
    ) -> None:
        self.clock = clock
        self.switches = switches or Switches()
        self.strict_user_agent = strict_user_agent
        self.strict_parameters = strict_parameters
        self.newest_first = newest_first
        self.seed = seed
        self._quota_mode = quota
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Start over with the default sellers and no orders; tokens issued before are unknown.

        The clock and the switches stay. ``seed`` stays unless another one is given.
        """
        self.seed = self.seed if seed is None else seed
        self.key = hashlib.sha256(f"simulated-amazon:{self.seed}".encode()).digest()
        self.application = Application()
        self.sellers: dict[str, Seller] = default_sellers()
        self.tokens = TokenOffice(self.application, self.sellers, clock=self.clock, key=self.key)
        self.quota = Quota(self._quota_mode)
        self.orders = OrderBook()
        self.timeline = Timeline()
        self.confirmations: list[Confirmation] = []
        self.package_edits: Counter[tuple[str, str, str]] = Counter()
        self.feeds = FeedBook(self.key)
        self.listings = ListingBook(self.seed, self.sellers)
        self.sales = SalesBook(self.listings, self.clock.now())
        self.submissions = Submissions(self.seed)
        self.buyers = random.Random(f"{self.seed}:buyers")  # noqa: S311 - repeats with the seed
        self.agenda = Agenda()
        self._awaiting = Awaiting()
        self.journal = Journal()
        self._spare_keys = 0
        self._batches = 0
        # Luck and request ids, not secrets: they have to repeat with the seed.
        self._request_ids = random.Random(f"{self.seed}:requests")  # noqa: S311 - see above

    def add_seller(self, seller_id: str, codes: tuple[str, ...], *, store: str | None = None) -> Seller:
        """Add a seller account that consents to the application and sells in ``codes``.

        Raises:
            ValueError: the marketplaces are unknown or not of one region.
        """
        seller = new_seller(seller_id, codes, store=store)
        self.sellers[seller.id] = seller
        return seller

    def populate(
        self,
        orders: int,
        connections: Sequence[tuple[str, int]] | None = None,
        *,
        seller_id: str | None = None,
    ) -> None:
        """Add ``orders`` seeded orders, shared among marketplaces in proportion to their counts.

        ``connections`` are pairs of country code and count, such as ``[("US", 120), ("CA", 80)]``.
        The orders go to ``seller_id``, or to the first seller of each marketplace.

        Raises:
            ValueError: a marketplace is unknown or nobody sells there.
        """
        start = self.clock.now().replace(microsecond=0)
        self._batches += 1
        for code, count in _shares(orders, connections or DEFAULT_CONNECTIONS):
            place = marketplace(code)
            owner = self.sellers[seller_id] if seller_id else self._first_seller(place)
            rng = random.Random(f"{self.seed}:{self._batches}:{code}")  # noqa: S311 - repeats with the seed
            for seeded in seeded_orders(rng, place, count, start):
                self._settle(seeded, owner, place)

    def load_orders(self, orders: Iterable[JsonObject], *, verbatim: bool = False) -> list[Order]:
        """Add orders in Amazon's JSON shape as they are, replacing those with the same id.

        ``verbatim`` takes malformed orders too, so that clients can meet them.

        Raises:
            UnusableOrders: an order lacks what every order must have; ``verbatim``, it is no object.
        """
        bodies = list(orders) if verbatim else checked(list(orders))
        loaded = [self._as_order(body) for body in bodies]
        for order in loaded:
            self.take_order(order)
        return loaded

    def take_order(self, order: Order) -> None:
        """Add an order; it takes its units from the offered quantity unless it is history."""
        self.orders.put(order)
        self.sales.add(order)

    def catch_up(self) -> None:
        """Let everything happen that the clock has passed."""
        now = self.clock.now()
        for moment, act in self.agenda.due(now):
            self._live_until(moment)
            act(moment)
        self._live_until(now)

    def let_happen(self, order: Order, change: Change, moment: datetime, *, now: datetime) -> None:
        """Let a change happen to an order for certain; it shows from ``moment`` on.

        ``now`` is the present of whoever lets it happen: the clock's, or the moment of an act that
        the clock has passed already.
        """
        self._awaiting.add(Awaited(moment, order, change))
        self._show_awaited(now)

    def settled(self, order: Order) -> JsonObject:
        """Return an order's body with everything that is certain, shown or not; not to be changed."""
        awaited = self._awaiting.of(order)
        if not awaited:
            return order.body
        body: JsonObject = json.loads(json.dumps(order.body))
        for change in awaited:
            change.apply(body)
        return body

    def advance(self, seconds: float) -> None:
        """Move the clock forward.

        Raises:
            ValueError: time would run backwards, or the clock cannot be moved.
        """
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        if isinstance(self.clock, SystemClock):
            self.clock.shift += timedelta(seconds=seconds)
        elif isinstance(self.clock, ManualClock):
            self.clock.advance(seconds)
        else:
            raise ValueError("this clock cannot be moved")  # noqa: TRY004 - the caller's wish is what is wrong

    def new_request_id(self) -> str:
        """Return the next ``x-amzn-RequestId``."""
        return str(uuid.UUID(int=self._request_ids.getrandbits(128), version=4))

    def _live_until(self, now: datetime) -> None:
        for moment, (seller_id, key), change in self.timeline.due(now):
            self._show_awaited(moment)
            order = self.orders.find(seller_id, key)
            if order is not None and not order.replayed and may_happen(change, self.settled(order)):
                self._change(order, change, moment)
        self._show_awaited(now)

    def _show_awaited(self, now: datetime) -> None:
        for each in self._awaiting.due(now):
            self._change(each.order, each.change, each.moment)

    def _change(self, order: Order, change: Change, moment: datetime) -> None:
        change.apply(order.body)
        order.body["lastUpdatedTime"] = timestamp(moment)
        if self.switches.cancelled_units_return:
            self.sales.give_back(order)
        if self.orders.find(order.seller_id, order.key) is order:
            self.orders.touch(order, moment)

    def _first_seller(self, place: Marketplace) -> Seller:
        for seller in self.sellers.values():
            if seller.sells_in(place.code):
                return seller
        raise ValueError(f"no seller takes part in marketplace {place.code}")

    def _settle(self, seeded: Seeded, owner: Seller, place: Marketplace) -> None:
        body = seeded.body
        created, updated = instant(body["createdTime"]), instant(body["lastUpdatedTime"])
        order = Order(body["orderId"], owner.id, place.id, body, created, updated)
        self.take_order(order)
        for planned in seeded.future:
            self.timeline.plan(owner.id, order.key, planned)

    def _as_order(self, body: object) -> Order:
        self._spare_keys += 1
        spare_key = f"without-id-{self._spare_keys}"
        return as_order(body, self.sellers, self.clock.now(), spare_key=spare_key)


def _shares(orders: int, connections: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    total = sum(count for _, count in connections)
    if total <= 0:
        raise ValueError("connections need counts above zero")
    bounds = [0]
    for _, count in connections:
        bounds.append(bounds[-1] + count)
    # Rounding the running sum, not each share, so that no order is lost or added.
    marks = [round(orders * bound / total) for bound in bounds]
    return [(code, marks[n + 1] - marks[n]) for n, (code, _) in enumerate(connections)]
