"""What a tracking run did, in numbers and parcel by parcel."""

from dataclasses import dataclass, field
from datetime import datetime

from dockwire.model.parcel import LedgerParcel, Parcel, ParcelOutcome, ParcelState
from dockwire.model.record import Problem


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """One parcel of a run's report."""

    order_id: str
    reference: str
    carrier: str
    tracking: str
    state: str
    reason: str = ""


@dataclass(slots=True)
class TrackingReport:
    """What a run, or one step of it, did. Reports add up."""

    closed: int = 0
    """Closed warehouse orders of this connection with something new for Amazon."""
    parcels: int = 0
    """New, or with other content than before."""
    in_feed: int = 0
    """Handed over in a feed; what became of them is read later."""
    confirmed: int = 0
    visible: int = 0
    refused: int = 0
    not_needed: int = 0
    unknown: int = 0
    """Sent without an answer; sent again by the next run."""
    rows: list[ParcelLine] = field(default_factory=list)
    next_after: int | None = None
    """Where the next batch begins; None when there is none."""

    def add(self, other: "TrackingReport") -> None:
        """Count another step's work in."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rows.extend(other.rows)

    def count(self, known: LedgerParcel, outcome: ParcelOutcome) -> None:
        """Count what became of a parcel, and list it."""
        counted = {
            ParcelState.ACCEPTED: "confirmed",
            ParcelState.VISIBLE: "visible",
            ParcelState.REFUSED: "refused",
            ParcelState.NOT_NEEDED: "not_needed",
        }.get(outcome.state, "unknown")
        setattr(self, counted, getattr(self, counted) + 1)
        parcel: Parcel = known.parcel
        self.rows.append(
            ParcelLine(
                known.order.order_id,
                parcel.reference,
                parcel.carrier_name or parcel.carrier_code,
                parcel.tracking,
                outcome.state.value,
                outcome.problem.sentence if outcome.problem else "",
            )
        )

    def numbers(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in _COUNTED}


_COUNTED = tuple(name for name in TrackingReport.__dataclass_fields__ if name not in {"rows", "next_after"})


def outcome_of(
    known: LedgerParcel,
    state: ParcelState,
    problem: Problem | None,
    *,
    taken: bool = False,
    not_before: datetime | None = None,
) -> ParcelOutcome:
    """Return what became of a parcel that stands as it was read."""
    return ParcelOutcome(
        id=known.id,
        version=known.version,
        digest=known.digest,
        order_id=known.order.order_id,
        state=state,
        problem=problem,
        taken=taken,
        not_before=not_before,
    )
