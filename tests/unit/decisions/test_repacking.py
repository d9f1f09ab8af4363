"""Packages packed anew take the place of those Amazon was told of."""

from dataclasses import replace
from typing import Any

import pytest

from dockwire.decisions.repacking import take_over
from dockwire.model.ids import AmazonItemId
from dockwire.model.parcel import Parcel, ParcelItem
from tests.builders import NOW


def parcel(reference: str, tracking: str, units: int = 1) -> Parcel:
    return Parcel(reference, "UPS", "", "03", tracking, NOW, (ParcelItem(AmazonItemId("77"), units),))


@pytest.mark.parametrize(
    ("new", "gone", "references"),
    [
        ([], [parcel("11", "A")], []),
        ([parcel("12", "A")], [], ["12"]),
        ([parcel("12", "B", 2)], [parcel("11", "A")], ["11"]),
        ([parcel("12", "B"), parcel("13", "A")], [parcel("11", "A")], ["12", "11"]),
        (
            [parcel("13", "B", 3), parcel("14", "C", 2)],
            [parcel("11", "A", 2), parcel("12", "Z", 9)],
            ["12", "11"],
        ),
        ([parcel("13", "B", 3)], [parcel("11", "A", 2), parcel("12", "Z", 9)], ["11"]),
    ],
)
def test_the_same_label_goes_before_the_same_units_before_the_place(
    new: list[Parcel], gone: list[Parcel], references: list[str]
) -> None:
    taken = take_over(new, gone)
    assert [each.reference for each in taken] == references
    assert [replace(each, reference="") for each in taken] == [replace(each, reference="") for each in new]


def test_nothing_is_taken_over_twice() -> None:
    new: list[Any] = [parcel(str(n), "A") for n in range(20, 25)]
    gone = [parcel("11", "A"), parcel("12", "A")]
    assert [each.reference for each in take_over(new, gone)] == ["11", "12", "22", "23", "24"]
