"""Which parcels can travel in a feed at all: what its XML and its schema have room for.

Source: the public schemas of the fulfilment feed, OrderFulfillment.xsd and amzn-base.xsd.
"""

import re
from collections.abc import Iterator

from dockwire.decisions.carriers import OTHER
from dockwire.errors import Fixer
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel
from dockwire.model.record import Problem

_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}", re.ASCII)
_REFERENCE = re.compile(r"0*[1-9][0-9]*", re.ASCII)
_LONGEST_REFERENCE = 20
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 has no place for, or changes on the way (tabs, line ends)."""


def unfit(order: Order, parcel: Parcel) -> Problem | None:
    """Return why a parcel cannot be put into a feed, naming order and field, never the value."""
    for field, complaint in _complaints(order, parcel):
        sentence = f"Parcel of order {_named(order)} cannot be put into a feed: {field} {complaint}."
        return Problem("unfit_for_feed", sentence, Fixer.CLERK)
    return None


def _named(order: Order) -> str:
    return order.order_id if _ORDER_ID.fullmatch(order.order_id) else "without a proper order id"


def _complaints(order: Order, parcel: Parcel) -> Iterator[tuple[str, str]]:
    if not _ORDER_ID.fullmatch(order.order_id):
        yield "order id", "is not in Amazon's 3-7-7 form"
    if not _REFERENCE.fullmatch(parcel.reference) or len(parcel.reference) > _LONGEST_REFERENCE:
        yield "reference", f"must be a positive number of at most {_LONGEST_REFERENCE} digits"
    if parcel.shipped.tzinfo is None:
        yield "ship date", "has no time zone"
    yield from _texts(parcel)
    yield from _items(parcel)


def _texts(parcel: Parcel) -> Iterator[tuple[str, str]]:
    named = parcel.carrier_code == OTHER
    carrier = ("carrier name", parcel.carrier_name) if named else ("carrier code", parcel.carrier_code)
    for field, text in (carrier, ("tracking number", parcel.tracking)):
        if not text.strip():
            yield field, "is missing"
    for field, text in (carrier, ("service", parcel.service), ("tracking number", parcel.tracking)):
        if not writable(text):
            yield field, "holds a character that XML does not allow"


def _items(parcel: Parcel) -> Iterator[tuple[str, str]]:
    if not parcel.items:
        yield "items", "are missing"
    for item in parcel.items:
        if not item.item_id.strip() or not writable(item.item_id):
            yield "item id", "is missing or holds a character that XML does not allow"
        if item.quantity < 1:
            yield "quantity", "must be at least 1"


def writable(text: str) -> bool:
    """Return whether XML 1.0 carries a text unchanged."""
    return _UNWRITABLE.search(text) is None
