"""What every step of a run works with."""

from dataclasses import dataclass

from dockwire.clock import Clock
from dockwire.model.connection import Connection
from dockwire.ports import Ledger, SellerAccount, Warehouse


@dataclass(frozen=True, slots=True)
class Desk:
    """One run's connection, its two remote systems, the ledger and the time."""

    connection: Connection
    seller: SellerAccount
    warehouse: Warehouse
    ledger: Ledger
    clock: Clock
    owner: str
    """Identifies the run: the same for every attempt of it, different for any other."""
    workers: int = 16
    """How many warehouse calls are under way at once."""
