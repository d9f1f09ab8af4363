"""The SQL store that is the truth about synchronisation."""

from dockwire.ledger.ledger import SqlLedger

__all__ = ["SqlLedger"]
