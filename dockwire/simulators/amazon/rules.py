"""The documented rules for the parameters of searchOrders and getOrder.

Source: parameter descriptions in the Orders v2026-01-01 model. Unknown parameters are ignored, as
public client libraries rely on it, unless the world is strict.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.simulators.amazon.errors import invalid_input
from dockwire.simulators.amazon.orders import TimeField
from dockwire.simulators.amazon.parameters import (
    Parameters,
    check_known,
    check_marketplaces,
    choices,
    moment,
    single,
    values,
    whole_number,
)
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.wire import DATASETS

STATUSES = frozenset(
    {
        "PENDING_AVAILABILITY",
        "PENDING",
        "UNSHIPPED",
        "PARTIALLY_SHIPPED",
        "SHIPPED",
        "CANCELLED",
        "UNFULFILLABLE",
    }
)
FULFILLERS = frozenset({"MERCHANT", "AMAZON"})
MAX_MARKETPLACES = 50
MAX_PAGE = 100

FRESHEST = timedelta(minutes=2)
"""Upper bounds lie at least this far back from the time of the request."""

_LISTS = frozenset({"fulfillmentStatuses", "marketplaceIds", "fulfilledBy", "includedData"})
_SINGLES = frozenset(
    {
        "createdAfter",
        "createdBefore",
        "lastUpdatedAfter",
        "lastUpdatedBefore",
        "maxResultsPerPage",
        "paginationToken",
    }
)


@dataclass(frozen=True, slots=True)
class Query:
    """A valid search; empty sets do not restrict. ``before`` is absent if the caller gave none."""

    field: TimeField
    after: datetime
    before: datetime | None
    statuses: frozenset[str]
    marketplaces: frozenset[str]
    fulfillers: frozenset[str]
    datasets: frozenset[str]
    page_size: int
    token: str | None

    def fingerprint(self) -> str:
        """Digest of what a page token obliges the caller to repeat unchanged."""
        times = [self.field, timestamp(self.after), self.before and timestamp(self.before)]
        sets = [sorted(chosen) for chosen in (self.statuses, self.marketplaces, self.fulfillers)]
        return hashlib.sha256(json.dumps([times, sets]).encode()).hexdigest()[:16]


def search_query(parameters: Parameters, now: datetime, *, region: str, strict: bool) -> Query:
    """Check the parameters of searchOrders.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        check_known(parameters, _LISTS | _SINGLES)
    field, after, before = _window(parameters, now)
    marketplaces = frozenset(values(parameters, "marketplaceIds"))
    check_marketplaces(marketplaces, region, most=MAX_MARKETPLACES)
    return Query(
        field=field,
        after=after,
        before=before,
        statuses=choices(parameters, "fulfillmentStatuses", STATUSES),
        marketplaces=marketplaces,
        fulfillers=choices(parameters, "fulfilledBy", FULFILLERS),
        datasets=choices(parameters, "includedData", DATASETS),
        page_size=whole_number(parameters, "maxResultsPerPage", most=MAX_PAGE, otherwise=MAX_PAGE),
        token=single(parameters, "paginationToken"),
    )


def order_datasets(parameters: Parameters, *, strict: bool) -> frozenset[str]:
    """Check the parameters of getOrder and return the datasets asked for.

    Raises:
        Refusal: 400 for a broken rule.
    """
    if strict:
        check_known(parameters, frozenset({"includedData"}))
    return choices(parameters, "includedData", DATASETS)


def _window(parameters: Parameters, now: datetime) -> tuple[TimeField, datetime, datetime | None]:
    created, updated = (name in parameters for name in ("createdAfter", "lastUpdatedAfter"))
    if created == updated:
        raise invalid_input("Provide exactly one of createdAfter and lastUpdatedAfter")
    own, other = ("created", "lastUpdated") if created else ("lastUpdated", "created")
    if f"{other}Before" in parameters:
        raise invalid_input(f"{other}Before may not be provided together with {own}After")
    after = moment(parameters, f"{own}After")
    before = moment(parameters, f"{own}Before") if f"{own}Before" in parameters else None
    if before is not None and before < after:
        raise invalid_input(f"{own}Before must be equal to or after {own}After")
    if before is not None and before > now - FRESHEST:
        raise invalid_input(f"{own}Before must be at least two minutes before the time of the request")
    return ("created" if created else "updated"), after, before
