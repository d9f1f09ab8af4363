"""In which order files of tests are given to the workers of a run in parallel."""

from collections.abc import Sequence
from pathlib import Path

import pytest

_WAIT = ("deployments", "flows")
"""Folders whose tests wait for processes of their own."""
_WAIT_TOO = (
    "test_demo.py",
    "test_killed_process.py",
    "test_overselling.py",
    "test_in_browser.py",
    "test_accessibility.py",
)
_ENDS_WITH_OTHERS = 0.6
"""When this share of the others has begun, the last one that waits has, too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread files that wait among those that compute: one leaves the processor to the other, and none comes last."""
    files = list(dict.fromkeys(item.path for item in items))
    waiting = [file for file in files if file.parent.name in _WAIT or file.name in _WAIT_TOO]
    others = [file for file in files if file not in waiting]
    places = _places(waiting, _ENDS_WITH_OTHERS) | _places(others, 1.0)
    items.sort(key=lambda item: places[item.path])


def _places(files: Sequence[Path], end: float) -> dict[Path, float]:
    return {file: number * end / len(files) for number, file in enumerate(files)}
