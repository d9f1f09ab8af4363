"""Requests from words, options and CSV files: right, or an error that names the word or row."""

from decimal import Decimal
from pathlib import Path

import pytest

from dockwire.cli.ship_request import charge_of, read_csv, ship_request
from dockwire.errors import SettingsError
from dockwire.model.charge import ChargeType
from dockwire.model.closing import RoutingForm


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "orders.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_and_words_become_one_request(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "\ufeffOrder, Carrier,SCAC,Service,Tracking\n"
        "111-0000001-0000001,UPS,UPSN,03,1Z1\n"
        "\n"
        '"111-0000002-0000001", , , ,1Z2\n',
    )
    request = ship_request(
        ["17=1Z3"], csv_file=path, routing=RoutingForm(carrier="FedEx", scac="FDEG", service="GR")
    )
    assert [(form.order, form.tracking) for form in request.orders] == [
        ("17", "1Z3"),
        ("111-0000001-0000001", "1Z1"),
        ("111-0000002-0000001", "1Z2"),
    ]
    assert request.routing_of(request.orders[1]) == RoutingForm(carrier="UPS", scac="UPSN", service="03")
    assert request.routing_of(request.orders[2]).carrier == "FedEx"


def test_a_number_is_taken_without_white_space_of_any_kind_and_with_letters_as_typed(tmp_path: Path) -> None:
    path = written(tmp_path, 'order,tracking\n18,"1z 999\taa1-7\u200b"\n')
    request = ship_request(["17= 1z\u00a0999aa1 \u20090009000058\x1d "], csv_file=path, routing=RoutingForm())
    assert [form.tracking for form in request.orders] == ["1z999aa10009000058", "1z999aa1-7"]


def test_a_file_with_semicolons_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    (form,) = read_csv(written(tmp_path, "order;tracking\n111-0000001-0000001;1Z1\n"))
    assert (form.order, form.tracking) == ("111-0000001-0000001", "1Z1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "row 1"),
        ("tracking,carrier\n1,2\n", "row 1"),
        ("order,parcel\n1,2\n", "parcel"),
        ("order,tracking\n1,2\n,3\n4\n5,6,7\n", "row 3: has no order; row 4: has fewer cells"),
        ("order,tracking\n1,2\n5,6,7\n", "row 3: has more cells"),
        (b"order\n\xff\xfe\n", "not UTF-8"),
        ("order\n" + "x" * 1_000_001, "larger"),
    ],
)
def test_a_bad_file_is_refused_whole_and_names_its_rows(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as refusal:
        read_csv(written(tmp_path, text))
    assert "orders.csv" in str(refusal.value)


def test_a_missing_file_and_a_request_for_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_csv(tmp_path / "nowhere.csv")
    with pytest.raises(SettingsError, match="no orders"):
        ship_request([], routing=RoutingForm())


@pytest.mark.parametrize(
    ("text", "kind", "label", "units", "price"),
    [
        ("Gift box=1.50", ChargeType.SPECIAL, "Gift box", "1", "1.50"),
        ("materials:Gift box=2x1.50", ChargeType.MATERIALS, "Gift box", "2", "1.50"),
        ("Third-party freight:To=the=dock=12", ChargeType.THIRD_PARTY_FREIGHT, "To=the=dock", "1", "12"),
        ("3:Freight=10", ChargeType.PREPAID_FREIGHT, "Freight", "1", "10"),
    ],
)
def test_a_charge_is_read_as_written(text: str, kind: ChargeType, label: str, units: str, price: str) -> None:
    form = charge_of(text)
    assert (form.type, form.label, form.units, form.price_per_unit) == (
        kind,
        label,
        Decimal(units),
        Decimal(price),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gift box", "no '=' stands before a price"),
        ("=5", "no label stands before the '='"),
        ("materials:=5", "no label stands before the '='"),
        ("Gift box=", "no price stands after the '='"),
        ("Gift box=dear", "the price 'dear' is no number"),
        ("Gift box=NaN", "the price 'NaN' is no number"),
        ("Gift box=twox1.50", "the units 'two' before the 'x' are no number"),
        ("nonsense:Box=1", "the type 'nonsense' is none of handling, storage"),
        ("9:Box=1", "the type '9' is none of handling"),
        (f"{'x' * 101}=1", "the label is longer than 100 characters"),
    ],
)
def test_what_is_no_charge_is_told_part_by_part_with_the_form_it_should_have(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=r"\[TYPE:\]LABEL") as refusal:
        charge_of(text)
    assert str(refusal.value).startswith(f"--charge {text!r}: {words}")
