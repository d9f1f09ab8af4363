"""What a request to adjust stock says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dockwire.warehouse.identifiers import ItemName, PartyName, read_item, read_party
from dockwire.warehouse.members import Members
from dockwire.warehouse.switches import Switches

ADJUSTED = "item"
"""The node that holds an adjustment's items in HAL."""


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """So much more, or below zero less, of one receive item, or of an item wherever it lies."""

    place: str
    qty: Decimal
    receive_item_id: int | None
    item: ItemName | None
    qualifier: str
    lot_number: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment to be made."""

    customer: PartyName
    facility: PartyName
    reference: str
    reason: str
    lines: tuple[AdjustedLine, ...]


def read_adjustment(body: object, switches: Switches) -> Adjustment:
    """Read the body of ``POST /inventory/adjustments``.

    Raises:
        InvalidModel: a member is missing, of the wrong kind or too long.
    """
    members = Members(body, model="Adjustment")
    limits = switches.limits
    lines = tuple(_line(line, limits.text) for line in _lines(members))
    if not lines:
        raise members.invalid("adjustmentItems", "Required", "An adjustment needs at least one item.")
    required = switches.adjustment_reason_required
    return Adjustment(
        customer=read_party(members, "customerIdentifier", limit=limits.text),
        facility=read_party(members, "facilityIdentifier", limit=limits.text),
        reference=members.text("referenceNum", limit=limits.reference),
        reason=members.text("reason", limit=limits.notes, required=required),
        lines=lines,
    )


def _lines(members: Members) -> Iterable[Members]:
    embedded = members.child("_embedded")
    if embedded is not None and embedded.has(ADJUSTED) and not members.has("adjustmentItems"):
        return embedded.children(ADJUSTED)
    return members.children("adjustmentItems")


def _line(line: Members, limit: int) -> AdjustedLine:
    number = line.number("receiveItemId")
    return AdjustedLine(
        place=line.path,
        qty=line.change("qty"),
        receive_item_id=number,
        item=read_item(line, limit=limit) if number is None else None,
        qualifier=line.text("qualifier", limit=limit),
        lot_number=line.text("lotNumber", limit=limit),
    )
