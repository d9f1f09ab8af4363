"""The client of the 3PL Warehouse Manager REST API, hosted or embedded."""

from dockwire.extensiv.client import WarehouseClient
from dockwire.extensiv.credentials import WarehouseCredentials

__all__ = ["WarehouseClient", "WarehouseCredentials"]
