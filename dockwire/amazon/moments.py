"""Moments as Amazon's parameters want them."""

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """Return a moment with milliseconds and a Z: Amazon refuses other offsets."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
