"""How far back orders are read again, and that no moment in between is left out."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.catching_up import CatchUp, checked_since
from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.errors import SettingsError
from dockwire.model.record import Chain, ChainKind
from tests.builders import CA, NOW, US, connection

POLICY = HarvestPolicy()
WHICH = connection(import_since=NOW - timedelta(days=20))


@pytest.mark.parametrize(
    ("since", "most", "words"),
    [
        ((NOW - timedelta(days=1)).replace(tzinfo=None), 31, "time zone"),
        (NOW, 31, "not come yet"),
        (NOW - timedelta(days=21), 31, "import_since"),
        (NOW - timedelta(days=8), 7, "more than 7 days ago.*DOCKWIRE_CATCH_UP_DAYS"),
    ],
)
def test_a_catch_up_is_bounded(since: datetime, most: int, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        checked_since(since, WHICH, now=NOW, most=timedelta(days=most))


def test_the_first_day_itself_may_be_read_again() -> None:
    assert checked_since(WHICH.import_since, WHICH, now=NOW, most=timedelta(days=31)) == WHICH.import_since


@given(hours=st.integers(1, 700), span=st.integers(900, 700 * 3600))
def test_the_windows_leave_no_moment_out_and_come_to_an_end(hours: int, span: int) -> None:
    since = NOW - timedelta(hours=hours)
    left, covered = CatchUp(US, since, since, NOW), since
    while not left.done:
        window = left.window(span, POLICY)
        assert since <= window.updated_after <= covered < window.updated_before <= NOW
        covered = window.updated_before
        left = left.after(Chain(ChainKind.CATCH_UP, window))
    assert covered == NOW


def test_only_its_own_chain_brings_it_on() -> None:
    left = CatchUp(US, NOW - timedelta(days=2), NOW - timedelta(days=2), NOW)
    window = left.window(3600, POLICY)
    assert left.after(Chain(ChainKind.CATCH_UP, window)) != left
    later = CatchUp(US, NOW - timedelta(days=1), NOW - timedelta(days=1), NOW).window(3600, POLICY)
    other = CatchUp(CA, left.since, left.reached, NOW).window(3600, POLICY)
    for chain in (
        Chain(ChainKind.HARVEST, window),
        Chain(ChainKind.CATCH_UP, later),
        Chain(ChainKind.CATCH_UP, other),
    ):
        assert left.after(chain) == left
