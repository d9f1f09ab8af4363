"""Packages packed anew: which of them take the place of packages that Amazon was told of before.

Amazon only forgets a package when it is edited. A new package therefore takes over the reference of one
that is gone, and its content replaces the old one.
"""

from collections.abc import Sequence
from dataclasses import replace

from dockwire.decisions.carriers import same_tracking
from dockwire.model.parcel import Parcel


def take_over(new: Sequence[Parcel], gone: Sequence[Parcel]) -> list[Parcel]:
    """Return the new parcels, those under a gone one's reference that take its place.

    The same tracking number goes first, then the same units, then the order in which they stand.
    """
    free = list(gone)
    taken: dict[int, str] = {}
    for alike in (_same_tracking, _same_units, None):
        for place, parcel in enumerate(new):
            match = next((old for old in free if alike is None or alike(old, parcel)), None)
            if place not in taken and match is not None:
                free.remove(match)
                taken[place] = match.reference
    return [replace(parcel, reference=taken.get(place, parcel.reference)) for place, parcel in enumerate(new)]


def _same_tracking(old: Parcel, new: Parcel) -> bool:
    return same_tracking(old.tracking, new.tracking)


def _same_units(old: Parcel, new: Parcel) -> bool:
    return old.items == new.items
