"""The part of the ledger about orders that wait for a person."""

from datetime import datetime
from typing import Protocol

from dockwire.model.connection import Connection
from dockwire.model.hold import HoldRow, Ruling, WaitingOrder
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import HoldCount, HoldSelection


class HoldLedger(Protocol):
    """Waiting orders, and what persons decided about them. Each method is one transaction."""

    async def hold_rows(
        self, selection: HoldSelection, *, limit: int = 1000, skipped: bool = False
    ) -> list[HoldRow]:
        """Return held, failed and unreadable orders, the longest waiting first; no personal data.

        ``skipped`` adds those that a person took away from the warehouse, as long as Amazon has them open.
        """
        ...

    async def hold_summary(self, connection: ConnectionSlug | None = None) -> list[HoldCount]:
        """Return how many orders wait for each reason and since when, the oldest first; None: everywhere.

        An order with two reasons counts for both; one that a person took away only for that.
        """
        ...

    async def waiting_orders(
        self, order_id: AmazonOrderId, connection: ConnectionSlug | None = None
    ) -> list[WaitingOrder]:
        """Return the orders with this id in whatever state, with the overrides; usually one. Personal data."""
        ...

    async def record_ruling(self, connection: Connection, ruling: Ruling, *, by: str, now: datetime) -> bool:
        """Write what a person decided, with its aliases and a fact.

        False, and nothing is written, when the order moved meanwhile, or somebody gave a SKU another name.

        The order gets a new version: a run that has read it before cannot create it as it was.
        """
        ...

    async def asked_again(
        self, connection: Connection, *, now: datetime, limit: int = 20
    ) -> list[AmazonOrderId]:
        """Return held orders that a person wants Amazon to be asked for again, longest wished first."""
        ...

    async def answered(
        self, connection: Connection, order_id: AmazonOrderId, *, not_before: datetime | None = None
    ) -> None:
        """End the wish to ask again, or put it off until ``not_before``."""
        ...
