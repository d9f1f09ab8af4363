"""What became of parcels that Amazon was told of, or may have been."""

import json
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, select, update

from dockwire.errors import Fixer
from dockwire.ledger.facts import write_facts
from dockwire.ledger.tables import parcels
from dockwire.model.connection import Connection
from dockwire.model.parcel import ParcelOutcome, ParcelState
from dockwire.model.record import Fact, FactKind, Problem


def record_parcels(
    link: Link, connection: Connection, outcomes: Sequence[ParcelOutcome], *, now: datetime
) -> None:
    """Record what became of parcels, with facts.

    Of a parcel that changed meanwhile nothing is known but that Amazon may have its old content: it is
    to be told of the new one, again if need be.
    """
    facts: list[Fact] = []
    for outcome in sorted(outcomes, key=attrgetter("id")):
        row = link.execute(select(parcels).where(parcels.c.id == outcome.id).with_for_update()).one()
        if row.version != outcome.version:
            _put_right(link, row, outcome)
            continue
        _update(link, outcome, now)
        if (kind := _FACTS.get(outcome.state)) and not _told_before(row, outcome):
            detail = _detail(row) | reason(outcome.problem)
            facts.append(Fact(kind, now, connection.slug, outcome.order_id, detail))
    write_facts(link, facts)


_FACTS = {
    ParcelState.ACCEPTED: FactKind.SHIPMENT_CONFIRMED,
    # Of a parcel whose acceptance was lost on the way.
    ParcelState.VISIBLE: FactKind.SHIPMENT_CONFIRMED,
    ParcelState.REFUSED: FactKind.SHIPMENT_REFUSED,
}


def _told_before(row: Row[Any], outcome: ParcelOutcome) -> bool:
    if outcome.state is ParcelState.VISIBLE:
        return row.state in {ParcelState.ACCEPTED, ParcelState.VISIBLE}
    return (row.state, row.problem) == (outcome.state, told(outcome.problem))


def _update(link: Link, outcome: ParcelOutcome, now: datetime) -> None:
    values: dict[str, Any] = {
        "state": outcome.state,
        "problem": told(outcome.problem),
        "not_before": outcome.not_before,
        "version": parcels.c.version + 1,
        "attempts": parcels.c.attempts + 1,
    }
    if outcome.taken:
        values |= {"sent_digest": parcels.c.digest, "sent": now}
    elif outcome.state is ParcelState.SENT:
        # Amazon may have it: a later change is a correction.
        values["sent_digest"] = parcels.c.digest
    link.execute(update(parcels).where(parcels.c.id == outcome.id).values(values))


def _put_right(link: Link, row: Row[Any], outcome: ParcelOutcome) -> None:
    told_old = (outcome.taken or outcome.state is ParcelState.SENT) and outcome.digest != row.digest
    # A withdrawn parcel has no digest and waits for a person as it is.
    if told_old and row.digest:
        link.execute(
            update(parcels)
            .where(parcels.c.id == row.id)
            .values(state=ParcelState.TO_SEND, sent_digest=outcome.digest, version=row.version + 1)
        )


def _detail(row: Row[Any]) -> dict[str, str]:
    content = json.loads(row.content) if row.content else {}
    names = {"carrier_code": "carrier", "tracking": "tracking", "service": "service"}
    return {"package": row.reference} | {shown: str(content.get(name, "")) for name, shown in names.items()}


def reason(problem: Problem | None) -> dict[str, str]:
    """Return a problem as a fact tells it."""
    if problem is None:
        return {}
    return {"code": problem.code, "reason": problem.sentence, "fixer": problem.fixer.value}


def told(problem: Problem | None) -> str | None:
    """Return a problem as its column holds it."""
    return None if problem is None else json.dumps(reason(problem), ensure_ascii=False)


def understood(told: str | None) -> Problem | None:
    """Return a problem from its column."""
    if told is None:
        return None
    read = json.loads(told)
    return Problem(read["code"], read["reason"], Fixer(read["fixer"]))
