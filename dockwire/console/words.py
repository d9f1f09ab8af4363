"""How the console names what the ledger knows: the words of ``docs/orders.md`` and ``docs/shipping.md``."""

from dockwire.model.marketplaces import MARKETPLACES
from dockwire.model.record import OrderState, Shipping

STATES = {
    OrderState.NEW: "new",
    OrderState.WATCHED: "watched: pending at Amazon",
    OrderState.SKIPPED: "skipped: not the warehouse's",
    OrderState.HELD: "held",
    OrderState.QUARANTINED: "unreadable",
    OrderState.CLAIMED: "being created",
    OrderState.FAILED: "failed, tried again",
    OrderState.CANCELLED: "cancelled",
}
"""Orders outside the warehouse; those inside are named by how far they are shipped."""

SHIPPING = {
    Shipping.TO_SHIP: "to ship",
    Shipping.ON_HOLD: "on hold in the warehouse",
    Shipping.TO_STOP: "to be held or cancelled",
    Shipping.TO_CONFIRM: "shipped, Amazon to be told",
    Shipping.REFUSED: "shipped, refused by Amazon",
    Shipping.CONFIRMED: "shipped, confirmed",
    Shipping.NOT_NEEDED: "shipped, nothing to tell",
}


def state_in_words(state: str, shipping: str | None) -> str:
    """Return where an order stands."""
    if state == OrderState.CREATED or (shipping and state not in STATES):
        return SHIPPING[Shipping(shipping)] if shipping else "in the warehouse"
    return STATES[OrderState(state)]


def marketplace_code(marketplace_id: str | None) -> str:
    """Return a marketplace's two letters, or its id where it is unknown."""
    return _CODES.get(marketplace_id or "", marketplace_id or "")


_CODES = {str(each.id): each.code for each in MARKETPLACES.values()}
