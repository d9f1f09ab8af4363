"""The embedded warehouse: a small 3PL Warehouse Manager whose data lasts.

It speaks the REST API of Extensiv 3PL Warehouse Manager, as far as orders (from creating to closing,
with packages and charges), carriers, items, stock (with receivers, adjustments and holds), customers and
facilities go; what it does not support it refuses loudly.
"""

from dockwire.warehouse.database import UnusableDatabase
from dockwire.warehouse.looking import WarehouseTables
from dockwire.warehouse.personal_data import PersonalData
from dockwire.warehouse.problems import Problem
from dockwire.warehouse.purging import Purged, PurgeRequest
from dockwire.warehouse.seed_format import SeedError
from dockwire.warehouse.seeding import load_seed
from dockwire.warehouse.switches import DuplicateScope, FieldLimits, Switches
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.web.app import build_app

__all__ = [
    "DuplicateScope",
    "FieldLimits",
    "PersonalData",
    "Problem",
    "PurgeRequest",
    "Purged",
    "SeedError",
    "Switches",
    "UnusableDatabase",
    "Warehouse",
    "WarehouseTables",
    "build_app",
    "load_seed",
]
