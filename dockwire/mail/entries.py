"""From facts to what a notice lists: grouped by what happened and by who can act."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dockwire.mail.letter import Entry, Group
from dockwire.model.record import Fact, FactKind

LISTED = 100
"""Entries in one mail; the rest is counted."""

_RUNS = {FactKind.RUN_FAILED, FactKind.RUN_CRASHED, FactKind.RUN_LATE}
_TITLES = {
    FactKind.ORDERS_FLOWING: "first orders",
    FactKind.ORDER_CREATED: "created",
    FactKind.ORDER_ADOPTED: "found in the warehouse and adopted",
    FactKind.ORDER_HELD: "held",
    FactKind.ORDER_FAILED: "failed, will be tried again",
    FactKind.ORDER_QUARANTINED: "unreadable, kept and asked for again",
    FactKind.ORDER_FOUND_LATE: "found late by the daily comparison",
    FactKind.CANCELLED_IN_WAREHOUSE: "cancelled in the warehouse",
    FactKind.HELD_IN_WAREHOUSE: "stopped in the warehouse: look before shipping",
    FactKind.CHANGE_NEEDS_PERSON: "changed at Amazon, and the warehouse could not follow: act now",
    FactKind.HOLDS_WAIT: "waiting",
    FactKind.SHIP_BY_NEAR: "has to ship soon",
    FactKind.SHIP_BY_PASSED: "late: the ship-by time has passed",
    FactKind.CLOSE_REFUSED: "not closed in the warehouse",
    FactKind.SHIPMENT_REFUSED: "not confirmed at Amazon",
    FactKind.OPEN_ORDER_PURGED: "unfinished, and the buyer's data had to be deleted",
    FactKind.STOCK_REFUSED: "refused by Amazon",
    FactKind.STOCK_DIFFERS: "accepted by Amazon and never applied, sent again",
    FactKind.STOCK_WITHHELD: "not set any more, and Amazon goes on selling",
    FactKind.CONSENT_EXPIRES: "consent ends",
    FactKind.SECRET_EXPIRES: "client secret ends",
    FactKind.RUN_FAILED: "run failed",
    FactKind.RUN_CRASHED: "run crashed",
    FactKind.RUN_LATE: "run not started in time",
}


def groups(facts: Sequence[Fact], zone: ZoneInfo) -> tuple[Group, ...]:
    """Return what to list, by what happened and within that by who can act: each reads on from one's title."""
    kinds = list(dict.fromkeys(fact.kind for fact in facts))
    found: dict[str, list[Entry]] = {}
    for fact in sorted(facts[:LISTED], key=lambda fact: (kinds.index(fact.kind), _fixer(fact))):
        found.setdefault(_title(fact), []).append(Entry(_name(fact, zone), tuple(_lines(fact, zone))))
    return tuple(Group(title, tuple(entries)) for title, entries in found.items())


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people of the zone read it."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _title(fact: Fact) -> str:
    fixer = _fixer(fact)
    title = _TITLES[fact.kind] + (f" (who can fix it: {fixer})" if fixer else "")
    return title[0].upper() + title[1:]


def _fixer(fact: Fact) -> str:
    fixer = fact.detail.get("fixer", "")
    return "" if fixer == "nobody" else fixer


def _name(fact: Fact, zone: ZoneInfo) -> str:
    detail = fact.detail
    if fact.kind in _RUNS:
        return f"{moment(fact.at, zone)}  {detail.get('flow', 'run')}"
    if fact.kind is FactKind.HOLDS_WAIT:
        return f"{detail.get('orders', '?')} x {detail.get('code', '')}"
    if fact.kind is FactKind.CONSENT_EXPIRES:
        return f"seller {detail.get('seller', '?')}, region {detail.get('region', '?')}"
    if fact.kind is FactKind.SECRET_EXPIRES:
        return f"application {detail.get('application', '?')}"
    return detail.get("sku") or fact.order_id or moment(fact.at, zone)


def _lines(fact: Fact, zone: ZoneInfo) -> Iterator[str]:
    detail = fact.detail
    if detail.get("ship_by"):
        yield f"ship by {moment(datetime.fromisoformat(detail['ship_by']), zone)}"
    if detail.get("orders") and fact.kind is FactKind.ORDERS_FLOWING:
        yield f"orders in the warehouse: {detail['orders']}"
    if detail.get("reason"):
        yield detail["reason"]
    if detail.get("since"):
        since = moment(datetime.fromisoformat(detail["since"]), zone)
        yield f"the oldest waits since {since}, {detail.get('age', '')}; for instance {detail.get('example', '')}"
    if detail.get("sku") and detail.get("quantity"):
        yield f"wanted {detail['quantity']}"
    if detail.get("amazon_has"):
        yield f"Amazon has {detail['amazon_has']}"
    if detail.get("tracking"):
        yield f"{detail.get('carrier', '')} {detail['tracking']}".strip()
    place = [f"warehouse order {detail['warehouse_order']}"] if detail.get("warehouse_order") else []
    place += [f"to {detail['region']}"] if detail.get("region") else []
    if place:
        yield ", ".join(place)
    if detail.get("run"):
        yield f"Prefect flow run {detail['run']}"
