"""The embedded warehouse: its data, and what can be done with it, each operation one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dockwire.clock import Clock
from dockwire.sealing import Sealer
from dockwire.warehouse import (
    adjusting,
    holding,
    items,
    order_queries,
    orders,
    parties,
    receiving,
    signing_in,
    stock,
)
from dockwire.warehouse.adjustment_request import read_adjustment
from dockwire.warehouse.adjustment_view import show_adjustment
from dockwire.warehouse.database import Database
from dockwire.warehouse.holding import Hold
from dockwire.warehouse.opening import open_database
from dockwire.warehouse.order_request import read_order
from dockwire.warehouse.order_state import etag
from dockwire.warehouse.order_view import EVERYTHING, Detail
from dockwire.warehouse.order_view import read_order as show_order
from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.receiver_view import show_receiver
from dockwire.warehouse.resources import Page, Resource
from dockwire.warehouse.signing_in import TokenRequest
from dockwire.warehouse.switches import NoCommit, Switches
from dockwire.warehouse.work import ADJUSTING_ROLE, RECEIVING_ROLE, STOCK_ROLE, Access, Work

T = TypeVar("T")
Tagged = tuple[Resource, str]
"""A resource and its ETag."""


class Warehouse:
    """A small 3PL Warehouse Manager. Every call blocks; it may come from any thread.

    Besides what each operation names, every one may raise ``Problem`` (the caller may not, or asked
    for something impossible) and ``UnusableDatabase``.
    """

    def __init__(
        self, database: Database, *, sealer: Sealer, clock: Clock, switches: Switches, zone: ZoneInfo
    ) -> None:
        self.clock = clock
        self.switches = switches
        self.zone = zone
        self._database = database
        self._sealer = sealer

    @classmethod
    def open(
        cls,
        database_url: str,
        *,
        sealer: Sealer,
        clock: Clock,
        switches: Switches | None = None,
        time_zone: str = "America/Los_Angeles",
    ) -> Self:
        """Open the warehouse kept in a database, bringing the schema up to date first.

        ``time_zone`` is the zone (IANA) of the times in answers and queries.

        Raises:
            UnusableDatabase: the address is wrong or nothing answers there.
            SealError: a key is missing with which values there are sealed.
            ZoneInfoNotFoundError: there is no such zone.
        """
        zone = ZoneInfo(time_zone)
        database = open_database(database_url, sealer)
        return cls(database, sealer=sealer, clock=clock, switches=switches or Switches(), zone=zone)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def write(self, access: Access, operation: Callable[[Work], T]) -> T:
        """Carry out an operation and keep all of it, or nothing if it raises."""
        return self._database.write(lambda link: operation(self._work(link, access)))

    def read(self, access: Access, operation: Callable[[Work], T]) -> T:
        """Carry out an operation that changes nothing."""
        return self._database.read(lambda link: operation(self._work(link, access)))

    def _work(self, link: Connection, access: Access) -> Work:
        return Work(
            link=link,
            access=access,
            now=self.now(),
            zone=self.zone,
            sealer=self._sealer,
            switches=self.switches,
        )

    def now(self) -> datetime:
        """Return the present moment of the warehouse's clock."""
        return self.clock.now()

    # -- signing in -----------------------------------------------------------------------------
    def sign_in(self, request: TokenRequest) -> str:
        """Exchange a credential for a token."""
        client = self._database.read(lambda link: signing_in.find_client(link, request))
        # Comparing secrets is slow on purpose, so no transaction is open meanwhile.
        signing_in.check_client(client, request)
        seconds = self.switches.token_seconds
        return self._database.write(
            lambda link: signing_in.issue_token(link, request.client_id, now=self.now(), seconds=seconds)
        )

    def access_of(self, token: str) -> Access:
        """Return what the owner of a token may do."""
        return self._database.read(lambda link: signing_in.find_access(link, token, self.now()))

    # -- orders ---------------------------------------------------------------------------------
    def create_order(self, access: Access, body: object) -> Tagged:
        """Create an order from a request's JSON and return it whole."""
        access.need("OrderWrite")
        request = read_order(body, switches=self.switches, zone=self.zone)
        return self.write(access, lambda work: _shown(work, orders.create(work, request), EVERYTHING))

    def replace_order(
        self,
        access: Access,
        order_id: int,
        body: object,
        if_match: str | None,
        detail: Detail,
        *,
        recalculate: bool = False,
    ) -> Tagged:
        """Put a whole order in the place of an open one; ``recalculate`` does so to automatic charges."""
        access.need("OrderEdit")

        def replace(work: Work) -> Tagged:
            request = read_order(body, switches=self.switches, zone=self.zone, replacing=True)
            orders.replace(work, order_id, request, if_match, recalculate=recalculate)
            return _shown(work, order_id, detail)

        return self.write(access, replace)

    def order(self, access: Access, order_id: int, detail: Detail = EVERYTHING) -> Tagged:
        """Return one order."""
        access.need("OrderView")
        return self.read(access, lambda work: _shown(work, order_id, detail))

    def orders(self, access: Access, parameters: Parameters) -> Page:
        """Return a page of orders."""
        access.need("OrderView")
        return self.read(access, lambda work: order_queries.list_orders(work, parameters))

    def order_summaries(self, access: Access, parameters: Parameters) -> Page:
        """Return a page of orders in their short form."""
        access.need("OrderView")
        return self.read(access, lambda work: order_queries.list_summaries(work, parameters))

    def cancel_order(
        self,
        access: Access,
        order_id: int,
        reason: str,
        if_match: str | None,
        *,
        charge: Decimal = Decimal(0),
    ) -> None:
        """Cancel an open order; it may cost a ``charge``."""
        access.need("OrderWrite")
        self.write(access, lambda work: orders.cancel(work, order_id, reason, if_match, charge=charge))

    def complete_order(self, access: Access, order_id: int, if_match: str | None) -> None:
        """Make an incomplete order complete."""
        access.need("OrderEdit")
        self.write(access, lambda work: orders.complete(work, order_id, if_match))

    def allocate_order(self, access: Access, order_id: int, if_match: str | None) -> None:
        """Take stock for what an open order still lacks."""
        access.need("OrderEdit")
        self.write(access, lambda work: orders.allocate(work, order_id, if_match))

    def hold_orders(self, access: Access, order_ids: Sequence[int], hold: Hold) -> Resource:
        """Hold or release orders, each for itself."""
        access.need("OrderEdit")
        return self.write(access, lambda work: holding.hold_orders(work, order_ids, hold))

    # -- customers, facilities, items -----------------------------------------------------------
    def customers(self, access: Access, parameters: Parameters) -> Page:
        """Return a page of customers."""
        access.need("CustomerView")
        return self.read(access, lambda work: parties.list_customers(work, parameters))

    def customer(self, access: Access, customer_id: int) -> Tagged:
        """Return one customer."""
        access.need("CustomerView")
        customer = self.read(access, lambda work: parties.read_customer(work, customer_id))
        return customer, etag("customer", customer_id, customer)

    def facilities(self, access: Access, parameters: Parameters) -> Page:
        """Return the facilities."""
        access.need("FacilityView")
        return self.read(access, lambda work: parties.list_facilities(work, parameters))

    def items(self, access: Access, customer_id: int, parameters: Parameters) -> Page:
        """Return a page of a customer's items."""
        access.need("ItemView")
        return self.read(access, lambda work: items.list_items(work, customer_id, parameters))

    def item_aliases(self, access: Access, customer_id: int, parameters: Parameters) -> Page:
        """Return a page of the other names of a customer's items."""
        access.need("ItemView")
        return self.read(access, lambda work: items.list_aliases(work, customer_id, parameters))

    # -- stock ----------------------------------------------------------------------------------
    def receive(self, access: Access, body: object, *, confirmed: bool = False) -> Tagged:
        """Announce goods from a request's JSON, or take them in at once where they are ``confirmed``."""
        access.need(RECEIVING_ROLE)
        receipt = receiving.read_receipt(body, self.switches, self.zone)
        return self.write(
            access, lambda work: show_receiver(work, receiving.book(work, receipt, confirmed=confirmed))
        )

    def adjust(self, access: Access, body: object, *, commit: bool = True) -> Tagged:
        """Adjust stock from a request's JSON; without ``commit`` nothing moves."""
        access.need(ADJUSTING_ROLE)
        request = read_adjustment(body, self.switches)

        def make(work: Work) -> Tagged:
            made = show_adjustment(work, adjusting.create(work, request, commit=commit))
            if not commit and self.switches.no_commit is NoCommit.NOTHING:
                raise _Tried(made)
            return made

        try:
            return self.write(access, make)
        except _Tried as tried:
            return tried.made

    def stock_summaries(self, access: Access, parameters: Parameters) -> Page:
        """Return a page of stock per item, qualifier and facility."""
        access.need(STOCK_ROLE)
        return self.read(access, lambda work: stock.list_summaries(work, parameters))

    def stock_details(self, access: Access, parameters: Parameters) -> Page:
        """Return a page of receive items."""
        access.need(STOCK_ROLE)
        return self.read(access, lambda work: stock.list_details(work, parameters))


class _Tried(Exception):
    """Carries what an adjustment would have made out of a transaction that is undone."""

    def __init__(self, made: Tagged) -> None:
        shown, tag = made
        # It will not be found by its number.
        self.made = {**shown, "readOnly": shown["readOnly"] | {"adjustmentId": None}}, tag
        del self.made[0]["_self"]
        super().__init__()


def _shown(work: Work, order_id: int, detail: Detail) -> Tagged:
    resource, version = show_order(work, order_id, detail)
    return resource, etag("order", order_id, version)
