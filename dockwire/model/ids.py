"""Identifiers that must not be mixed up."""

from typing import NewType

SellerId = NewType("SellerId", str)
"""Amazon's merchant token, the ``selling_partner_id`` of the consent redirect."""

MarketplaceId = NewType("MarketplaceId", str)
"""Amazon's id of one marketplace, for instance ``ATVPDKIKX0DER``."""

AmazonOrderId = NewType("AmazonOrderId", str)
"""Amazon's order number in its 3-7-7 form."""

UNREADABLE = "unreadable-"
"""How the id begins that an order gets whose own cannot be read: Amazon cannot be asked for it."""

AmazonItemId = NewType("AmazonItemId", str)
"""Amazon's ``orderItemId``: one line of one order."""

ConnectionSlug = NewType("ConnectionSlug", str)
"""Our name of a connection: lower-case letters, digits and dashes."""

WarehouseOrderId = NewType("WarehouseOrderId", int)
"""The warehouse's number of an order (``readOnly.orderId``)."""

CustomerId = NewType("CustomerId", int)
"""The warehouse's number of a merchant."""

FacilityId = NewType("FacilityId", int)
"""The warehouse's number of a building."""
