"""What is kept of Amazon's and the warehouse's answers about an order, with everything personal hidden."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from dockwire.console.order_rows import OrderRows
from dockwire.decisions.purging import redacted
from dockwire.model.order import Order
from dockwire.services.holds import Known

HIDDEN = "(hidden)"
_ORDERS = TypeAdapter(Order)
_LONGEST = 50_000
"""Signs of one document that are shown."""
_DEEPEST = 40
_SHOWN = frozenset(
    {
        "orderId", "orderItemId", "marketplaceId", "marketplaceName", "createdTime", "lastUpdatedTime",
        "fulfillmentStatus", "fulfilledBy", "fulfillmentServiceLevel", "programs", "quantityOrdered",
        "quantityFulfilled", "quantityUnfulfilled", "sellerSku", "asin", "earliestDateTime", "latestDateTime",
        "countryCode", "stateOrRegion", "currencyCode", "amount",
    }
)  # fmt: skip
"""Members of Amazon's order that name no buyer."""
_PLAIN = re.compile(r"[\w.:+-]{0,60}")


@dataclass(frozen=True, slots=True)
class Document:
    """One answer as text."""

    name: str
    text: str


def documents_of(known: Known | None, raw: str | None, rows: OrderRows) -> tuple[Document, ...]:
    """Return the answers that the ledger keeps; ``raw`` is Amazon's text where that cannot be read."""
    found = []
    if raw:
        found.append(Document("Amazon's order as it came, which cannot be read", shown_text(raw)))
    entry = known.waiting.known if known is not None else None
    if entry is not None:
        found.append(Document("Amazon's order as it was read last", shown_order(entry.order)))
        if entry.placed_as is not None and entry.placed_as != entry.order:
            name = "Amazon's order as it was when the warehouse order was made"
            found.append(Document(name, shown_order(entry.placed_as)))
    for row in rows.parcels:
        kept = {"package": row.reference, "state": row.state, "attempts": row.attempts}
        kept |= {"content": _json(row.content), "answer": _json(row.problem)}
        found.append(Document(f"Package {row.reference} as Amazon is told, and its last answer", _text(kept)))
    for row in rows.closings:
        kept = {"state": row.state, "answer": row.sentence or None, "routing": _json(row.routing)}
        kept |= {"tracking": row.tracking, "all charges": row.total}
        found.append(Document(f"Ship and close of warehouse order {row.warehouse_order_id}", _text(kept)))
    return tuple(found)


def shown_order(order: Order) -> str:
    """Return an order as text; what a purge would delete of it is hidden."""
    whole, public = (_ORDERS.dump_python(each, mode="json") for each in (order, redacted(order)))
    return _text(_masked(whole, public))


def shown_text(raw: str) -> str:
    """Return what Amazon sent as text: its structure, and of its content only what certainly names nobody."""
    try:
        return _text(_known_only(json.loads(raw), "", 0))
    except (ValueError, RecursionError):
        return f"No JSON; {len(raw)} signs, {HIDDEN}"


def _masked(whole: Any, public: Any) -> Any:
    if whole == public:
        return whole
    if isinstance(whole, dict) and isinstance(public, dict):
        return {name: _masked(value, public.get(name)) for name, value in whole.items()}
    if isinstance(whole, list) and isinstance(public, list):
        others = [*public, *[None] * (len(whole) - len(public))]
        return [_masked(*pair) for pair in zip(whole, others, strict=False)]
    return HIDDEN


def _known_only(value: Any, name: str, depth: int) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {
            key if _PLAIN.fullmatch(key) else HIDDEN: _known_only(each, key, depth + 1)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_known_only(each, name, depth + 1) for each in value]
    plain = value is None or isinstance(value, bool) or _PLAIN.fullmatch(str(value)) is not None
    return value if plain and (value is None or name in _SHOWN) else HIDDEN


def _json(text: str | None) -> Any:
    return json.loads(text) if text else None


def _text(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n... and {len(text) - _LONGEST} signs more"
