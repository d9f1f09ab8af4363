"""Units in packages: of plain lines, of several lots, and of kits that are packed part by part."""

from decimal import Decimal

import pytest

from dockwire.decisions.packed import units_packed
from dockwire.model.ids import AmazonItemId
from dockwire.model.shipping import PackedLine, ShipLine

MUG, ROPE = 11, 12


def line(quantity: int, *allocated: tuple[int, str]) -> ShipLine:
    taken = tuple((goods, Decimal(qty)) for goods, qty in allocated)
    return ShipLine(1, "SET", Decimal(quantity), AmazonItemId("77"), taken)


def packed(*contents: tuple[int | None, str], of: int = 1) -> list[PackedLine]:
    return [PackedLine(of, Decimal(qty), goods) for goods, qty in contents]


@pytest.mark.parametrize(
    ("of", "contents", "units"),
    [
        (line(3), packed((None, "2")), 2),
        (line(3), packed((None, "2.5")), 2),
        (line(3), packed((None, "2"), of=2), 0),
        # Two lots of one item.
        (line(5, (MUG, "3"), (ROPE, "2")), packed((MUG, "3"), (ROPE, "1")), 4),
        # A warehouse that does not say what the line took.
        (line(5), packed((MUG, "3")), 3),
        # Kits of one mug and one rope, and of two mugs and half a rope.
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "1"), (ROPE, "1")), 1),
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "2"), (ROPE, "2")), 2),
        (line(4, (MUG, "8"), (ROPE, "2")), packed((MUG, "6"), (ROPE, "1.5")), 3),
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "1")), None),
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "2"), (ROPE, "1")), None),
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "0.5"), (ROPE, "0.5")), None),
        (line(2, (MUG, "2"), (ROPE, "2")), packed((MUG, "1"), (ROPE, "1"), (99, "1")), None),
        # Whole kits noted without goods.
        (line(2, (MUG, "2"), (ROPE, "2")), packed((None, "2")), 2),
    ],
)
def test_only_whole_units_count(of: ShipLine, contents: list[PackedLine], units: int | None) -> None:
    assert units_packed(of, contents) == units
