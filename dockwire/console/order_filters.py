"""The filters of Find Orders that look into other tables, or offer choices of their own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from starlette.requests import Request
from starlette_admin.filters import BaseFilter, FilterApplyContext

from dockwire.console import words
from dockwire.console.filtering import BeginsWith, Is, OneOf, beginning
from dockwire.decisions.carriers import AMAZON_CODES
from dockwire.ledger.overrides import has_override
from dockwire.ledger.shipping_states import TO_STOP
from dockwire.ledger.tables import closings, connections, order_lines, orders, parcels
from dockwire.model.marketplaces import MARKETPLACES
from dockwire.model.order import OrderStatus
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, OrderState, Shipping

Filters = list[type[BaseFilter]]


class _Connection(OneOf):
    def get_choices(self, request: Request) -> Sequence[tuple[str, str]]:
        # Asked for once a page: the names of some dozen connections.
        found = getattr(request.state, "connection_choices", None)
        if found is None:
            slugs = request.state.session.scalars(select(connections.c.slug).order_by(connections.c.slug))
            found = request.state.connection_choices = [(slug, slug) for slug in slugs]
        return list(found)


class _Marketplace(OneOf):
    choices = tuple((str(each.id), each.code) for each in MARKETPLACES.values())


class _Status(OneOf):
    choices = tuple((each.value, each.value) for each in OrderStatus)


class _Standing(OneOf):
    """Where an order stands: its state, or for orders in the warehouse how far they are shipped."""

    choices = (
        *((each.value, words.SHIPPING[each]) for each in Shipping),
        *((each.value, shown) for each, shown in words.STATES.items()),
    )

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        states = [value for value in ctx.value if value in set(OrderState)]
        shipped = [_shipped(Shipping(value)) for value in ctx.value if value in set(Shipping)]
        return or_(orders.c.state.in_(states), *shipped)


class _Sku(Is):
    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _with_line(order_lines.c.sku == ctx.value)


class _SkuBegins(BeginsWith):
    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _with_line(beginning(order_lines.c.sku, ctx.value))


class _SkuOfRow(Is):
    """The SKU of the order that a row is about."""

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        view: Any = ctx.view
        row: ColumnElement[int] = view.model.order_row
        return row.in_(select(order_lines.c.order_id).where(order_lines.c.sku == ctx.value))


class _Carrier(OneOf):
    choices = tuple((each, each) for each in AMAZON_CODES)

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _with_parcel(parcels.c.carrier.in_(ctx.value))


class _OtherCarrier(Is):
    """A carrier that Amazon has no code for, by its name."""

    label = "has the name"

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _with_parcel(parcels.c.carrier == ctx.value)


def _with_line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return orders.c.id.in_(select(order_lines.c.order_id).where(condition))


def _with_parcel(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return orders.c.id.in_(select(parcels.c.order_id).where(condition))


_STATES = {
    Shipping.REFUSED: (ParcelState.REFUSED,),
    Shipping.TO_CONFIRM: (ParcelState.TO_SEND, ParcelState.SENT),
    Shipping.CONFIRMED: (ParcelState.ACCEPTED, ParcelState.VISIBLE),
    Shipping.NOT_NEEDED: (ParcelState.NOT_NEEDED,),
}
"""The package that decides, the most pressing first, as in ``shipping_state``."""


def _shipped(state: Shipping) -> ColumnElement[bool]:
    """Return the condition for how far an order is shipped: what ``shipping_state`` says, with one look for each row.

    Of all orders, nearly all are shipped and confirmed; to reckon the state of each takes several times as long.
    Every look is a correlated EXISTS: a list of ids that is negated, or one of alternatives, PostgreSQL reads through
    anew for each order once it outgrows work_mem.
    """
    if (stopped := _unshipped(state)) is not None:
        return and_(_IN_WAREHOUSE, stopped, ~_has_parcel(), ~_is_closed())
    order = list(_STATES)
    pressing = [each for before in order[: order.index(state)] for each in _STATES[before]]
    found = _has_parcel(parcels.c.state.in_(_STATES[state]))
    if pressing:
        found = and_(found, ~_has_parcel(parcels.c.state.in_(pressing)))
    if state is Shipping.TO_CONFIRM:
        # Closed by a request whose packages the tracking update has not read yet.
        found = or_(found, and_(_IN_WAREHOUSE, _is_closed(), ~_has_parcel()))
    return found


def _unshipped(state: Shipping) -> ColumnElement[bool] | None:
    on_hold = has_override(OverrideKind.ON_HOLD)
    conditions = {
        Shipping.TO_SHIP: ~has_override(OverrideKind.ON_HOLD, *TO_STOP),
        Shipping.ON_HOLD: on_hold,
        Shipping.TO_STOP: and_(~on_hold, has_override(*TO_STOP)),
    }
    return conditions.get(state)


_IN_WAREHOUSE = orders.c.state == OrderState.CREATED


def _is_closed() -> ColumnElement[bool]:
    closed = closings.c.state == ClosingState.CLOSED
    return exists().where(closings.c.order_id == orders.c.id, closed).correlate(orders)


def _has_parcel(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(parcels.c.order_id == orders.c.id, *conditions).correlate(orders)


CONNECTIONS: Filters = [_Connection]
MARKETPLACE: Filters = [_Marketplace]
STATUS: Filters = [_Status]
STANDING: Filters = [_Standing]
SKUS: Filters = [_Sku, _SkuBegins]
SKUS_BY_ROW: Filters = [_SkuOfRow]
CARRIERS: Filters = [_Carrier, _OtherCarrier]
