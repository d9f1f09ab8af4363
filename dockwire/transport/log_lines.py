"""Log lines as JSON, one object each, for whoever collects them: ``DOCKWIRE_LOG_FORMAT=json``.

Our own lines name orders by id and quote nobody. Lines of libraries are made safe like any other text that
was written elsewhere, and an error that is not ours is told by its type and place, never by its text.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from dockwire.errors import DockwireError, Unexpected
from dockwire.handles import NAMES, handles
from dockwire.transport.redaction import redacted

CONSOLE = f"{__name__}.JsonConsole"
"""What ``PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS`` has to name, so that Prefect's processes write such lines."""

_OURS = "dockwire"
_OF_PREFECT = {
    "run": "flow_run_id",
    "flow": "flow_name",
    "run_name": "flow_run_name",
    "task": "task_run_name",
}
"""What Prefect's records tell by themselves, also before and after our own work."""


class JsonLines(logging.Formatter):
    """Writes a record as one line: time, level, logger, message, the handles that are known, and an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_handles(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class JsonConsole(logging.StreamHandler[TextIO]):
    """Writes JSON lines to stderr; made by us, or by Prefect in the place of its own console."""

    def __init__(self, **_: object) -> None:
        """Take no settings: Prefect hands over those of its own console."""
        super().__init__()
        super().setFormatter(JsonLines())

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 - logging's name
        """Keep to JSON: Prefect gives each of its handlers a formatter of its own."""

    @property
    def stream(self) -> TextIO:
        """The process's stderr as it is now."""
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        pass


def install() -> None:
    """Let what goes to the terminal be JSON lines; handlers that lead elsewhere stay, repeating changes nothing."""
    root = logging.getLogger()
    # The one that is there may have filters, so it stays.
    console = next((each for each in root.handlers if isinstance(each, JsonConsole)), None) or JsonConsole()
    for handler in list(root.handlers):
        if isinstance(handler, logging.StreamHandler) and handler.stream in (sys.stderr, sys.stdout):
            root.removeHandler(handler)
    root.addHandler(console)


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    ours = record.name == _OURS or record.name.startswith(f"{_OURS}.")
    return text if ours else redacted(text)


def _handles(record: logging.LogRecord) -> dict[str, str]:
    told = {name: getattr(record, member, None) for name, member in _OF_PREFECT.items()}
    known = {name: str(value) for name, value in told.items() if value} | handles()
    return {name: known[name] for name in dict.fromkeys((*NAMES, *_OF_PREFECT)) if name in known}


def _told(error: BaseException) -> str:
    safe = error if isinstance(error, DockwireError) else Unexpected.from_error(error)
    return str(safe)
