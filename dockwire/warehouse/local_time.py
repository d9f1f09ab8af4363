"""Times on the wire: the warehouse's local time, without offset and without fraction."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_FORM = "%Y-%m-%dT%H:%M:%S"

_WINDOWS = {
    "America/Anchorage": "Alaskan Standard Time",
    "America/Chicago": "Central Standard Time",
    "America/Denver": "Mountain Standard Time",
    "America/Los_Angeles": "Pacific Standard Time",
    "America/New_York": "Eastern Standard Time",
    "America/Phoenix": "US Mountain Standard Time",
    "America/Toronto": "Eastern Standard Time",
    "America/Vancouver": "Pacific Standard Time",
    "Asia/Tokyo": "Tokyo Standard Time",
    "Australia/Sydney": "AUS Eastern Standard Time",
    "Europe/Amsterdam": "W. Europe Standard Time",
    "Europe/Berlin": "W. Europe Standard Time",
    "Europe/London": "GMT Standard Time",
    "Europe/Madrid": "Romance Standard Time",
    "Europe/Paris": "Romance Standard Time",
    "Europe/Rome": "W. Europe Standard Time",
    "Europe/Stockholm": "W. Europe Standard Time",
    "Europe/Warsaw": "Central European Standard Time",
    "Pacific/Honolulu": "Hawaiian Standard Time",
    "UTC": "UTC",
}


def to_wire(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Return a moment as the wire shows it."""
    return None if moment is None else moment.astimezone(zone).strftime(_FORM)


def from_wire(text: str, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """Return the moment that a time on the wire means.

    A time with an offset is taken at its word. Of the two moments that an hour repeated in autumn, or
    skipped in spring, may mean, the earlier one is taken, or the ``later``.

    Raises:
        ValueError: the text is not a time.
        OverflowError: the time is at an end of the calendar.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    readings = [moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(readings) if later else min(readings)


def windows_name(zone: str) -> str:
    """Return the Windows name of an IANA zone, which is how facilities show theirs."""
    return _WINDOWS.get(zone, zone)
