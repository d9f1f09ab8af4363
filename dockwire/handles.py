"""What the work under way is about: run, connection, flow and order, for every line that is logged in it.

The handles follow the work into tasks it starts and threads that copy its context; they name things and
are nobody's personal data.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

NAMES = ("run", "connection", "flow", "order")

_meant: ContextVar[dict[str, str]] = ContextVar("meant", default={})  # noqa: B039 - never changed in place


@contextmanager
def meant(*, run: str = "", connection: str = "", flow: str = "", order: str = "") -> Iterator[None]:
    """Give handles to everything inside the block; those that are left out stay as they are."""
    given = {"run": run, "connection": connection, "flow": flow, "order": order}
    before = _meant.set(_meant.get() | {name: handle for name, handle in given.items() if handle})
    try:
        yield
    finally:
        _meant.reset(before)


def handles() -> dict[str, str]:
    """Return the handles of the work under way, by name."""
    return dict(_meant.get())
