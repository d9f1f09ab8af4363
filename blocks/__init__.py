"""Stored connections: what a person fills in, secrets included, in Prefect's blocks."""

from blocks.amazon_application import AmazonApplication
from blocks.amazon_seller_account import AmazonSellerAccount
from blocks.marketplace_connection import MarketplaceConnection
from blocks.warehouse_account import WarehouseAccount

__all__ = ["AmazonApplication", "AmazonSellerAccount", "MarketplaceConnection", "WarehouseAccount"]
