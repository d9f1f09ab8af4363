"""The documented rules for the search parameters of searchListingsItems, and which listings fit them.

Source: parameter descriptions in the Listings Items v2021-08-01 model.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dockwire.simulators.amazon.errors import invalid_input
from dockwire.simulators.amazon.listing_rules import DATASETS, Reading, listing_marketplaces
from dockwire.simulators.amazon.listing_wire import fn_sku, statuses
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.parameters import (
    Parameters,
    check_known,
    choices,
    moment,
    single,
    values,
    whole_number,
)

MAX_PAGE = 20
MAX_IDENTIFIERS = 20
_USUAL_PAGE = 10

_TYPES = frozenset({"ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC"})
_SEVERITIES = frozenset({"WARNING", "ERROR"})
_STATUSES = frozenset({"BUYABLE", "DISCOVERABLE"})
_TIMES = ("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore")
_RELATED = ("variationParentSku", "packageHierarchySku")
_SORTS: dict[str, Callable[[Listing], tuple[object, ...]]] = {
    "sku": lambda listing: (listing.sku,),
    "createdDate": lambda listing: (listing.created, listing.sku),
    "lastUpdatedDate": lambda listing: (listing.updated, listing.sku),
}
_KNOWN = frozenset(
    {
        "marketplaceIds", "issueLocale", "includedData", "identifiers", "identifiersType", *_RELATED, *_TIMES,
        "withIssueSeverity", "withStatus", "withoutStatus", "sortBy", "sortOrder", "pageSize", "pageToken",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """A valid search; what is absent or empty does not restrict. ``related`` never fits a listing here."""

    reading: Reading
    identifiers: tuple[str, ...]
    kind: str
    related: bool
    times: dict[str, datetime]
    severities: frozenset[str]
    having: frozenset[str]
    lacking: frozenset[str]
    sort: str
    descending: bool
    page_size: int
    token: str | None
    fingerprint: str

    def fits(self, listing: Listing) -> bool:
        """Say whether a listing is among the results."""
        known = statuses(listing)
        return (
            not self.related
            and (not self.identifiers or _identifier(listing, self.kind) in self.identifiers)
            and (not self.severities or any(each["severity"] in self.severities for each in listing.issues))
            and (not self.having or not self.having.isdisjoint(known))
            and self.lacking.isdisjoint(known)
            and all(_in_time(listing, name, bound) for name, bound in self.times.items())
        )

    def place(self, listing: Listing) -> tuple[object, ...]:
        """Return what listings are sorted by."""
        return _SORTS[self.sort](listing)


def listing_query(parameters: Parameters, *, region: str, strict: bool) -> ListingQuery:
    """Check the parameters of searchListingsItems.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        check_known(parameters, _KNOWN)
    places = listing_marketplaces(parameters, region)
    datasets = choices(parameters, "includedData", DATASETS) or frozenset({"summaries"})
    identifiers, kind = _identifiers(parameters)
    return ListingQuery(
        reading=Reading(places, datasets),
        identifiers=identifiers,
        kind=kind,
        related=_is_related(parameters),
        times={name: moment(parameters, name) for name in _TIMES if name in parameters},
        severities=choices(parameters, "withIssueSeverity", _SEVERITIES),
        having=choices(parameters, "withStatus", _STATUSES),
        lacking=choices(parameters, "withoutStatus", _STATUSES),
        sort=_one_of(parameters, "sortBy", frozenset(_SORTS), otherwise="lastUpdatedDate"),
        descending=_one_of(parameters, "sortOrder", frozenset({"ASC", "DESC"}), otherwise="DESC") == "DESC",
        page_size=whole_number(parameters, "pageSize", most=MAX_PAGE, otherwise=_USUAL_PAGE),
        token=single(parameters, "pageToken"),
        fingerprint=_fingerprint(parameters),
    )


def _identifiers(parameters: Parameters) -> tuple[tuple[str, ...], str]:
    found, kind = values(parameters, "identifiers"), single(parameters, "identifiersType")
    if bool(found) != (kind is not None):
        raise invalid_input("identifiers and identifiersType require each other")
    if len(found) > MAX_IDENTIFIERS:
        raise invalid_input(f"identifiers may hold at most {MAX_IDENTIFIERS} values")
    if kind is not None and kind not in _TYPES:
        raise invalid_input(f"identifiersType must be one of {', '.join(sorted(_TYPES))}")
    return tuple(found), kind or "SKU"


def _is_related(parameters: Parameters) -> bool:
    related = [single(parameters, name) for name in _RELATED if name in parameters]
    if len(related) + ("identifiers" in parameters) > 1:
        raise invalid_input("Provide only one of identifiers, variationParentSku and packageHierarchySku")
    return bool(related)


def _one_of(parameters: Parameters, name: str, allowed: frozenset[str], *, otherwise: str) -> str:
    value = single(parameters, name)
    if value is not None and value not in allowed:
        raise invalid_input(f"{name} must be one of {', '.join(sorted(allowed))}")
    return value or otherwise


def _fingerprint(parameters: Parameters) -> str:
    kept = sorted((name, found) for name, found in parameters.items() if name != "pageToken")
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]


def _identifier(listing: Listing, kind: str) -> str | None:
    known = {"SKU": listing.sku, "ASIN": listing.asin, "FNSKU": fn_sku(listing)}
    return known.get(kind)


def _in_time(listing: Listing, name: str, bound: datetime) -> bool:
    time = listing.created if name.startswith("created") else listing.updated
    return time >= bound if name.endswith("After") else time <= bound
