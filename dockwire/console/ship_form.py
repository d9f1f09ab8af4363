"""What people type to ship and close orders: kept as it was typed, and turned into a request."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal

from pydantic import ValidationError
from starlette.datastructures import FormData

from dockwire.console.ship_faults import FIELDS, Fault
from dockwire.model.charge import Apply
from dockwire.model.closing import (
    KINDS,
    LONGEST_LABEL,
    ChargeForm,
    OrderForm,
    RoutingForm,
    ShipRequest,
    bare_number,
)

_LONGEST = 100
_LONGEST_UNIT = 50
_MOST_CHARGES = 50
_NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,8})?|\.\d{1,8})", re.ASCII)
FIELD = "tracking-"
"""What the field of an order's number is called, before its row in the ledger."""
ROUTING = ("carrier", "service", "scac")


@dataclass(frozen=True, slots=True)
class TypedCharge:
    """One row of the charges, as its fields are named in the form behind ``charge-``."""

    type: str = "special"
    label: str = ""
    units: str = "1"
    price_per_unit: str = ""
    unit_description: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nobody meant it."""
        return not (self.label.strip() or self.price_per_unit.strip())


@dataclass(frozen=True, slots=True)
class Typed:
    """The whole form; orders by their rows in the ledger."""

    chosen: frozenset[int]
    """Orders to close; the others stay as they are."""
    tracking: Mapping[int, str] = field(default_factory=dict)
    routing: Mapping[str, str] = field(default_factory=dict)
    charges: tuple[TypedCharge, ...] = ()
    apply: str = Apply.SEPARATELY
    pasted: str = ""
    warned: str = ""
    """The request and its warnings that were shown."""
    once: str = ""
    """Tells a form that is sent twice from a second form."""


def typed_of(form: FormData, rows: Iterable[int]) -> Typed:
    """Return what was typed about these orders."""

    def text(name: str) -> str:
        return str(form.get(name, ""))

    chosen = {str(each) for each in form.getlist("pk")}
    return Typed(
        chosen=frozenset(row for row in rows if str(row) in chosen),
        tracking={row: text(f"{FIELD}{row}") for row in rows},
        routing={name: text(name) for name in ROUTING},
        charges=tuple(_charges_of(form)),
        apply=text("apply"),
        pasted=text("pasted"),
        warned=text("warned"),
        once=text("once")[:_LONGEST],
    )


def typed_charges(charges: Iterable[ChargeForm]) -> tuple[TypedCharge, ...]:
    """Return charges as somebody would type them."""
    return tuple(
        TypedCharge(**{name: str(value) for name, value in form.model_dump(mode="json").items()})
        for form in charges
    )


def common_routing(routings: Iterable[RoutingForm]) -> dict[str, str]:
    """Return the routing of orders; a word on which they differ is blank."""
    return common_words({name: str(getattr(each, name)) for name in ROUTING} for each in routings)


def common_words(routings: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the words of routings; one on which they differ is blank."""
    every = list(routings)
    words = {name: {each[name] for each in every} for name in ROUTING}
    return {name: found.pop() if len(found) == 1 else "" for name, found in words.items()}


def request_of(typed: Typed, orders: Mapping[int, str]) -> tuple[ShipRequest | None, list[Fault]]:
    """Return the request for the chosen orders, with all that can be used of it, and what cannot; None: no orders.

    ``orders`` has the Amazon order ids by row, in the order of the page.
    """
    faults: list[Fault] = []
    charges = charges_of(typed, faults)
    routing = {name: _word(text, name, name, (), faults) for name, text in typed.routing.items()}
    forms = [
        OrderForm(
            order=order_id,
            tracking=_word(
                bare_number(typed.tracking.get(row, "")), "tracking", f"{FIELD}{row}", (order_id,), faults
            ),
        )
        for row, order_id in orders.items()
        if row in typed.chosen
    ]
    if not forms:
        return None, [*faults, Fault((), "order", "Choose at least one order.", "clerk", "ship-orders")]
    return ShipRequest(
        orders=tuple(forms),
        routing=RoutingForm(**routing),
        charges=tuple(charges),
        apply=applied(typed, faults),
    ), faults


def applied(typed: Typed, faults: list[Fault]) -> Apply:
    """Return how the charges fall on the orders."""
    try:
        return Apply(typed.apply)
    except ValueError:
        faults.append(Fault((), "apply", "Choose how the charges are applied.", "clerk", "apply"))
        return Apply.SEPARATELY


def charges_of(typed: Typed, faults: list[Fault]) -> list[ChargeForm]:
    """Return the charges that can be understood; what is wrong with the others is added to ``faults``."""
    found = []
    for place, row in enumerate(typed.charges[:_MOST_CHARGES]):
        if row.is_blank:
            continue
        wrong = [
            Fault((), f"charge {place + 1}, {_WORDS[name]}", sentence, "clerk", f"charge-{name}-{place}")
            for name, sentence in _wrong_parts(row)
        ]
        faults += wrong
        if not wrong:
            found.append(
                ChargeForm.model_validate(
                    {each.name: str(getattr(row, each.name)).strip() for each in fields(row)}
                )
            )
    return found


def parameters_of(request: ShipRequest) -> dict[str, object]:
    """Return a request as the parameters of the flow's run form; numbers are numbers there."""
    found: dict[str, object] = request.model_dump(mode="json", exclude={"charges"})
    found["charges"] = [
        form.model_dump(mode="json")
        | {"units": float(form.units), "price_per_unit": float(form.price_per_unit)}
        for form in request.charges
    ]
    return found


def request_in(parameters: Mapping[str, object]) -> ShipRequest | None:
    """Return the request of a run by its parameters; None when it is no run of ship and close."""
    try:
        return ShipRequest.model_validate(
            {name: parameters[name] for name in ShipRequest.model_fields if name in parameters}
        )
    except ValidationError:
        return None


_WORDS = {
    "type": "kind",
    "label": "label",
    "units": "units",
    "price_per_unit": "price",
    "unit_description": "unit",
}


def _charges_of(form: FormData) -> Iterator[TypedCharge]:
    columns = [[str(each) for each in form.getlist(f"charge-{each.name}")] for each in fields(TypedCharge)]
    for row in zip(*columns, strict=False):
        yield TypedCharge(*row)


def _wrong_parts(row: TypedCharge) -> Iterator[tuple[str, str]]:
    if row.type not in KINDS:
        yield "type", f"Choose one of {', '.join(KINDS)}."
    label = row.label.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        yield "label", f"Give a label of one line, of at most {LONGEST_LABEL} characters."
    for name, text in (("units", row.units), ("price_per_unit", row.price_per_unit)):
        if not _is_exact(text.strip()):
            yield name, f"{text.strip()[:40]!r} is no number such as 2.50."
    unit = row.unit_description.strip()
    if len(unit) > _LONGEST_UNIT or not unit.isprintable():
        yield "unit_description", f"Give a unit of one line, of at most {_LONGEST_UNIT} characters."


def _is_exact(text: str) -> bool:
    """Whether a text is a number that stays itself in the run's parameters."""
    return _NUMBER.fullmatch(text) is not None and Decimal(repr(float(text))) == Decimal(text)


def _word(text: str, name: str, target: str, orders: Sequence[str], faults: list[Fault]) -> str:
    word = text.strip()
    if len(word) <= _LONGEST and word.isprintable():
        return word
    sentence = f"Give a text of one line, of at most {_LONGEST} characters."
    faults.append(Fault(tuple(orders), FIELDS.get(name, name), sentence, "clerk", target))
    return word[:_LONGEST] if word.isprintable() else ""
