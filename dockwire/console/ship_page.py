"""The page where orders are shipped and closed: its orders, what was typed, what is in the way and what it would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dockwire.console.ship_faults import Fault
from dockwire.console.ship_form import FIELD, ROUTING, Typed, TypedCharge, applied, charges_of
from dockwire.console.ship_methods import Method
from dockwire.console.ship_reading import ShipRow
from dockwire.model.shipping import Carrier
from dockwire.services.seen_orders import SeenOrders


@dataclass(frozen=True, slots=True)
class Preview:
    """What each chosen order would bear, exactly; amounts as texts."""

    added: Mapping[str, str] = field(default_factory=dict)
    total: Mapping[str, str] = field(default_factory=dict)
    """With what stands on the order already."""
    sum: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows."""

    connection: str
    orders: Sequence[ShipRow]
    typed: Typed
    preview: Preview
    carriers: Sequence[Carrier] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    """Charges that stand on an order."""
    wanted: Mapping[str, str] = field(default_factory=dict)
    """How an order is to travel by what the buyer paid for, in words."""
    methods: Sequence[Method] = ()
    """The ways in which its orders are to travel."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What hinders an order whatever is typed."""
    faults: Sequence[Fault] = ()
    warnings: Sequence[Fault] = ()
    told: str = ""
    note: str = ""
    """What to look at in what was done."""
    nothing_was: str = "sent"
    """What the faults hindered."""
    trouble: str = ""
    """Why the warehouse could not be asked."""

    @property
    def lists(self) -> list[dict[str, object]]:
        """The carriers for the page's script."""
        return [
            {
                "name": each.name,
                "scac": each.scac,
                "services": [_shown(code.code, code.description) for code in each.services],
            }
            for each in self.carriers
        ]

    @property
    def services(self) -> list[dict[str, str]]:
        """The services of the carrier that is typed, else of all."""
        typed = self.typed.routing.get("carrier", "").strip().casefold()
        mine = [each for each in self.carriers if each.name.casefold() == typed] or self.carriers
        return [_shown(code.code, code.description) for each in mine for code in each.services]

    @property
    def charges(self) -> Sequence[TypedCharge]:
        """The rows of charges, at least one."""
        return self.typed.charges or (TypedCharge(),)

    def wrong(self, target: str) -> bool:
        """Say whether a field is in the way."""
        return any(target in (fault.target, *fault.targets.values()) for fault in self.faults)

    @property
    def service_means(self) -> str:
        """What the typed service code means."""
        typed = self.typed.routing.get("service", "").strip()
        return next((each["description"] for each in self.services if each["code"] == typed), "")

    @property
    def focus(self) -> str:
        """The id of what a person needs first: what is told, else the first field that is blank."""
        if self.faults or self.warnings:
            return "ship-faults" if self.faults else "ship-warnings"
        blank = [name for name in ROUTING if not self.typed.routing.get(name)]
        rows = [each.row for each in self.orders if each.row in self.typed.chosen]
        blank += [f"{FIELD}{row}" for row in rows if not self.typed.tracking.get(row)]
        return blank[0] if blank else "ship-send"


def previewed(seen: SeenOrders, typed: Typed) -> Preview:
    """Return what the typed charges come to on orders that were seen."""
    faults: list[Fault] = []
    charges = charges_of(typed, faults)
    apply = applied(typed, faults)
    problems, planned = seen.preview(charges, apply)
    faults += [Fault((), "charges", each.sentence, each.fixer.value, "charge-label-0") for each in problems]
    if faults:
        return Preview(faults=tuple(faults))
    total = sum((each.added for each in planned), Decimal(0))
    return Preview(
        {each.handle: str(each.added) for each in planned},
        {each.handle: str(each.total) for each in planned},
        f"{total} {seen.connection.charge_currency}",
    )


def charges_before(seen: SeenOrders) -> dict[str, str]:
    """Return what orders bear already."""
    return {each.form.order: str(each.order.total) for each in seen.candidates if each.order is not None}


def _shown(code: str, description: str) -> dict[str, str]:
    return {"code": code, "description": description}
