"""Putting orders on hold and releasing them, many at once, each for itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockwire.warehouse import allocation, contents, order_state
from dockwire.warehouse.members import Members
from dockwire.warehouse.problems import Missing, NotAllowed, Problem
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.work import Work


@dataclass(frozen=True, slots=True)
class Hold:
    """What shall happen to the orders: a hold with its reason, or (``release``) the end of it."""

    reason: str
    deallocate: bool = False
    release: bool = False


def read_order_ids(body: object) -> list[int]:
    """Read the numbers in ``{"orderIdentifiers": [{"id": 1}]}``.

    Raises:
        InvalidModel: there are none, or one is no number.
    """
    return read_ids(body, "orderIdentifiers", "order")


def read_ids(body: object, name: str, kind: str) -> list[int]:
    """Read the numbers in a list of identifiers.

    Raises:
        InvalidModel: there are none, or one is no number.
    """
    members = Members(body, model=name[0].upper() + name[1:])
    numbers = []
    for entry in members.children(name):
        number = entry.number("id")
        if number is None:
            raise entry.invalid("id", "Required", f"{kind.capitalize()}s are named by their ids.")
        numbers.append(number)
    if not numbers:
        raise members.invalid(name, "Required", f"Name at least one {kind}.")
    return numbers


def hold_orders(work: Work, order_ids: Sequence[int], hold: Hold) -> Resource:
    """Hold or release orders; tell which are held now, and why others are not."""
    held: list[int] = []
    faults: list[Resource] = []
    # Locking by number keeps two such calls from waiting for each other.
    for order_id in sorted(set(order_ids)):
        try:
            _apply(work, order_id, hold)
        except (Missing, NotAllowed) as problem:
            faults.append(fault(order_ids.index(order_id) + 1, order_id, problem))
        else:
            held.extend([] if hold.release else [order_id])
    return {"heldOrderIds": held, "exceptions": faults}


def _apply(work: Work, order_id: int, hold: Hold) -> None:
    order = order_state.lock(work, order_id)
    order_state.need_open(order, "Hold")
    if hold.release:
        if order.on_hold_date is None:
            raise NotAllowed("NotSupported", "Release", "The order is not on hold.")
        order_state.change(work, order, on_hold_date=None, on_hold_reason="")
        return
    if order.members.get("routingInfo", {}).get("trackingNumber") or contents.is_tracked(work, order_id):
        raise NotAllowed("InUse", "Hold", "The order has a tracking number.")
    order_state.change(work, order, on_hold_date=order.on_hold_date or work.now, on_hold_reason=hold.reason)
    if hold.deallocate:
        allocation.deallocate(work, order_id)


def fault(number: int, entry_id: int, problem: Problem) -> Resource:
    """Return what is wrong with one entry of a request; entries count from 1."""
    return {"entryNumber": number, "entryInfo": str(entry_id), "wmsException": problem.body()}
