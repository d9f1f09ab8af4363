"""Amazon's usage plans: a token bucket per application, seller, region and operation.

Rates and bursts: the usage plan tables in the model files. The header with the rate travels on
success, 400 and 404 only; it never tells the burst ("Usage plans and rate limits").
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

QuotaMode = Literal["off", "documented"]


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate`` requests a second in the long run, ``burst`` at once."""

    rate: float
    burst: int


DOCUMENTED = {
    "searchOrders": Plan(0.0056, 20),
    "getOrder": Plan(0.5, 30),
    "confirmShipment": Plan(2.0, 10),
    "getMarketplaceParticipations": Plan(0.016, 15),
    "createFeedDocument": Plan(0.5, 15),
    "createFeed": Plan(0.0083, 15),
    "getFeed": Plan(2.0, 15),
    "getFeeds": Plan(0.0222, 10),
    "cancelFeed": Plan(2.0, 15),
    "getFeedDocument": Plan(0.0222, 10),
    "getListingsItem": Plan(5.0, 10),
    "searchListingsItems": Plan(5.0, 5),
    "patchListingsItem": Plan(5.0, 5),
}
"""Default plans of the operations the simulator speaks."""

OF_FEED_TYPES = {"JSON_LISTINGS_FEED": Plan(5 / 300, 5)}
"""Plans that createFeed has besides for some feed types: five feeds in five minutes since May 2025
(changelog "Update feed size and rate limit changes for the JSON_LISTINGS_FEED")."""

BucketKey = tuple[str, str, str, str]
"""Application, seller, region, operation or feed type."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: datetime


class Quota:
    """All buckets; ``plans`` may be changed while the world runs, as Amazon's dynamic plans are.

    Every request to a known operation takes a token, refused ones too.
    """

    def __init__(self, mode: QuotaMode) -> None:
        self.mode = mode
        self.plans = DOCUMENTED | OF_FEED_TYPES
        self._buckets: dict[BucketKey, _Bucket] = {}

    def take(self, key: BucketKey, now: datetime) -> bool:
        """Take one token and say whether there was one; always true while the mode is ``off``."""
        if self.mode == "off":
            return True
        plan = self.plans[key[-1]]
        bucket = self._buckets.setdefault(key, _Bucket(plan.burst, now))
        waited = max(0.0, (now - bucket.filled).total_seconds())
        bucket.tokens = min(plan.burst, bucket.tokens + waited * plan.rate)
        bucket.filled = now
        # A token that is there but for rounding counts as there.
        if bucket.tokens < 1 - 1e-9:
            return False
        bucket.tokens -= 1
        return True

    def header(self, operation: str, status: int) -> dict[str, str]:
        """Return the rate header for an answer, empty where Amazon sends none."""
        sends = status in {200, 201, 202, 204, 400, 404} and operation in self.plans
        return {"x-amzn-RateLimit-Limit": str(self.plans[operation].rate)} if sends else {}
