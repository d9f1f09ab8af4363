"""Amazon's documented usage plans.

Sources: the usage plan tables in the models Orders v2026-01-01, Orders v0, Sellers v1 and
Feeds v2021-06-30.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """One operation's plan: ``rate`` tokens per second, at most ``burst`` saved up."""

    rate: float
    burst: int

    @property
    def planned_burst(self) -> int:
        """The burst we plan with: one less where there is more than one.

        A call reaches Amazon later than it was planned, and the delay varies. Two calls planned one
        interval apart may arrive closer together; the spare token covers delays up to an interval.
        """
        return max(1, self.burst - 1)


BUDGETS = {
    "searchOrders": Budget(0.0056, 20),
    "getOrder": Budget(0.5, 30),
    "getMarketplaceParticipations": Budget(0.016, 15),
    "confirmShipment": Budget(2.0, 10),
    "createFeedDocument": Budget(0.5, 15),
    "createFeed": Budget(0.0083, 15),
    "getFeed": Budget(2.0, 15),
    "getFeeds": Budget(0.0222, 10),
    "cancelFeed": Budget(2.0, 15),
    "getFeedDocument": Budget(0.0222, 10),
    "getListingsItem": Budget(5.0, 10),
    "searchListingsItems": Budget(5.0, 5),
    "patchListingsItem": Budget(5.0, 5),
}
