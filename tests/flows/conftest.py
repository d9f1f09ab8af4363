"""Fixtures of the flows' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.site import Site, opened_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Servers, a stored connection, and settings that point to an empty state folder."""
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("DOCKWIRE_HARVEST_FRESH_SECONDS", "0")
    with opened_site(tmp_path) as opened:
        yield opened
