"""What is left of a ship-and-close request: the orders that did not close, each with the charges it was to bear."""

from collections.abc import Set as AbstractSet
from decimal import Decimal

from dockwire.decisions.apportionment import split_evenly
from dockwire.model.charge import Apply
from dockwire.model.closing import ChargeForm, ShipRequest


def rest_of(request: ShipRequest, left: AbstractSet[str], *, currency: str) -> ShipRequest | None:
    """Return a request for those orders alone, in which each bears to the cent what it bears in the whole one.

    ``left`` holds their handles; None when none of them is in the request.

    Raises:
        ValueError: a charge is none; no request that was begun has one.
    """
    orders = tuple(form for form in request.orders if form.order in left)
    if not orders:
        return None
    places = [place for place, form in enumerate(request.orders) if form.order in left]
    return request.model_copy(update={"orders": orders, "charges": _charges(request, places, currency)})


def _charges(request: ShipRequest, places: list[int], currency: str) -> tuple[ChargeForm, ...]:
    if request.apply is Apply.FIRST:
        return request.charges if places[0] == 0 else ()
    if request.apply is Apply.SEPARATELY or len(places) == len(request.orders):
        return request.charges
    # Greater shares come first: what the rest bears, divided over it, falls on it as before.
    return tuple(
        form.model_copy(update={"units": Decimal(1), "price_per_unit": amount})
        for form in request.charges
        if (amount := _borne(form, places, len(request.orders), currency))
    )


def _borne(form: ChargeForm, places: list[int], parts: int, currency: str) -> Decimal:
    shares = split_evenly(form.charge().amount, parts=parts, currency=currency)
    return sum((shares[place] for place in places), Decimal(0))
