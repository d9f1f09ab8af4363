"""How many units of an order's line are in packages, also where the line is a kit packed in parts."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from dockwire.model.shipping import PackedLine, ShipLine


def units_packed(line: ShipLine, contents: Iterable[PackedLine]) -> int | None:
    """Return the whole units of a line that these contents make up; None when parts make up no whole kits.

    Contents name the goods they were taken from. Of a kit those are its parts: they make up as many kits
    as every part is there for, in the proportions in which the line took them. Part of a unit is none:
    Amazon counts whole ones.
    """
    plain, parts = Decimal(0), defaultdict[int, Decimal](Decimal)
    for content in contents:
        if content.line_id != line.line_id:
            continue
        if content.goods is None:
            plain += content.quantity
        else:
            parts[content.goods] += content.quantity
    if not parts:
        return int(plain)
    taken = dict(line.allocated)
    if not taken or sum(taken.values()) == line.quantity:
        return int(plain + sum(parts.values()))
    if not parts.keys() <= taken.keys():
        return None
    kits = {Fraction(parts[goods]) * Fraction(line.quantity) / Fraction(taken[goods]) for goods in taken}
    if len(kits) != 1 or (made := kits.pop()).denominator != 1:
        return None
    return int(plain) + int(made)
