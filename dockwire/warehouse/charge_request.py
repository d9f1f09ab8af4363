"""The charges that a request names: read, checked as far as the request alone allows, not yet priced.

``details: []`` with a bare ``subtotal`` is what live clients send, so it is taken as it is.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dockwire.warehouse.members import Members
from dockwire.warehouse.switches import FieldLimits

CALLERS_TYPES = range(1, 7)
"""``chargeType`` a caller may give: Handling to Materials (relation "orderconfirm")."""
SYSTEMS_TYPES = range(7, 9)
"""AutoCalcStorage and AutoCalcHandling: made by the system only."""

_KEPT = ("glAcctNum", "sku", "ptItem", "taxCode")
_NOT_KEPT = ("ptItemDescription", "ptArAcct", "recurringChargeDetails")


@dataclass(frozen=True, slots=True)
class DetailRequest:
    """One row of a charge; the rule it names gives what is not told.

    ``sent_back`` is one that was read before: its rule may have another price by now.
    """

    place: str
    rule_id: int | None
    label: str
    unit_description: str
    units: Decimal
    price: Decimal | None
    members: dict[str, Any]
    sent_back: bool


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One charge; ``place`` is the member that holds its subtotal."""

    place: str
    charge_type: int
    subtotal: Decimal | None
    details: tuple[DetailRequest, ...]


def read_charges(
    owner: Members, limits: FieldLimits, *, sent_back: bool = False
) -> tuple[ChargeRequest, ...]:
    """Read ``billing.billingCharges``; absent counts as none.

    ``sent_back`` leaves out what the system made: an order that was read shows it too.

    Raises:
        InvalidModel: a member is missing, of the wrong kind or not the caller's to give.
    """
    billing = owner.child("billing")
    charges = list(billing.children("billingCharges")) if billing else []
    if sent_back:
        charges = [charge for charge in charges if not _made_by_system(charge)]
    return tuple(_charge(charge, limits, sent_back=sent_back) for charge in charges)


def names_charges(owner: Members) -> bool:
    """Tell whether a request names charges, be they the system's."""
    billing = owner.child("billing")
    return billing is not None and next(billing.children("billingCharges"), None) is not None


def _made_by_system(charge: Members) -> bool:
    flags = [detail.flag("systemGenerated") for detail in charge.children("details")]
    return bool(flags) and all(flags)


def _charge(charge: Members, limits: FieldLimits, *, sent_back: bool) -> ChargeRequest:
    kind = charge.number("chargeType")
    if kind is None:
        raise charge.invalid("chargeType", "Required", f"{charge.place('chargeType')} is required.")
    if kind not in CALLERS_TYPES:
        told = "is made by the system only" if kind in SYSTEMS_TYPES else "is no type of charge"
        raise charge.invalid("chargeType", "ValueNotSupported", f"{kind} {told}.", value=kind)
    details = tuple(_detail(detail, limits, sent_back=sent_back) for detail in charge.children("details"))
    subtotal = charge.money("subtotal")
    if subtotal is None and not details:
        raise charge.invalid("subtotal", "Required", "A charge needs a subtotal or details.")
    return ChargeRequest(charge.place("subtotal"), kind, subtotal, details)


def _detail(detail: Members, limits: FieldLimits, *, sent_back: bool) -> DetailRequest:
    if detail.flag("systemGenerated"):
        hint = "Only the system makes automatic charges."
        raise detail.invalid("systemGenerated", "ValueNotSupported", hint)
    detail.refuse(*_NOT_KEPT)
    rule_id = detail.number("warehouseTransactionPriceCalcId")
    texts = {name: detail.text(name, limit=limits.text) for name in _KEPT}
    return DetailRequest(
        place=detail.place(""),
        rule_id=rule_id,
        label=detail.text("chargeLabel", limit=limits.text, required=rule_id is None),
        unit_description=detail.text("unitDescription", limit=limits.text),
        units=_units(detail),
        price=_price(detail, required=rule_id is None),
        members={name: text for name, text in texts.items() if text},
        sent_back=sent_back,
    )


def _units(detail: Members) -> Decimal:
    units = detail.money("numUnits")
    if units is None:
        raise detail.invalid("numUnits", "Required", f"{detail.place('numUnits')} is required.")
    if units < 0:
        raise detail.invalid("numUnits", "ValueNotSupported", f"{detail.place('numUnits')} is below 0.")
    return units


def _price(detail: Members, *, required: bool) -> Decimal | None:
    price = detail.money("chargePerUnit")
    if price is None and required:
        raise detail.invalid("chargePerUnit", "Required", f"{detail.place('chargePerUnit')} is required.")
    return price
