"""What did not close is asked for again: every order bears what it was to bear, to the cent."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dockwire.decisions.apportionment import apportion
from dockwire.decisions.rest import rest_of
from dockwire.model.charge import Apply
from dockwire.model.closing import ChargeForm, OrderForm, ShipRequest
from dockwire.model.money import from_minor_units


def borne(request: ShipRequest, currency: str) -> dict[str, list[tuple[str, Decimal]]]:
    """Return label and amount of the charges of each order."""
    charges = [form.charge() for form in request.charges]
    shares = apportion(charges, apply=request.apply, orders=len(request.orders), currency=currency)
    return {
        form.order: [(charge.label, charge.amount) for charge in share]
        for form, share in zip(request.orders, shares, strict=True)
    }


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 10**6)), max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=30),
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.sampled_from(Apply),
)
def test_what_is_left_bears_what_it_was_to_bear(
    amounts: list[tuple[int, int]], left: list[bool], currency: str, apply: Apply
) -> None:
    request = ShipRequest(
        orders=tuple(OrderForm(order=str(place), tracking=f"1Z{place}") for place in range(len(left))),
        charges=tuple(
            ChargeForm(label="Box", units=Decimal(units), price_per_unit=from_minor_units(price, currency))
            for units, price in amounts
        ),
        apply=apply,
    )
    handles = {str(place) for place, is_left in enumerate(left) if is_left}
    rest = rest_of(request, handles, currency=currency)
    if rest is None:
        assert not handles
        return
    assert rest.orders == tuple(form for form in request.orders if form.order in handles)
    whole = borne(request, currency)
    assert borne(rest, currency) == {handle: whole[handle] for handle in borne(rest, currency)}
    assert set(borne(rest, currency)) == handles
