"""The story of one order, from Amazon to the confirmation: one list of everything, newest first."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Row

from dockwire.console import order_words as words
from dockwire.console.act_words import act_in_words
from dockwire.console.fields import iso
from dockwire.console.hold_words import code_in_words
from dockwire.console.order_rows import OrderRows
from dockwire.console.parts import SHIP_ASKED, SHIP_REFUSED
from dockwire.console.records import OrderRecord, Told
from dockwire.model.console import Role
from dockwire.model.notice import NoticeKind
from dockwire.model.order import Order
from dockwire.model.record import ClosingState, Fact, FactKind

Moment = tuple[datetime, Told]
_MAILS = {
    NoticeKind.ORDERS_CREATED: "that it was created",
    NoticeKind.ORDERS_HELD: "that it needs a look",
    NoticeKind.SHIP_BY_RISK: "that its ship-by time is near or has passed",
    NoticeKind.SHIPMENTS_REFUSED: "that its shipment was refused",
}


def story_of(
    record: OrderRecord, order: Order | None, facts: Sequence[Fact], rows: OrderRows, role: Role
) -> tuple[Told, ...]:
    """Return everything that happened to an order, newest first; ``order`` is None where it cannot be read.

    Addresses of mails, and what was done at the console without effect, are for engineers.
    """
    moments = [
        *_from_amazon(record, order),
        *_asked(rows.audit),
        *_holds(rows.holds, facts),
        *((fact.at, _fact(fact, rows.runs)) for fact in facts if fact.kind not in words.ANSWERS),
        *_closings(rows.closings),
        *_packages(rows, facts),
        *((fact.at, _fact(fact, rows.runs)) for fact in facts if fact.kind in words.ANSWERS),
        *_mails(rows.mails, role),
        *(_audit(rows.audit) if role is Role.ENGINEER else ()),
    ]
    # What stands later in the list of equal moments happened later: sorting keeps that.
    moments.sort(key=lambda each: each[0])
    return tuple(told for _, told in reversed(moments))


def _told(at: datetime, who: str, what: str, *, run: str = "", **detail: str) -> Moment:
    shown = tuple((name.replace("_", " "), value) for name, value in detail.items() if value)
    return at, Told(iso(at), what, shown, who, run)


def _from_amazon(record: OrderRecord, order: Order | None) -> Iterator[Moment]:
    if order is not None:
        yield _told(order.created, words.AMAZON, "Ordered")
    yield _told(record.first_seen, words.DOCKWIRE, "Read for the first time")
    if order is not None and order.updated > order.created:
        yield _told(order.updated, words.AMAZON, "Changed last", status=record.amazon_status)


def _holds(rows: Sequence[Row[Any]], facts: Sequence[Fact]) -> Iterator[Moment]:
    """Yield reasons that began without a fact of their own, and the ends of all."""
    told = {fact.at for fact in facts if fact.kind in words.BEGINS_HOLD}
    for row in rows:
        why = code_in_words(row.code)
        if row.since not in told:
            yield _told(
                row.since,
                words.DOCKWIRE,
                "Waits",
                why=why,
                reason=row.sentence,
                who_can_fix_it=row.fixer if row.fixer != "nobody" else "",
            )
        if row.resolved is not None:
            yield _told(row.resolved, words.DOCKWIRE, "A reason ended", why=why, reason=row.sentence)


def _fact(fact: Fact, runs: Sequence[Row[Any]]) -> Told:
    who, what = words.who_and_what(fact)
    return Told(iso(fact.at), what, words.detail_of(fact), who, _run_of(fact, runs))


def _run_of(fact: Fact, runs: Sequence[Row[Any]]) -> str:
    """Return the run in which a fact came about, where only one was under way."""
    same = [row for row in runs if row.connection == fact.connection and row.flow == words.flow_of(fact)]
    found = []
    for row, later in zip_longest(same, same[1:]):
        # A run that crashed has no end: it was over when the next one began.
        ended = row.ended or (later.started if later is not None else None)
        if row.started <= fact.at and (ended is None or fact.at <= ended):
            found.append(str(row.run))
    return found[0] if len(found) == 1 else ""


def _closings(rows: Sequence[Row[Any]]) -> Iterator[Moment]:
    for row in rows:
        if row.state in (ClosingState.PLANNED, ClosingState.CLOSING):
            state = words.CLOSINGS[ClosingState(row.state)]
            told = {"tracking": row.tracking, "reason": row.sentence}
            yield _told(row.at, words.DOCKWIRE, f"Ship and close: {state}", **told)


def _packages(rows: OrderRows, facts: Sequence[Fact]) -> Iterator[Moment]:
    taken = {
        fact.detail.get("package"): fact.at for fact in facts if fact.kind is FactKind.SHIPMENT_CONFIRMED
    }
    for row in rows.parcels:
        content = json.loads(row.content) if row.content else {}
        yield _told(
            row.first_seen,
            words.WAREHOUSE,
            "A package is known",
            package=row.reference,
            carrier=content.get("carrier_name") or content.get("carrier_code", ""),
            tracking=content.get("tracking", ""),
        )
        if row.sent is not None:
            # Written anew when Amazon shows the package; it was told before it took it.
            sent = min(row.sent, taken.get(row.reference, row.sent))
            yield _told(sent, words.DOCKWIRE, "Told Amazon of the package", package=row.reference)
    for row in rows.feeds:
        yield _told(
            row.begun,
            words.DOCKWIRE,
            "Put the package into a feed to Amazon",
            package=row.reference,
            feed=row.amazon_id or "",
        )


def _mails(rows: Sequence[Row[Any]], role: Role) -> Iterator[Moment]:
    for row in rows:
        to = json.loads(row.recipients)
        shown = {"to": ", ".join(to) if role is Role.ENGINEER else f"{len(to)} of the connection's contacts"}
        shown["sent"] = iso(row.sent) if row.sent else "not yet"
        if role is Role.ENGINEER and row.last_error:
            shown["the server said"] = row.last_error
        about = _MAILS.get(NoticeKind(row.kind), row.kind.replace("_", " "))
        yield row.posted, Told(iso(row.posted), f"Mail {about}", tuple(shown.items()), words.DOCKWIRE)


_IN_VAIN = "Asked to ship and close it, and nothing was sent"


def _asked(rows: Sequence[Row[Any]]) -> Iterator[Moment]:
    """Yield who asked for the order to be closed, in vain or not: its facts name the run alone."""
    for row in rows:
        if row.act == SHIP_ASKED:
            yield _told(row.at, row.user, "Asked to ship and close it", role=row.role, note=row.detail)
        elif row.act == SHIP_REFUSED:
            yield _told(row.at, row.user, _IN_VAIN, role=row.role, reason=row.detail)


def _audit(rows: Sequence[Row[Any]]) -> Iterator[Moment]:
    for row in rows:
        # What was decided stands there by its fact.
        if not row.act.endswith("_done") and row.act not in (SHIP_ASKED, SHIP_REFUSED):
            yield _told(
                row.at,
                row.user,
                f"At the console: {act_in_words(row.act)}",
                role=row.role,
                detail=row.detail,
            )
