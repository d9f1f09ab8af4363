"""What a customer pays: its currency, the charges the system makes, and the ones that are predefined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Row, func, select

from dockwire.warehouse.billing_methods import Charge, Detail
from dockwire.warehouse.charge_request import ChargeRequest, DetailRequest
from dockwire.warehouse.closing_tables import packages, price_rules
from dockwire.warehouse.columns import Quantity
from dockwire.warehouse.members import LARGEST_QUANTITY
from dockwire.warehouse.problems import InvalidModel
from dockwire.warehouse.tables import customers, order_items
from dockwire.warehouse.work import Work

BASES = ("order", "line", "unit", "package")
"""What an automatic charge is counted by."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a customer is billed; ``digits`` are those after the point of its currency."""

    customer_id: int
    digits: int
    auto_charges_on_confirm: bool
    close_on_tracking: bool


def read_terms(work: Work, customer_id: int) -> Terms:
    """Return the terms of a customer that exists."""
    row = work.link.execute(select(customers).where(customers.c.id == customer_id)).one()
    return Terms(row.id, row.currency_digits, row.auto_charges_on_confirm, row.close_on_tracking)


def price(work: Work, terms: Terms, requests: Iterable[ChargeRequest]) -> list[Charge]:
    """Return the charges that a request means for a customer, each subtotal exactly units times price.

    Raises:
        InvalidModel: a predefined charge is not the customer's, or an amount is wrong, too large or finer
            than the currency.
    """
    rules: dict[int, Row[tuple[object, ...]]] = {}
    asked = list(requests)
    if wanted := {detail.rule_id for charge in asked for detail in charge.details} - {None}:
        predefined = select(price_rules).where(
            price_rules.c.id.in_(wanted),
            price_rules.c.customer_id == terms.customer_id,
            price_rules.c.automatic.is_(False),
        )
        rules = {row.id: row for row in work.link.execute(predefined)}
    return [_priced(charge, terms, rules) for charge in asked]


def automatic(work: Work, terms: Terms, order_id: int) -> list[Charge]:
    """Return what the customer's rules charge for an order as it is, rounded to its currency."""
    rules = work.link.execute(
        select(price_rules)
        .where(price_rules.c.customer_id == terms.customer_id, price_rules.c.automatic)
        .order_by(price_rules.c.position)
    ).all()
    counted = _count(work, order_id) if rules else {}
    smallest = Decimal(1).scaleb(-terms.digits)
    return [
        Charge(
            charge_type=rule.charge_type,
            subtotal=(counted[rule.basis] * rule.price).quantize(smallest, ROUND_HALF_UP),
            details=(_by_rule(rule, counted[rule.basis]),),
        )
        for rule in rules
        if counted[rule.basis]
    ]


def _count(work: Work, order_id: int) -> dict[str, Decimal]:
    lines = select(func.count(), func.sum(order_items.c.qty, type_=Quantity))
    number, units = work.link.execute(lines.where(order_items.c.order_id == order_id)).one()
    parcels = select(func.count()).select_from(packages).where(packages.c.order_id == order_id)
    counts = (
        Decimal(1),
        Decimal(number),
        units or Decimal(0),
        Decimal(work.link.execute(parcels).scalar_one()),
    )
    return dict(zip(BASES, counts, strict=True))


def _by_rule(rule: Row[tuple[object, ...]], units: Decimal) -> Detail:
    return Detail(
        label=rule.label,
        units=units,
        price=rule.price,
        unit_description=rule.unit_description,
        rule_id=rule.id,
        members=rule.members,
    )


def _priced(charge: ChargeRequest, terms: Terms, rules: dict[int, Row[tuple[object, ...]]]) -> Charge:
    details = tuple(_detail(charge, detail, rules) for detail in charge.details)
    place = charge.place
    total = (
        sum((detail.amount for detail in details), Decimal(0)) if details else charge.subtotal or Decimal(0)
    )
    if charge.subtotal not in (None, total):
        raise _wrong(place, f"{place} is not units times price.")
    _check_amounts([total, *(detail.amount for detail in details)], terms, place)
    return Charge(charge.charge_type, total, details)


def _check_amounts(amounts: Sequence[Decimal], terms: Terms, place: str) -> None:
    if any(amount.scaleb(terms.digits) % 1 for amount in amounts):
        raise _wrong(place, f"{place}: the currency has {terms.digits} decimals.")
    if any(abs(amount) > LARGEST_QUANTITY for amount in amounts):
        raise _wrong(place, f"{place} is more than {LARGEST_QUANTITY}.")


def _detail(
    charge: ChargeRequest, detail: DetailRequest, rules: dict[int, Row[tuple[object, ...]]]
) -> Detail:
    if detail.rule_id is None:
        assert detail.price is not None  # the request was refused without it
        return Detail(detail.label, detail.units, detail.price, detail.unit_description, None, detail.members)
    rule, place = rules.get(detail.rule_id), f"{detail.place}.warehouseTransactionPriceCalcId"
    if rule is None:
        hint = "The customer has no such predefined charge."
        raise InvalidModel("DoesNotExist", place, hint=hint, value=detail.rule_id)
    if detail.sent_back and detail.price is not None:
        return replace(_by_rule(rule, detail.units), price=detail.price)
    if rule.charge_type != charge.charge_type or detail.price not in (None, rule.price):
        raise _wrong(place, "A predefined charge has the type and the price of its rule.")
    return _by_rule(rule, detail.units)


def _wrong(place: str, hint: str) -> InvalidModel:
    return InvalidModel("ValueNotSupported", place, hint=hint)
