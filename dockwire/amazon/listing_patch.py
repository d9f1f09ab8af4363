"""The one patch that sets a quantity."""

from typing import Any

from dockwire.model.listing import Quantity
from dockwire.model.stock import DEFAULT_CHANNEL


def patch_of(quantity: Quantity) -> dict[str, Any]:
    """Return the patch: ``merge``, because ``replace`` drops the handling time and the restock date."""
    entry = {"fulfillment_channel_code": DEFAULT_CHANNEL, "quantity": quantity.units}
    return {"op": "merge", "path": "/attributes/fulfillment_availability", "value": [entry]}
