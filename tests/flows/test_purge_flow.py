"""The purge as Prefect runs it: a report without anybody's name, and an error that quotes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.artifacts import Artifact

from dockwire.keys import KEY_FILE, KeyFile
from dockwire.ledger import SqlLedger
from dockwire.model.order import OrderStatus
from dockwire.sealing import Sealer
from flows.purge import purge
from tests.builders import connection, order
from tests.flows.site import numbers
from tests.unit.ledger.acts import read

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]


async def test_the_purge_reports_counts_and_a_retry_finds_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    long_ago = datetime.now(UTC) - timedelta(days=40)
    ledger = await SqlLedger.open(
        f"sqlite:///{tmp_path / 'ledger.db'}", sealer=Sealer(KeyFile(tmp_path).keys)
    )
    await ledger.register(connection(), now=long_ago)
    await read(ledger, order(status=OrderStatus.SHIPPED, updated=long_ago))
    await ledger.close()

    trial = await purge(dry_run=True, return_state=True)
    assert (await numbers(trial))["would_purge_in_ledger"] == 1
    assert "nothing deleted" in (trial.message or "")
    assert (await numbers(await purge(return_state=True)))["purged_in_ledger"] == 1
    table = await Artifact.aget("personal-data-all")
    assert table is not None
    assert "over_at_amazon" in str(table.data)
    assert "Ann Example" not in str(table.data)
    assert (await numbers(await purge(return_state=True)))["purged_in_ledger"] == 0

    (tmp_path / KEY_FILE).write_text(Sealer.new_key())
    failed = await purge(return_state=True)
    assert failed.is_failed()
    assert "dockwire key rotate" in (failed.message or "")
