"""When an order's personal data has to go, and what stays of the order.

Amazon allows personal data for 30 days after delivery (its data protection policy, see
docs/personal-data.md). Its orders do not say when a parcel arrived, so the days count from the shipment:
that is never too late. Orders that never end have a limit of their own, and people are told when it
strikes.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Decision, Hold, Import, decide_import
from dockwire.errors import Fixer
from dockwire.model.order import Address, FulfilledBy, Order, OrderStatus
from dockwire.model.override import Overrides
from dockwire.model.purge import PurgePolicy, PurgeRule
from dockwire.model.record import LedgerOrder, OrderState, Problem

_OVER = frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED, OrderStatus.UNFULFILLABLE})
_SHIPPABLE = frozenset({OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED})
_IN_WAREHOUSE = frozenset({OrderState.CLAIMED, OrderState.CREATED, OrderState.CANCELLED})

PURGED = Problem(
    "purged",
    "The buyer's data was deleted on schedule before the order was created, so it cannot be created any more; "
    "ship or cancel it in Seller Central.",
    Fixer.MERCHANT,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule looks at."""

    order: Order | None
    """None: it cannot be read."""
    state: OrderState
    served: bool
    """Whether a connection serves its marketplace."""
    since: datetime
    """When it was first seen, or began to be unreadable."""
    shipped: datetime | None = None
    """When the last of its packages shipped."""
    unsettled: bool = False
    """A package of it is refused, or Amazon was not told of it yet."""


@dataclass(frozen=True, slots=True)
class Due:
    """From when an order's personal data has to go, and why."""

    at: datetime
    rule: PurgeRule
    counted_from: datetime
    told: bool
    """Somebody may still be waiting for this order: people hear of it."""


def purge_due(standing: Standing, policy: PurgePolicy) -> Due:
    """Return when personal data has to go; every order has such a moment."""
    end = _end(standing)
    if end is not None:
        rule, moment = end
        return Due(moment + policy.after, rule, moment, told=_is_unfinished(standing))
    moment = _last_sign(standing)
    return Due(moment + policy.open_after, PurgeRule.OPEN_TOO_LONG, moment, told=True)


def redacted(order: Order) -> Order:
    """Return the order without personal data: what was bought, shipped and promised stays.

    Of the address only state and country stay; Amazon does not count them as personal.
    """
    place = order.address
    return replace(
        order,
        address=place and Address(state=place.state, country=place.country),
        lines=tuple(replace(line, gift_message="", cancel_reason="") for line in order.lines),
    )


def comes_back(state: OrderState, order: Order) -> bool:
    """Return whether a purged order that changed at Amazon is wanted again with its personal data.

    Only one that is to be shipped and never reached the warehouse: without its address it would be lost.
    """
    return (
        state not in _IN_WAREHOUSE
        and order.status in _SHIPPABLE
        and order.fulfilled_by is FulfilledBy.MERCHANT
        and any(line.quantity_open for line in order.lines)
    )


def decide_known(known: LedgerOrder, rules: ImportRules, overrides: Overrides) -> Decision:
    """Return what to do with an order of the ledger; one without its personal data is never created."""
    decision = decide_import(known.order, rules, overrides)
    return decision if known.purged is None else after_purge(decision)


def after_purge(decision: Decision) -> Decision:
    """Return what becomes of a decision on an order without its personal data: it is never created."""
    if isinstance(decision, Import):
        return Hold((PURGED,))
    if isinstance(decision, Hold):
        others = tuple(each for each in decision.problems if not each.code.startswith("address_"))
        return Hold((PURGED, *others))
    return decision


def _end(standing: Standing) -> tuple[PurgeRule, datetime] | None:
    """Return why and when the order ended."""
    if standing.shipped is not None:
        return PurgeRule.SHIPPED, standing.shipped
    if standing.order is None:
        return None
    changed = standing.order.updated
    if standing.state is OrderState.CANCELLED:
        return PurgeRule.CANCELLED, changed
    if standing.order.status in _OVER:
        return PurgeRule.OVER, changed
    if standing.state is OrderState.SKIPPED or not standing.served:
        return PurgeRule.NOT_OURS, changed
    return None


def _is_unfinished(standing: Standing) -> bool:
    """Whether Amazon still waits for something of an order that ended here."""
    order = standing.order
    in_part = order is not None and order.status is OrderStatus.PARTIALLY_SHIPPED
    return standing.unsettled or (in_part and standing.shipped is not None)


def _last_sign(standing: Standing) -> datetime:
    """Return the last moment that speaks for the order being alive: seen, changed, or to be shipped by."""
    if standing.order is None:
        return standing.since
    moments = (standing.since, standing.order.updated, standing.order.ship_by.latest)
    return max(moment for moment in moments if moment is not None)
