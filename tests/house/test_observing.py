"""docs/observing.md says what the code does: proven by enumeration."""

import re
from datetime import timedelta
from pathlib import Path

from dockwire.decisions import health
from dockwire.decisions.health import Patience
from dockwire.decisions.spans import in_words
from dockwire.ledger.runs import KEPT
from dockwire.model.record import FactKind
from dockwire.model.status import ShipBy, Standing, Status
from dockwire.reports.metrics import MEASURES
from dockwire.reports.status_table import table_row
from dockwire.services.seeing import judged
from dockwire.transport.log_lines import JsonLines
from tests.builders import NOW, connection

TEXT = (Path(__file__).parents[2] / "docs" / "observing.md").read_text(encoding="utf-8")


def rows(header: str) -> list[tuple[str, ...]]:
    """Return the cells of the table that begins with this header."""
    table = TEXT[TEXT.index(f"| {header} |") :].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | ")) for line in table]


def test_every_metric_is_told_as_it_is_and_no_other() -> None:
    told = rows("metric | type | labels | meaning")
    assert told == [(each.name, each.kind, ", ".join(each.labels), each.told) for each in MEASURES]
    assert [kind for kind, _ in rows("kind | what happened")] == [kind.value for kind in FactKind]


def test_metrics_are_named_as_prometheus_asks() -> None:
    for each in MEASURES:
        assert re.fullmatch(r"dockwire_[a-z0-9_]+", each.name)
        assert each.name.endswith("_total") == (each.kind == "counter"), each.name
        assert not re.search(r"_(ms|minutes|hours|days|percent|count|sum)$", each.name)


def test_every_threshold_is_told() -> None:
    def words(span: timedelta) -> str:
        return in_words(span) if span else "at once"

    patience = [each for each in vars(health).values() if isinstance(each, Patience)]
    known = sorted((words(each.look), words(each.act)) for each in patience)
    known.append((words(health.EXPIRY_LOOK), words(health.EXPIRY_ACT)))
    assert sorted(row[1:] for row in rows("what | look | act")) == sorted(known)
    assert f"newest {KEPT} runs" in TEXT


def test_every_flow_that_runs_by_itself_has_a_patience_of_three_runs() -> None:
    from deployments.plan import FLOWS

    scheduled = {each.flow.name: each.interval for each in FLOWS if each.interval}
    assert {flow: patience.look for flow, patience in health.FLOWS.items()} == {
        flow: 3 * interval for flow, interval in scheduled.items()
    }


def test_every_column_of_the_table_is_told() -> None:
    acme = connection()
    standing = Standing(acme.slug, acme.account, NOW, NOW, ship_by=ShipBy())
    status: Status = judged(standing)
    told = {
        name for row in rows("column | meaning") for name in re.findall(r"[^`,]+", row[0]) if name.strip()
    }
    assert told | {"connection"} == set(table_row(status))


def test_the_members_of_a_log_line_are_told() -> None:
    assert JsonLines.__doc__
    told = {name for row in rows("member | meaning") for name in re.findall(r"[a-z_]+", row[0])}
    example = re.search(r"```json\n(.*)\n```", TEXT)
    assert example is not None
    assert set(re.findall(r'"([a-z]+)": ', example[1])) <= told
