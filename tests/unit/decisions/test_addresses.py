"""What an address must carry, per country: never a city or a postal code everywhere."""

import pytest

from dockwire.decisions.addresses import missing_parts
from tests.builders import address


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"name": "", "company": "Example Ltd"}, ()),
        ({"name": ""}, ("name or company",)),
        ({"lines": ()}, ("street",)),
        ({"city": "", "district": ""}, ("city",)),
        ({"state": ""}, ("state",)),
        ({"country": "JP", "city": "", "state": "", "postal_code": "100-0001"}, ()),
        ({"country": "HK", "city": "", "state": "", "postal_code": ""}, ()),
        ({"country": "IE", "state": "", "postal_code": ""}, ()),
        ({"country": "DE", "state": ""}, ()),
        ({"country": "GB", "postal_code": "", "state": ""}, ("postal code",)),
        ({"country": "", "state": ""}, ("country",)),
    ],
)
def test_missing_parts_follow_the_country(changes: dict[str, object], missing: tuple[str, ...]) -> None:
    assert missing_parts(address(**changes)) == missing


def test_an_address_prints_as_its_country_only() -> None:
    assert repr(address()) == "Address(country='US', ...)"
