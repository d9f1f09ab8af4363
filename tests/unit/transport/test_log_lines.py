"""JSON lines: whatever is logged, one parseable object, with the handles of the work it came from."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from dockwire.errors import Refused
from dockwire.handles import handles, meant
from dockwire.transport import log_lines
from tests.logs import json_logs

log = logging.getLogger("dockwire.test")
foreign = logging.getLogger("somebody.else")


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """Write JSON lines to the terminal during a test."""
    with json_logs():
        log.setLevel(logging.INFO)
        yield


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_says_when_how_grave_where_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("two\nlines and %s", "ünïcode")
    (line,) = told(capsys)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "WARNING", "logger": "dockwire.test", "message": "two\nlines and ünïcode"}


async def test_each_order_worked_on_at_once_has_its_own_handle(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(order: str, others: asyncio.Barrier) -> None:
        with meant(order=order):
            await others.wait()
            log.info("told")

    with meant(run="r-1", connection="acme-us", flow="order-import"):
        barrier = asyncio.Barrier(2)
        await asyncio.gather(work("111-1", barrier), work("111-2", barrier))
        log.info("after")
    assert handles() == {}
    lines = told(capsys)
    assert {line.get("order") for line in lines} == {"111-1", "111-2", None}
    assert {(line["run"], line["connection"], line["flow"]) for line in lines} == {
        ("r-1", "acme-us", "order-import")
    }


def test_an_error_is_told_without_its_text_unless_it_is_ours(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(error: Exception) -> None:
        raise error

    for error in (ValueError("Ann Example, 1 Sample Street"), Refused("no", system="amazon", operation="x")):
        try:
            fail(error)
        except (ValueError, Refused):
            foreign.exception("failed for ann@example.com with Atza|secret")
    first, second = told(capsys)
    assert first["message"] == "failed for [mail address] with [token]"
    assert "unexpected ValueError at test_log_lines.py" in first["error"]
    assert second["error"] == "no (amazon x)"
    assert "Ann" not in json.dumps([first, second])


def test_prefect_may_make_the_console_and_its_own_records_carry_their_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from prefect.logging.configuration import DEFAULT_LOGGING_SETTINGS_PATH, load_logging_config

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS", log_lines.CONSOLE)
        console = load_logging_config(DEFAULT_LOGGING_SETTINGS_PATH)["handlers"]["console"]
    console.pop("class")
    handler = log_lines.JsonConsole(**{name: console[name] for name in console if name != "formatter"})
    handler.setFormatter(logging.Formatter("plain %(message)s"))
    extra = {"flow_run_id": "f-1", "flow_run_name": "order-import-acme-us", "flow_name": "order-import"}
    record = foreign.makeRecord("prefect.flow_runs", logging.INFO, "f", 1, "begun", (), None, extra=extra)
    handler.handle(record)
    (line,) = told(capsys)
    assert (line["run"], line["run_name"], line["flow"]) == ("f-1", "order-import-acme-us", "order-import")
    assert handler.stream is sys.stderr


def test_handlers_that_lead_elsewhere_stay(caplog: pytest.LogCaptureFixture) -> None:
    (before,) = [each for each in logging.getLogger().handlers if isinstance(each, log_lines.JsonConsole)]
    log_lines.install()
    log.warning("both")
    assert [record.getMessage() for record in caplog.records] == ["both"]
    consoles = [each for each in logging.getLogger().handlers if isinstance(each, log_lines.JsonConsole)]
    # With its filters, which others may have given to it.
    assert consoles == [before]
