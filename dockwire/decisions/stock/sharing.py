"""One stock and several Amazon SKUs of one connection that draw on it, each for itself or in a kit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from dockwire.decisions.stock.numbers import ZERO
from dockwire.model.stock import Step, StepKind, Supply
from dockwire.model.stock_rules import SameStock

_NAMED = 3
"""So many neighbours are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one Amazon SKU sees of one warehouse SKU before its neighbours are thought of."""

    offer: str
    supply: Supply
    share: Decimal | None = None
    """Units of the warehouse SKU that are reserved for the Amazon SKU; it gets no more."""


def share_out(claims: Sequence[Claim], same_stock: SameStock) -> list[Supply]:
    """Return what each claim on one warehouse SKU gets, in the order of the claims.

    Fixed shares come first. The others get the rest: divided in whole units, the first one more, or
    each the whole of it.
    """
    if len(claims) == 1 and claims[0].share is None:
        return [claims[0].supply]
    got: dict[int, Supply] = {}
    given = ZERO
    order = sorted(range(len(claims)), key=lambda place: claims[place].offer)
    for place in order:
        if claims[place].share is not None:
            got[place] = _take_share(claims, place, given)
            given += got[place].left
    others = [place for place in order if place not in got]
    for turn, place in enumerate(others):
        got[place] = _take_part(
            claims, place, given, turn, len(others) if same_stock is SameStock.DIVIDE else 1
        )
    return [got[place] for place in range(len(claims))]


def _take_share(claims: Sequence[Claim], place: int, given: Decimal) -> Supply:
    claim = claims[place]
    share = claim.share
    assert share is not None  # asked by the caller
    supply = claim.supply
    if supply.left > share:
        supply = _with(supply, Step(StepKind.FIXED_SHARE, share - supply.left, setting=share))
    room = max(ZERO, claim.supply.left - given)
    return supply if supply.left <= room else _with(supply, _beside(claims, place, room - supply.left))


def _take_part(claims: Sequence[Claim], place: int, given: Decimal, turn: int, parts: int) -> Supply:
    supply = claims[place].supply
    room = max(ZERO, supply.left - given)
    if parts > 1:
        whole, rest = divmod(room.to_integral_value(ROUND_FLOOR), parts)
        room = whole + (turn < rest)
    return supply if room == supply.left else _with(supply, _beside(claims, place, room - supply.left))


def _beside(claims: Sequence[Claim], place: int, change: Decimal) -> Step:
    others = sorted({claim.offer for n, claim in enumerate(claims) if n != place})
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return Step(StepKind.BESIDE, change, about=", ".join(others[:_NAMED]) + more)


def _with(supply: Supply, step: Step) -> Supply:
    return replace(supply, steps=(*supply.steps, step))
