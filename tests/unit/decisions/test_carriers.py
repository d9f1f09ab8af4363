"""Amazon is told carriers by its own names; tracking numbers are looked at before they are sent."""

import pytest

from dockwire.decisions.carriers import (
    _ALIASES,
    _FORMATS,
    AMAZON_CODES,
    AmazonCarrier,
    amazon_carrier,
    fits_carrier,
    plain_tracking,
    same_tracking,
)


def test_every_alias_and_format_belongs_to_a_code_amazon_takes() -> None:
    assert set(_ALIASES.values()) <= set(AMAZON_CODES)
    assert set(_FORMATS) <= set(AMAZON_CODES)


@pytest.mark.parametrize(
    ("carrier", "scac", "code"),
    [
        ("UPS", "", "UPS"),
        ("ups", "", "UPS"),
        (" United Parcel Service ", "", "UPS"),
        ("House truck", "UPSN", "UPS"),
        ("FedEx", "UPSN", "FedEx"),
        ("Fedex ground", "", "FedEx"),
        ("Amazon Buy", "", "AMZN_US"),
        ("", "FDEG", "FedEx"),
    ],
)
def test_a_known_carrier_gets_amazons_code(carrier: str, scac: str, code: str) -> None:
    assert amazon_carrier(carrier, scac) == AmazonCarrier(code)


def test_an_unknown_carrier_is_other_with_its_name() -> None:
    assert amazon_carrier("Harbour Couriers", "HRBC") == AmazonCarrier("Other", "Harbour Couriers")
    assert amazon_carrier("", "HRBC") == AmazonCarrier("Other", "HRBC")


def test_the_connections_own_table_wins() -> None:
    own = {"ups": "UPS Mail Innovations", "Harbour Couriers": "Harbour Ltd", "HRBC": "DPD"}
    assert amazon_carrier("UPS", own=own) == AmazonCarrier("UPS Mail Innovations")
    assert amazon_carrier("harbour couriers", own=own) == AmazonCarrier("Other", "Harbour Ltd")
    assert amazon_carrier("Truck", "hrbc", own=own) == AmazonCarrier("DPD")


@pytest.mark.parametrize(
    ("number", "code", "fits"),
    [
        ("1Z999AA10123456784", "UPS", True),
        ("1Z 999 AA1 01 2345 6784", "UPS", True),
        ("1z999aa10123456784", "UPS", True),
        ("9400111899223197428490", "UPS", False),
        ("9400 1118 9922 3197 4284 90", "USPS", True),
        ("1Z999AA10123456784", "USPS", False),
        ("LK123456789US", "USPS", True),
        ("123456789012", "FedEx", True),
        ("12345", "FedEx", False),
        ("TBA123456789012", "AMZN_US", True),
        ("anything at all", "Correos", True),
        ("x", "Other", True),
    ],
)
def test_tracking_numbers_are_held_against_the_carriers_form(number: str, code: str, fits: bool) -> None:
    assert fits_carrier(number, AmazonCarrier(code)) is fits


def test_a_tracking_number_is_sent_without_the_marks_people_read_it_by() -> None:
    assert plain_tracking(" 1z 999-aa1 \t0123456784 ") == "1Z999AA10123456784"


def test_a_tracking_number_is_the_same_however_it_is_written() -> None:
    assert same_tracking("1Z999AA10123456784", " 1z 999-aa1 0123456784 ")
    assert not same_tracking("1Z999AA10123456784", "1Z999AA10123456785")
