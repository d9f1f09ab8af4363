"""Three books that must agree: Amazon's orders, the warehouse's orders and the ledger.

The comparison repeats none of the import's code: it takes the three books as plain rows, applies
its own reading of the rule and lists every order on which they differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

_READY = {"UNSHIPPED", "PARTIALLY_SHIPPED"}
_OTHERS_DELIVER = {"AMAZON_EASY_SHIP", "DELIVERY_BY_AMAZON", "IN_STORE_PICK_UP"}
_WAITING = {"held", "failed", "quarantined"}


@dataclass(frozen=True, slots=True)
class AmazonRow:
    """One order as Amazon has it."""

    order_id: str
    marketplace_id: str
    status: str
    fulfilled_by: str
    programs: frozenset[str]
    open_units: int
    readable: bool = True


@dataclass(frozen=True, slots=True)
class WarehouseRow:
    """One order as the warehouse has it."""

    order_id: int
    reference: str
    cancelled: bool
    on_hold: bool
    units: int
    closed: bool = False


@dataclass(frozen=True, slots=True)
class BookedRow:
    """One order as the ledger has it."""

    order_id: str
    state: str
    reference: str
    warehouse_order_id: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One order on which the books differ, and how."""

    order_id: str
    what: str


def compare(
    amazon: Iterable[AmazonRow], warehouse: Iterable[WarehouseRow], booked: Iterable[BookedRow]
) -> list[Difference]:
    """Return all differences, by order; an empty list means the books agree.

    ``amazon`` holds the orders of connected marketplaces only. An order that Amazon changed after it
    was created may stand in the warehouse on hold with another quantity.
    """
    theirs = _frame(amazon, AmazonRow)
    placed = _frame(warehouse, WarehouseRow)
    ours = _frame(booked, BookedRow)
    differences = [
        *_twice(ours, "order_id", "order_id", "stands twice in the ledger"),
        *_twice(placed, "reference", "reference", "stands twice in the warehouse"),
        *_unbooked(theirs, ours),
        *_unplaced(ours, placed),
        *_unexplained(placed, ours),
        *_against_rule(theirs, ours, shipped=set(placed[placed["closed"] == True]["reference"])),  # noqa: E712 - object column
        *_units(theirs, ours, placed),
    ]
    return sorted(differences, key=lambda difference: (difference.order_id, difference.what))


def _frame(rows: Iterable[Any], kind: type) -> pd.DataFrame:
    names = [field.name for field in fields(kind)]
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names, dtype=object)


def _told(frame: pd.DataFrame, column: str, what: str) -> list[Difference]:
    return [Difference(str(value), what) for value in frame[column]]


def _twice(frame: pd.DataFrame, column: str, named: str, what: str) -> list[Difference]:
    return _told(frame[frame.duplicated(column, keep="first")], named, what)


def _unbooked(theirs: pd.DataFrame, ours: pd.DataFrame) -> list[Difference]:
    missing = theirs[~theirs["order_id"].isin(ours["order_id"])]
    return _told(missing, "order_id", "is at Amazon and not in the ledger")


def _unplaced(ours: pd.DataFrame, placed: pd.DataFrame) -> list[Difference]:
    created = ours[ours["state"].isin(["created", "cancelled"])]
    joined = created.merge(placed, on="reference", how="left", suffixes=("", "_there"), indicator=True)
    gone = joined[joined["_merge"] == "left_only"]
    other = joined[(joined["_merge"] == "both") & (joined["warehouse_order_id"] != joined["order_id_there"])]
    open_still = joined[(joined["state"] == "cancelled") & (joined["cancelled"] == False)]  # noqa: E712 - object column
    ended = joined[(joined["state"] == "created") & (joined["cancelled"] == True)]  # noqa: E712 - object column
    return [
        *_told(gone, "order_id", "is booked as created and not in the warehouse"),
        *_told(other, "order_id", "is another warehouse order than the ledger says"),
        *_told(open_still, "order_id", "is booked as cancelled and open in the warehouse"),
        *_told(ended, "order_id", "is booked as created and cancelled in the warehouse"),
    ]


def _unexplained(placed: pd.DataFrame, ours: pd.DataFrame) -> list[Difference]:
    known = ours[ours["state"].isin(["created", "cancelled"])]["reference"]
    return _told(
        placed[~placed["reference"].isin(known)], "reference", "is in the warehouse without a booking"
    )


def _against_rule(theirs: pd.DataFrame, ours: pd.DataFrame, *, shipped: set[str]) -> list[Difference]:
    joined = theirs.merge(ours, on="order_id", how="inner")
    differences = []
    for row in joined.to_dict("records"):
        state = row["state"]
        if _ready(row) and state not in {"created", "cancelled"} | _WAITING:
            differences.append(Difference(row["order_id"], f"is ready to ship and booked as {state}"))
        if not row["readable"] and state not in {"quarantined", "created"}:
            differences.append(Difference(row["order_id"], f"is unreadable and booked as {state}"))
        # What has left the house cannot be taken back; the comparison of shipments looks after it.
        if state == "created" and row["reference"] not in shipped and (why := _never(row)):
            differences.append(Difference(row["order_id"], why))
    return differences


def _ready(row: dict[Any, Any]) -> bool:
    return bool(
        row["readable"]
        and row["status"] in _READY
        and row["fulfilled_by"] == "MERCHANT"
        and not row["programs"] & _OTHERS_DELIVER
        and row["open_units"] > 0
    )


def _never(row: dict[Any, Any]) -> str:
    """Return why an order should not stand in the warehouse, empty when it may."""
    if row["status"] == "CANCELLED":
        return "is cancelled at Amazon and booked as created"
    if row["status"] == "PENDING":
        return "is pending at Amazon and was created"
    if row["fulfilled_by"] != "MERCHANT" or row["programs"] & _OTHERS_DELIVER:
        return "is not ours to ship and was created"
    return ""


def _units(theirs: pd.DataFrame, ours: pd.DataFrame, placed: pd.DataFrame) -> list[Difference]:
    joined = theirs.merge(ours, on="order_id").merge(placed, on="reference", suffixes=("", "_there"))
    if joined.empty:
        return []
    quiet = joined[
        (joined["state"] == "created")
        & (joined["status"] == "UNSHIPPED")
        & (joined["on_hold"] == False)  # noqa: E712 - object column
        & (joined["cancelled"] == False)  # noqa: E712 - object column
        & (joined["open_units"] != joined["units"])
    ]
    return _told(quiet, "order_id", "has another quantity in the warehouse than at Amazon")
