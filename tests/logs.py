"""JSON logs for the length of a block, and everything as it was behind it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from dockwire.transport import log_lines


@contextmanager
def json_logs() -> Iterator[None]:
    """Write JSON lines to the terminal during the block."""
    root = logging.getLogger()
    before = list(root.handlers)
    log_lines.install()
    try:
        yield
    finally:
        root.handlers[:] = before
