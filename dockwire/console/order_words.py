"""What happened to an order, in a clerk's words: who did it, what, and in which flow's runs it happens."""

import re
from datetime import datetime

from dockwire.console.fields import iso
from dockwire.console.hold_words import code_in_words
from dockwire.decisions.health import FLOWS
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, Fact, FactKind

AMAZON, WAREHOUSE, DOCKWIRE = "Amazon", "warehouse", "dockwire"
IMPORT, TRACKING, CLOSING = "order-import", "tracking-update", "ship-and-close"
assert {IMPORT, TRACKING} <= set(FLOWS)

_FACTS: dict[FactKind, tuple[str, str, str]] = {
    FactKind.ORDER_CREATED: (DOCKWIRE, "Created in the warehouse", IMPORT),
    FactKind.ORDER_ADOPTED: (DOCKWIRE, "Found in the warehouse, and taken over", IMPORT),
    FactKind.ORDER_HELD: (DOCKWIRE, "Held", IMPORT),
    FactKind.ORDER_RELEASED: (DOCKWIRE, "Nothing holds it any more", IMPORT),
    FactKind.ORDER_FAILED: (WAREHOUSE, "Could not be created; it is tried again", IMPORT),
    FactKind.PERSON_DECIDED: ("a person", "Decided", ""),
    FactKind.ORDER_QUARANTINED: (AMAZON, "Sent in a form that cannot be read", IMPORT),
    FactKind.ORDER_FOUND_LATE: (DOCKWIRE, "Found by the daily comparison only", IMPORT),
    FactKind.CANCELLED_IN_WAREHOUSE: (WAREHOUSE, "Cancelled in the warehouse", IMPORT),
    FactKind.HELD_IN_WAREHOUSE: (WAREHOUSE, "Put on hold in the warehouse", IMPORT),
    FactKind.RELEASED_IN_WAREHOUSE: (WAREHOUSE, "Released in the warehouse", IMPORT),
    FactKind.CHANGE_NEEDS_PERSON: (WAREHOUSE, "Could not follow: a person has to act", IMPORT),
    FactKind.ORDER_CLOSED: (WAREHOUSE, "Shipped and closed", CLOSING),
    FactKind.CLOSE_REFUSED: (WAREHOUSE, "Not closed", CLOSING),
    FactKind.SHIPMENT_CONFIRMED: (AMAZON, "Took the shipment", TRACKING),
    FactKind.SHIPMENT_REFUSED: (AMAZON, "Did not take the shipment", TRACKING),
    FactKind.ORDER_PURGED: (DOCKWIRE, "Personal data deleted on schedule", ""),
    FactKind.OPEN_ORDER_PURGED: (DOCKWIRE, "Personal data deleted, though it is not finished", ""),
    FactKind.SHIP_BY_NEAR: (DOCKWIRE, "To be shipped soon", ""),
    FactKind.SHIP_BY_PASSED: (DOCKWIRE, "Ship-by time passed", ""),
}
ANSWERS = frozenset({FactKind.SHIPMENT_CONFIRMED, FactKind.SHIPMENT_REFUSED})
"""What Amazon says of a package, once it was told of it."""
BEGINS_HOLD = frozenset(
    {
        FactKind.ORDER_HELD,
        FactKind.ORDER_FAILED,
        FactKind.ORDER_QUARANTINED,
        FactKind.HELD_IN_WAREHOUSE,
        FactKind.CHANGE_NEEDS_PERSON,
    }
)
"""Each tells the reasons that began at its moment."""

PACKAGES = {
    ParcelState.TO_SEND: "Amazon is to be told",
    ParcelState.SENT: "Amazon was told, and has not answered",
    ParcelState.ACCEPTED: "Amazon took it",
    ParcelState.VISIBLE: "Amazon took it, and shows it",
    ParcelState.REFUSED: "Amazon did not take it, or it cannot be sent",
    ParcelState.NOT_NEEDED: "nothing to tell Amazon",
}

CLOSINGS = {
    ClosingState.PLANNED: "asked for",
    ClosingState.CLOSING: "under way",
    ClosingState.CLOSED: "closed",
    ClosingState.REFUSED: "not closed",
}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DETAILS = {
    "act": "what",
    "by": "by",
    "fixer": "who can fix it",
    "warehouse_order": "warehouse order",
    "charges_added": "charges added",
    "charges_total": "all charges",
    "counted_from": "counted from",
}


def who_and_what(fact: Fact) -> tuple[str, str]:
    """Return who brought a fact about, and what it is called."""
    who, what, _flow = _FACTS.get(fact.kind, (DOCKWIRE, fact.kind.value.replace("_", " "), ""))
    if fact.kind is FactKind.PERSON_DECIDED:
        who = fact.detail.get("by") or who
    return who, what


def flow_of(fact: Fact) -> str:
    """Return the flow whose runs bring such facts about; empty where none does."""
    return _FACTS.get(fact.kind, ("", "", ""))[2]


def detail_of(fact: Fact) -> tuple[tuple[str, str], ...]:
    """Return a fact's detail by names that people use."""
    detail = dict(fact.detail)
    if fact.kind is FactKind.PERSON_DECIDED:
        detail.pop("by", None)
    if code := detail.pop("code", ""):
        detail = {"why": ", ".join(code_in_words(each) for each in code.split(", ")), **detail}
    return tuple(
        (_DETAILS.get(name, name.replace("_", " ")), _moment_or(told))
        for name, told in detail.items()
        if told
    )


def _moment_or(told: str) -> str:
    """Return a moment as the page shows one, and anything else as it is."""
    try:
        at = datetime.fromisoformat(told) if _MOMENT.match(told) else None
    except ValueError:
        at = None
    return iso(at) if at is not None and at.tzinfo else told
