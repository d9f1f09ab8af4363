"""One thing for sale: a SKU of one seller in one marketplace.

Its attributes are kept as Amazon shows them (``Item.attributes`` of the Listings Items model: a list of
entries per name, each naming its marketplace). The offered quantity is the one in the ``DEFAULT`` entry
of ``fulfillment_availability``: submissions set it, orders lower it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from dockwire.simulators.amazon.marketplaces import BY_ID, Marketplace
from dockwire.simulators.amazon.orders import JsonObject

AVAILABILITY = "fulfillment_availability"
CHANNEL = "fulfillment_channel_code"
BY_MERCHANT = "DEFAULT"
BY_AMAZON = {"NA": "AMAZON_NA", "EU": "AMAZON_EU", "FE": "AMAZON_JP"}
"""Channel code of offers fulfilled by Amazon, by region."""


@dataclass(slots=True, eq=False)
class Listing:
    """One SKU of one seller in one marketplace; ``issues`` are ``Issue`` of the model."""

    seller_id: str
    marketplace_id: str
    sku: str
    asin: str | None
    product_type: str
    created: datetime
    updated: datetime
    attributes: JsonObject
    issues: list[JsonObject] = field(default_factory=list)

    @property
    def place(self) -> Marketplace:
        """The marketplace it is listed in."""
        return BY_ID[self.marketplace_id]

    def channels(self) -> list[JsonObject]:
        """Return its availability, one entry per fulfilment channel."""
        found: list[JsonObject] = self.attributes.get(AVAILABILITY, [])
        return found

    def offered(self) -> int | None:
        """Return the units the merchant offers; None when only Amazon fulfils it, or nobody."""
        entry = self._by_merchant()
        return None if entry is None else int(entry.get("quantity", 0))

    def offer(self, units: int) -> None:
        """Offer so many units from now on; without a merchant's entry nothing changes."""
        entry = self._by_merchant()
        if entry is not None:
            entry["quantity"] = units

    def _by_merchant(self) -> JsonObject | None:
        return next((entry for entry in self.channels() if entry.get(CHANNEL) == BY_MERCHANT), None)
