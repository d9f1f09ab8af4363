"""The simulator's table of marketplaces against the client's: two hands wrote them from one page."""

from dockwire.model.marketplaces import MARKETPLACES
from dockwire.simulators.amazon.marketplaces import BY_CODE


def test_both_sides_know_the_same_marketplaces() -> None:
    simulated = {place.code: (place.id, place.region, place.currency) for place in BY_CODE.values()}
    assert simulated == {
        place.code: (place.id, place.region, place.currency) for place in MARKETPLACES.values()
    }
    assert len(simulated) == 23
