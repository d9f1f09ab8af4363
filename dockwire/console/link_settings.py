"""Addresses of pages elsewhere that somebody set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Addresses of an order's pages elsewhere; an empty one is no link."""

    amazon: str = ""
    """With ``{order}``, and where wanted ``{seller_central}`` for the marketplace's own address."""
    warehouse: str = ""
    """With ``{warehouse_order}``."""


NO_LINKS = LinkSettings()
