"""The status table counts days as everything else does that counts them."""

from datetime import timedelta

import pytest

from dockwire.decisions.expiry import days_left
from dockwire.model.status import ConsentEnds, ShipBy, Standing, Status
from dockwire.reports.status_table import table_row
from dockwire.services.seeing import judged
from tests.builders import NOW, connection


@pytest.mark.parametrize(
    ("left", "shown"),
    [(timedelta(days=365, seconds=-1), "365 days"), (timedelta(hours=1), "1 day"), (timedelta(), "0 days")],
)
def test_a_begun_day_of_a_consent_is_counted_as_in_the_list_of_consents(left: timedelta, shown: str) -> None:
    acme, ends = connection(), ConsentEnds(expires=NOW + left)
    status: Status = judged(Standing(acme.slug, acme.account, NOW, NOW, ship_by=ShipBy(), consent=ends))
    assert table_row(status)["consent"] == shown
    assert days_left(NOW + left, NOW) == int(shown.split(maxsplit=1)[0])
