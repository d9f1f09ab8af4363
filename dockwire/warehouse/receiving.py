"""Goods coming in: a receiver with its items, in stock once it is confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, select, update

from dockwire.warehouse.identifiers import ItemName, PartyName, read_item, read_party
from dockwire.warehouse.local_time import from_wire
from dockwire.warehouse.lookups import find_customer, find_facility, find_items
from dockwire.warehouse.members import Members
from dockwire.warehouse.order_request import limits_by_kind
from dockwire.warehouse.order_state import Status, check_match, etag
from dockwire.warehouse.problems import Missing, NotAllowed
from dockwire.warehouse.resources import RELS
from dockwire.warehouse.shown_members import RECEIVER, keep
from dockwire.warehouse.switches import Switches
from dockwire.warehouse.tables import receive_items, receivers
from dockwire.warehouse.work import Work

RECEIVED = f"{RELS}/inventory/receiveritem"
"""The node that holds a receiver's items in HAL."""


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One item of a receiver."""

    item: ItemName
    qty: Decimal
    qualifier: str
    lot_number: str
    on_hold: bool
    on_hold_reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver to be booked; ``arrived`` is when its goods came, as far as it says."""

    customer: PartyName
    facility: PartyName
    reference: str
    arrived: datetime | None
    members: dict[str, Any]
    lines: tuple[ReceivedLine, ...]


def read_receipt(body: object, switches: Switches, zone: ZoneInfo) -> Receipt:
    """Read the body of ``POST /inventory/receivers``.

    Raises:
        InvalidModel: a member is missing, of the wrong kind or too long.
    """
    members = Members(body, model="Receiver")
    limits = switches.limits
    lines = tuple(_line(line, limits.text) for line in _lines(members))
    if not lines:
        raise members.invalid("receiveItems", "Required", "A receiver needs at least one item.")
    return Receipt(
        customer=read_party(members, "customerIdentifier", limit=limits.text),
        facility=read_party(members, "facilityIdentifier", limit=limits.text),
        reference=members.text("referenceNum", limit=limits.reference, required=True),
        arrived=read_arrival(members, zone),
        members=keep(members, RECEIVER, limits=limits_by_kind(limits), zone=zone),
        lines=lines,
    )


def read_arrival(members: Members, zone: ZoneInfo) -> datetime | None:
    """Read ``arrivalDate``, None if it is absent.

    Raises:
        InvalidModel: it is not a time.
    """
    text = members.moment("arrivalDate", zone)
    return from_wire(text, zone) if text else None


def _lines(members: Members) -> Iterable[Members]:
    embedded = members.child("_embedded")
    if embedded is not None and embedded.has(RECEIVED) and not members.has("receiveItems"):
        return embedded.children(RECEIVED)
    return members.children("receiveItems")


def _line(line: Members, limit: int) -> ReceivedLine:
    return ReceivedLine(
        item=read_item(line, limit=limit),
        qty=line.quantity("qty"),
        qualifier=line.text("qualifier", limit=limit),
        lot_number=line.text("lotNumber", limit=limit),
        on_hold=bool(line.flag("onHold")),
        on_hold_reason=line.text("onHoldReason", limit=limit),
    )


def book(work: Work, receipt: Receipt, *, confirmed: bool = False) -> int:
    """Create a receiver and return its number; its goods are in stock once it is ``confirmed``.

    Raises:
        InvalidModel: something it names does not exist.
        NotAllowed: it is to be confirmed with a date to come.
    """
    customer = find_customer(work, receipt.customer)
    facility_id = find_facility(work, receipt.facility, customer.id)
    item_ids = find_items(work, [line.item for line in receipt.lines], customer.id)
    parties = {"customer_id": customer.id, "facility_id": facility_id}
    values = parties | {
        "reference": receipt.reference,
        "version": 1,
        "status": Status.OPEN,
        "arrived": receipt.arrived,
        "created": work.now,
        "created_by": work.access.login,
        "modified": work.now,
        "members": receipt.members,
    }
    number: int = work.link.execute(insert(receivers).values(values).returning(receivers.c.id)).scalar_one()
    lines = zip(receipt.lines, item_ids, strict=True)
    work.link.execute(
        insert(receive_items),
        [parties | {"receiver_id": number} | _goods(work, line, item_id) for line, item_id in lines],
    )
    if confirmed or not work.switches.goods_wait_for_confirm:
        _take_in(work, number, receipt.arrived, version=1)
    return number


def _goods(work: Work, line: ReceivedLine, item_id: int) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "qualifier": line.qualifier,
        "lot_number": line.lot_number,
        "expected": line.qty,
        "received": Decimal(0),
        "allocated": Decimal(0),
        "on_hold": line.on_hold,
        "on_hold_reason": line.on_hold_reason if line.on_hold else "",
        "on_hold_date": work.now if line.on_hold else None,
        "created": work.now,
    }


def confirm(work: Work, number: int, if_match: str | None, arrived: datetime | None = None) -> None:
    """Close a receiver: its goods are in stock from now on.

    Raises:
        Missing, Unconditional, Outdated: there is no such receiver, or it is not as the caller knows it.
        NotAllowed: it is confirmed or cancelled, or ``arrived`` is to come.
    """
    receiver = _lock_open(work, number, if_match, "Confirm")
    _take_in(work, number, arrived or receiver.arrived, version=receiver.version + 1)


def cancel(work: Work, number: int, if_match: str | None) -> None:
    """Give up a receiver whose goods will not come.

    Raises:
        Missing, Unconditional, Outdated: there is no such receiver, or it is not as the caller knows it.
        NotAllowed: it is confirmed or cancelled.
    """
    receiver = _lock_open(work, number, if_match, "Cancel")
    _change(work, number, version=receiver.version + 1, status=Status.CANCELLED)


def _lock_open(work: Work, number: int, if_match: str | None, action: str) -> Row[tuple[object, ...]]:
    wanted = select(receivers).where(receivers.c.id == number, work.access.sees(receivers.c.customer_id))
    found = work.link.execute(wanted.with_for_update()).first()
    if found is None:
        raise Missing("The receiver")
    check_match(if_match, etag("receiver", found.id, found.version))
    if found.status == Status.CLOSED:
        raise NotAllowed("AlreadyCompleted", action, "The receiver is confirmed.")
    if found.status == Status.CANCELLED:
        raise NotAllowed("NotSupported", action, "The receiver is cancelled.")
    return found


def _take_in(work: Work, number: int, arrived: datetime | None, *, version: int) -> None:
    if arrived is not None and arrived > work.now:
        raise NotAllowed("DateInFuture", "Confirm", "arrivalDate is yet to come.")
    came = arrived or work.now
    work.link.execute(
        update(receive_items)
        .where(receive_items.c.receiver_id == number)
        .values(received=receive_items.c.expected, created=came)
    )
    _change(work, number, version=version, status=Status.CLOSED, arrived=came)


def _change(work: Work, number: int, **values: object) -> None:
    change = update(receivers).where(receivers.c.id == number)
    work.link.execute(change.values(modified=work.now, **values))
