"""Three books of what was shipped: the warehouse's closed orders, the ledger's parcels, Amazon's packages.

Like the comparison of orders it repeats none of the flows' code: it takes plain rows and lists every
order on which the books differ, down to the charges.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dockwire.reports.reconciliation import Difference

_TOLD = {"accepted", "visible"}
_SETTLED = {"refused", "not_needed"}


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """One closed order as the warehouse has it."""

    order_id: str
    tracking: frozenset[str]
    charges_added: Decimal
    """The sum of the charges that people added."""


@dataclass(frozen=True, slots=True)
class ParcelBook:
    """One parcel as the ledger has it."""

    order_id: str
    tracking: str
    state: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """One order's packages as Amazon has them."""

    order_id: str
    status: str
    packages: Counter[str] = field(default_factory=Counter)
    """Tracking numbers, each as often as there are packages with it."""
    open_units: int = 0


def compare_shipments(
    closed: Iterable[ClosedRow],
    parcels: Iterable[ParcelBook],
    sent: Iterable[SentRow],
    charged: Mapping[str, Decimal],
) -> list[Difference]:
    """Return all differences, by order; an empty list means the books agree.

    ``charged`` is what ship-and-close requests added to each order, as the ledger has it.
    """
    orders = {row.order_id: row for row in closed}
    theirs = {row.order_id: row for row in sent}
    booked: dict[str, list[ParcelBook]] = {}
    for parcel in parcels:
        booked.setdefault(parcel.order_id, []).append(parcel)
    differences = [
        Difference(order_id, what)
        for order_id, row in orders.items()
        for what in _closed_order(row, booked.get(order_id, []), theirs.get(order_id), charged)
    ]
    differences += [
        Difference(order_id, "has parcels and is not closed in the warehouse")
        for order_id in booked.keys() - orders.keys()
    ]
    differences += [
        Difference(order_id, "was charged and is not closed in the warehouse")
        for order_id in charged.keys() - orders.keys()
    ]
    return sorted(differences, key=lambda difference: (difference.order_id, difference.what))


def _closed_order(
    row: ClosedRow, parcels: list[ParcelBook], sent: SentRow | None, charged: Mapping[str, Decimal]
) -> Iterable[str]:
    if row.charges_added != (wanted := charged.get(row.order_id, Decimal(0))):
        yield f"bears {row.charges_added} of added charges where {wanted} were asked for"
    if not parcels:
        yield "is closed and Amazon was never to be told"
    yield from (
        f"has a parcel {parcel.tracking} that still is {parcel.state}"
        for parcel in parcels
        if parcel.state not in _TOLD | _SETTLED
    )
    told = [parcel for parcel in parcels if parcel.state in _TOLD]
    if any(parcel.tracking not in row.tracking for parcel in told):
        yield "was told to Amazon with a tracking number the warehouse does not have"
    if sent is None:
        yield "is closed and not at Amazon"
        return
    for tracking, count in Counter(parcel.tracking for parcel in told).items():
        if sent.packages[tracking] != count:
            yield f"has {sent.packages[tracking]} packages {tracking} at Amazon where {count} were confirmed"
    if told and len(told) == len(parcels) and (sent.status, sent.open_units) != ("SHIPPED", 0):
        yield f"is confirmed whole and {sent.status} at Amazon"
