"""The documented rules for the parameters of searchOrders and getOrder.

Source: parameter descriptions in the Orders v2026-01-01 model. Lists arrive comma-separated, the
Swagger default; repeated parameters are understood too. Unknown parameters are ignored, as public
client libraries rely on it, unless the world is strict.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.simulators.amazon.errors import access_denied, invalid_input
from dockwire.simulators.amazon.marketplaces import BY_ID
from dockwire.simulators.amazon.orders import TimeField
from dockwire.simulators.amazon.timestamps import instant, timestamp
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

Parameters = Mapping[str, list[str]]
"""Values per name, in the order in which they came."""


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


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect the values of each query parameter."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def search_query(parameters: Parameters, now: datetime, *, region: str, strict: bool) -> Query:
    """Check the parameters of searchOrders.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        _check_known(parameters, _LISTS | _SINGLES)
    field, after, before = _window(parameters, now)
    marketplaces = frozenset(_values(parameters, "marketplaceIds"))
    _check_marketplaces(marketplaces, region)
    return Query(
        field=field,
        after=after,
        before=before,
        statuses=_choices(parameters, "fulfillmentStatuses", STATUSES),
        marketplaces=marketplaces,
        fulfillers=_choices(parameters, "fulfilledBy", FULFILLERS),
        datasets=_choices(parameters, "includedData", DATASETS),
        page_size=_page_size(_single(parameters, "maxResultsPerPage")),
        token=_single(parameters, "paginationToken"),
    )


def order_datasets(parameters: Parameters, *, strict: bool) -> frozenset[str]:
    """Check the parameters of getOrder and return the datasets asked for.

    Raises:
        Refusal: 400 for a broken rule.
    """
    if strict:
        _check_known(parameters, frozenset({"includedData"}))
    return _choices(parameters, "includedData", DATASETS)


def _window(parameters: Parameters, now: datetime) -> tuple[TimeField, datetime, datetime | None]:
    created, updated = (name in parameters for name in ("createdAfter", "lastUpdatedAfter"))
    if created == updated:
        raise invalid_input("Provide exactly one of createdAfter and lastUpdatedAfter")
    own, other = ("created", "lastUpdated") if created else ("lastUpdated", "created")
    if f"{other}Before" in parameters:
        raise invalid_input(f"{other}Before may not be provided together with {own}After")
    after = _moment(parameters, f"{own}After")
    before = _moment(parameters, f"{own}Before") if f"{own}Before" in parameters else None
    if before is not None and before < after:
        raise invalid_input(f"{own}Before must be equal to or after {own}After")
    if before is not None and before > now - FRESHEST:
        raise invalid_input(f"{own}Before must be at least two minutes before the time of the request")
    return ("created" if created else "updated"), after, before


def _moment(parameters: Parameters, name: str) -> datetime:
    try:
        return instant(_single(parameters, name) or "")
    except ValueError:
        message = f"Invalid date/time field [{name}]"
        raise invalid_input("timestamp must follow ISO8601", message) from None


def _page_size(text: str | None) -> int:
    if text is None:
        return MAX_PAGE
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_PAGE):
        raise invalid_input("maxResultsPerPage must be between 1 and 100")
    return int(text)


def _single(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name, [])
    if len(values) > 1:
        raise invalid_input(f"{name} may be provided only once")
    return values[0] if values else None


def _values(parameters: Parameters, name: str) -> list[str]:
    return [part for value in parameters.get(name, []) for part in value.split(",") if part]


def _choices(parameters: Parameters, name: str, allowed: frozenset[str]) -> frozenset[str]:
    chosen = frozenset(_values(parameters, name))
    if not chosen <= allowed:
        raise invalid_input(f"{name} has a value that is not one of {', '.join(sorted(allowed))}")
    return chosen


def _check_marketplaces(marketplaces: frozenset[str], region: str) -> None:
    if len(marketplaces) > MAX_MARKETPLACES:
        raise invalid_input(f"marketplaceIds may hold at most {MAX_MARKETPLACES} values")
    known = [BY_ID.get(marketplace_id) for marketplace_id in marketplaces]
    if None in known:
        raise invalid_input("marketplaceIds has an unknown value")
    if any(marketplace.region != region for marketplace in known if marketplace):
        raise access_denied()


def _check_known(parameters: Parameters, known: frozenset[str]) -> None:
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise invalid_input(f"unknown parameters: {', '.join(unknown)}")
