"""What every refusal has in common, and the steps that lead to one."""

import sqlite3

from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.town import Said, Town


def refused(said: Said, *words: str, code: int = 1) -> None:
    """Check that a command was refused in a sentence with these words and without a traceback."""
    assert said.code == code, said
    told = " ".join(said.err.split())
    for word in words:
        assert word in told
    assert "Traceback" not in said.out + said.err
    assert 'File "' not in said.out + said.err


def nothing_happened(town: Town) -> None:
    """Check that the warehouse has no order and the ledger none under way."""
    assert town.warehouse.read(IN_PROCESS, read_state)["orders"] == []
    ledger = town.folder / "state" / "ledger.db"
    if ledger.exists():
        with sqlite3.connect(ledger) as book:
            assert book.execute("SELECT count(*) FROM orders WHERE state = 'claimed'").fetchone() == (0,)


def stored(town: Town, name: str = "town-us", **replaced: str) -> None:
    """Store the town's connection."""
    said = town.dockwire("apply", str(town.connections(name, **replaced)))
    assert said.code == 0, said


def imported(town: Town, **environment: str) -> Said:
    """Import the connection's orders; return what the command said."""
    return town.dockwire("run", "order-import", "town-us", **environment)
