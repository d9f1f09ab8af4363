"""The client of Amazon's Selling Partner API: what dockwire needs of it, nothing more."""

from dockwire.amazon.client import AmazonAccount
from dockwire.amazon.consent import AmazonConsent
from dockwire.amazon.credentials import AmazonCredentials

__all__ = ["AmazonAccount", "AmazonConsent", "AmazonCredentials"]
