"""The operations the simulator speaks, and how requests find them.

SP-API paths exist twice: at the root, where the token decides the region, and under ``/na``, ``/eu``
and ``/fe``, where a token of another region is refused as the real regional hosts refuse it.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from starlette.types import Scope

from dockwire.simulators.amazon.consent_pages import CONSENT_PATH

LWA_TOKEN = "token"  # noqa: S105 - an operation's name
UNSUPPORTED = "unsupported"
CONSENT = "consentPage"
"""Seller Central's consent page, in the journal; not an operation of the API."""

STORAGE = "/feed-storage/"
"""Path under which the contents of feed documents are put and got, without a token."""

STORAGE_OPERATIONS = {"PUT": "uploadFeedDocument", "GET": "downloadFeedDocument"}
"""What that is called in the journal, by method."""

_FEEDS = "/feeds/2021-06-30"
_LISTINGS = r"/listings/2021-08-01/items/(?P<seller_id>[^/]+)"
_ROUTES = [
    ("searchOrders", "GET", re.compile(r"/orders/2026-01-01/orders")),
    ("getOrder", "GET", re.compile(r"/orders/2026-01-01/orders/(?P<order_id>[^/]+)")),
    ("confirmShipment", "POST", re.compile(r"/orders/v0/orders/(?P<order_id>[^/]+)/shipmentConfirmation")),
    ("getMarketplaceParticipations", "GET", re.compile(r"/sellers/v1/marketplaceParticipations")),
    ("createFeedDocument", "POST", re.compile(_FEEDS + r"/documents")),
    ("getFeedDocument", "GET", re.compile(_FEEDS + r"/documents/(?P<document_id>[^/]+)")),
    ("createFeed", "POST", re.compile(_FEEDS + r"/feeds")),
    ("getFeeds", "GET", re.compile(_FEEDS + r"/feeds")),
    ("getFeed", "GET", re.compile(_FEEDS + r"/feeds/(?P<feed_id>[^/]+)")),
    ("cancelFeed", "DELETE", re.compile(_FEEDS + r"/feeds/(?P<feed_id>[^/]+)")),
    ("getListingsItem", "GET", re.compile(_LISTINGS + r"/(?P<sku>[^/]+)")),
    ("searchListingsItems", "GET", re.compile(_LISTINGS)),
    ("patchListingsItem", "PATCH", re.compile(_LISTINGS + r"/(?P<sku>[^/]+)")),
]
_PREFIX = re.compile(r"/(na|eu|fe)(?=/)")


@dataclass(frozen=True, slots=True)
class Call:
    """Which operation a request means; ``region`` is set when the path names one."""

    operation: str
    region: str | None = None
    arguments: dict[str, str] = field(default_factory=dict)


def wire_path(scope: Scope) -> str:
    """Return a request's path as it was sent: an encoded slash is part of a SKU, a bare one is not."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(scope["path"])


def find_call(method: str, path: str) -> Call:
    """Recognise a request by its path as it was sent; what is not simulated becomes ``unsupported``."""
    if (method, path) == ("POST", "/auth/o2/token"):
        return Call(LWA_TOKEN)
    if path == CONSENT_PATH and method in {"GET", "POST"}:
        return Call(CONSENT)
    if path.startswith(STORAGE) and method in STORAGE_OPERATIONS:
        return Call(STORAGE_OPERATIONS[method], None, {"document_id": unquote(path.removeprefix(STORAGE))})
    prefix = _PREFIX.match(path)
    region = prefix.group(1).upper() if prefix else None
    rest = path[prefix.end() :] if prefix else path
    for operation, wanted, pattern in _ROUTES:
        match = pattern.fullmatch(rest)
        if match and method == wanted:
            arguments = {name: unquote(value) for name, value in match.groupdict().items()}
            return Call(operation, region, arguments)
    return Call(UNSUPPORTED, region)
