"""The order that a request describes: read, checked as far as the request alone allows, not yet looked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dockwire.warehouse import shown_members
from dockwire.warehouse.charge_request import ChargeRequest, names_charges, read_charges
from dockwire.warehouse.identifiers import ItemName, PartyName, read_item, read_party
from dockwire.warehouse.members import Members
from dockwire.warehouse.shown_members import Kind, keep
from dockwire.warehouse.switches import FieldLimits, MissingLines, Switches

LINES = "http://api.3plCentral.com/rels/orders/item"
"""The node that holds the lines of an order in HAL."""

ORDER_TYPES = ("B2B", "D2C", "AmazonFBA")

_COUNTRY = re.compile("[A-Z]{2}|")

_NOT_KEPT = ("parcelOption",)
_NOT_KEPT_OF_LINES = ("serialNumber", "expirationDate", "proposedAllocations", "orderItemInPackages")


@dataclass(frozen=True, slots=True)
class LineRequest:
    """One line; ``number`` is the one it was shown with, if it was."""

    number: int | None
    item: ItemName
    qualifier: str
    qty: Decimal
    members: dict[str, Any]
    saved_elements: list[dict[str, str]]
    private: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A whole order; ``private`` is what has to be sealed."""

    customer: PartyName
    facility: PartyName
    reference: str
    po_number: str
    external_id: str
    invoice_number: str
    deferred: bool | None
    members: dict[str, Any]
    saved_elements: list[dict[str, str]]
    private: dict[str, Any] = field(repr=False)
    lines: tuple[LineRequest, ...]
    charges: tuple[ChargeRequest, ...]
    names_charges: bool
    """Whether there are any, be they the system's."""


def read_order(body: object, *, switches: Switches, zone: ZoneInfo, replacing: bool = False) -> OrderRequest:
    """Read the body of a create, or (``replacing``) of an update.

    An update may have no lines, where a switch says so.

    Raises:
        InvalidModel: a member is missing, of the wrong kind, too long or not supported.
    """
    return _Reader(switches, zone, replacing=replacing).order(Members(body))


class _Reader:
    """Reads one order under the house rules."""

    def __init__(self, switches: Switches, zone: ZoneInfo, *, replacing: bool) -> None:
        self._switches = switches
        self._limits = switches.limits
        self._kinds = limits_by_kind(switches.limits)
        self._replacing = replacing
        self._zone = zone

    def order(self, order: Members) -> OrderRequest:
        order.refuse(*_NOT_KEPT)
        limit = self._limits.reference
        return OrderRequest(
            customer=read_party(order, "customerIdentifier", limit=self._limits.text),
            facility=read_party(order, "facilityIdentifier", limit=self._limits.text),
            reference=order.text("referenceNum", limit=limit, required=True),
            po_number=order.text("poNum", limit=limit),
            external_id=order.text("externalId", limit=limit),
            invoice_number=order.text("invoiceNumber", limit=limit),
            deferred=order.flag("deferNotification"),
            members=self._members(order),
            saved_elements=self._saved(order),
            private=self._private(order),
            lines=self._lines(order),
            charges=read_charges(order, self._limits, sent_back=self._replacing),
            names_charges=names_charges(order),
        )

    def _keep(self, members: Members | None, fields: shown_members.Fields) -> dict[str, Any]:
        return keep(members, fields, limits=self._kinds, zone=self._zone)

    def _members(self, order: Members) -> dict[str, Any]:
        kept = self._keep(order, shown_members.ORDER)
        if kept.get("orderType") not in {None, *ORDER_TYPES}:
            raise order.invalid("orderType", "ValueNotSupported", f"One of {', '.join(ORDER_TYPES)}.")
        routing = self._keep(order.child("routingInfo"), shown_members.ROUTING)
        return kept | ({"routingInfo": routing} if routing else {})

    def _private(self, order: Members) -> dict[str, Any]:
        ship_to = self._keep(order.child("shipTo"), shown_members.CONTACT)
        self._check_ship_to(order, ship_to)
        parts = {
            "shipTo": ship_to,
            "soldTo": self._keep(order.child("soldTo"), shown_members.CONTACT),
            "billTo": self._keep(order.child("billTo"), shown_members.CONTACT),
            "fulfillInvInfo": self._keep(order.child("fulfillInvInfo"), shown_members.GIFT),
        }
        return self._keep(order, shown_members.ORDER_NOTES) | {
            name: part for name, part in parts.items() if part
        }

    def _check_ship_to(self, order: Members, ship_to: Mapping[str, Any]) -> None:
        for name in self._switches.ship_to_required:
            if not ship_to.get(name):
                raise order.invalid(f"shipTo.{name}", "Required", f"shipTo.{name} is required.")
        if self._switches.two_letter_country and not _COUNTRY.fullmatch(ship_to.get("country", "")):
            hint = "shipTo.country must be a code of two letters, as in US."
            raise order.invalid("shipTo.country", "ValueNotSupported", hint)
        if not ship_to.get("name") and not ship_to.get("companyName"):
            raise order.invalid("shipTo.name", "Required", "shipTo needs a name or a companyName.")

    def _lines(self, order: Members) -> tuple[LineRequest, ...]:
        embedded = order.child("_embedded")
        inside = embedded is not None and embedded.has(LINES) and not order.has("orderItems")
        given = embedded.children(LINES) if embedded and inside else order.children("orderItems")
        lines = tuple(self._line(line) for line in given)
        if not lines and not (self._replacing and self._switches.missing_lines is not MissingLines.REFUSE):
            raise order.invalid("orderItems", "Required", "An order needs at least one line.")
        return lines

    def _line(self, line: Members) -> LineRequest:
        line.refuse(*_NOT_KEPT_OF_LINES)
        shown = line.child("readOnly")
        return LineRequest(
            number=shown.number("orderItemId") if shown else None,
            item=read_item(line, limit=self._limits.text),
            qualifier=line.text("qualifier", limit=self._limits.text),
            qty=line.quantity("qty"),
            members=self._keep(line, shown_members.LINE),
            saved_elements=self._saved(line),
            private=self._keep(line, shown_members.LINE_NOTES),
        )

    def _saved(self, members: Members) -> list[dict[str, str]]:
        limit = self._limits.text
        return [
            {
                "name": element.text("name", limit=limit, required=True),
                "value": element.text("value", limit=limit),
            }
            for element in members.children("savedElements")
        ]


def limits_by_kind(limits: FieldLimits) -> dict[Kind, int]:
    """Return how long a text of each kind may be."""
    return {
        Kind.TEXT: limits.text,
        Kind.NOTES: limits.notes,
        Kind.NAME: limits.name,
        Kind.PLACE: limits.place,
        Kind.ZIP: limits.zip,
    }
