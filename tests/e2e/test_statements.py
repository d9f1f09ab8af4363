"""What a day's work asks of the ledger on SQLite: no statement reads what grows with every order from end to end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from dockwire.decisions.acts import Cancel, Hold, Release
from dockwire.ledger import SqlLedger
from tests.e2e.persons import decide
from tests.e2e.shipping import close, imported, in_a_feed, request, update
from tests.stage import opened_stage, sim_connection

US = sim_connection("US")
GROWS = "orders|order_lines|holds|events|outbox|closings|parcels|feed_messages|order_overrides"
READ_WHOLE = re.compile(rf"SCAN ({GROWS})\b|SEARCH ({GROWS}) USING .*INDEX \w+ \(connection=\?\)$")
"""Every row, or every row of a connection."""


@contextmanager
def noted(ledger: SqlLedger) -> Iterator[dict[str, Any]]:
    """Collect statements with the parameters that each was first asked with."""
    found: dict[str, Any] = {}

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            found.setdefault(statement, parameters)

    engine = ledger._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def test_no_statement_of_a_days_work_reads_all_orders_of_a_connection(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with opened_stage(tmp_path, ledger_url=sqlite_url, quota="off") as stage:
        with noted(stage.ledger) as asked:
            ids = await imported(stage, US, 8)
            await decide(stage, ids[6], Hold("look first"))
            await decide(stage, ids[7], Cancel("not wanted"))
            await stage.run(US, refresh=True)
            await close(stage, US, request(ids[:4]))
            await update(stage, US)
            await close(stage, US, request(ids[4:6]))
            for _ in range(2):
                await update(stage, US, choose=in_a_feed)
                stage.clock.advance(1000)
            await decide(stage, ids[6], Release())
            await stage.run(US, refresh=True)

        def explained(link: Any) -> list[str]:
            return [
                f"{row.detail}: {statement}"
                for statement, parameters in asked.items()
                for row in link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                if READ_WHOLE.match(row.detail)
            ]

        assert len(asked) > 50
        assert await stage.ledger._database.read(explained) == []
