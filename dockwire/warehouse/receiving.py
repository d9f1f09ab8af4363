"""Goods coming in: a receiver with its items, in stock as soon as it is booked."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import insert, select

from dockwire.warehouse.identifiers import ItemName, PartyName, read_item, read_party
from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.lookups import find_customer, find_facility, find_items
from dockwire.warehouse.members import Members
from dockwire.warehouse.resources import RELS, Listing, Resource
from dockwire.warehouse.switches import Switches
from dockwire.warehouse.tables import receive_items, receivers
from dockwire.warehouse.work import Work

RECEIVED = f"{RELS}/inventory/receiveitem"
"""The node that holds a receiver's items in HAL."""


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One item of a receiver."""

    item: ItemName
    qty: Decimal
    qualifier: str
    lot_number: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver to be booked."""

    customer: PartyName
    facility: PartyName
    reference: str
    lines: tuple[ReceivedLine, ...]


def read_receipt(body: object, switches: Switches) -> Receipt:
    """Read the body of ``POST /inventory/receivers``.

    Raises:
        InvalidModel: a member is missing, of the wrong kind or too long.
    """
    members = Members(body, model="Receiver")
    limits = switches.limits
    lines = tuple(
        ReceivedLine(
            item=read_item(line, limit=limits.text),
            qty=line.quantity("qty"),
            qualifier=line.text("qualifier", limit=limits.text),
            lot_number=line.text("lotNumber", limit=limits.text),
        )
        for line in members.children("receiveItems")
    )
    if not lines:
        raise members.invalid("receiveItems", "Required", "A receiver needs at least one item.")
    return Receipt(
        customer=read_party(members, "customerIdentifier", limit=limits.text),
        facility=read_party(members, "facilityIdentifier", limit=limits.text),
        reference=members.text("referenceNum", limit=limits.reference, required=True),
        lines=lines,
    )


def book(work: Work, receipt: Receipt) -> int:
    """Put the goods in stock and return the receiver's number.

    Raises:
        InvalidModel: something it names does not exist.
    """
    customer = find_customer(work, receipt.customer)
    facility_id = find_facility(work, receipt.facility, customer.id)
    item_ids = find_items(work, [line.item for line in receipt.lines], customer.id)
    parties = {"customer_id": customer.id, "facility_id": facility_id}
    values = {"reference": receipt.reference, "version": 1, "created": work.now}
    number: int = work.link.execute(
        insert(receivers).values(parties | values).returning(receivers.c.id)
    ).scalar_one()
    work.link.execute(
        insert(receive_items),
        [
            parties
            | {
                "receiver_id": number,
                "item_id": item_id,
                "qualifier": line.qualifier,
                "lot_number": line.lot_number,
                "received": line.qty,
                "allocated": Decimal(0),
                "on_hold": False,
                "created": work.now,
            }
            for line, item_id in zip(receipt.lines, item_ids, strict=True)
        ],
    )
    return number


def show(work: Work, number: int) -> Resource:
    """Return a receiver that the caller has just booked."""
    row = work.link.execute(select(receivers).where(receivers.c.id == number)).one()
    lines = work.link.execute(
        select(receive_items).where(receive_items.c.receiver_id == number).order_by(receive_items.c.id)
    )
    shown = [
        {
            "receiveItemId": line.id,
            "itemIdentifier": {"id": line.item_id},
            "qualifier": line.qualifier,
            "lotNumber": line.lot_number or None,
            "qty": line.received,
        }
        for line in lines
    ]
    return {
        "readOnly": {
            "receiverId": row.id,
            "customerIdentifier": {"id": row.customer_id},
            "facilityIdentifier": {"id": row.facility_id},
            "creationDate": to_wire(row.created, work.zone),
        },
        "referenceNum": row.reference,
        "receiveItems": Listing(RECEIVED, shown),
    }
