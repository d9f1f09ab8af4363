"""Spans of time in words."""

from datetime import timedelta

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def in_words(span: timedelta) -> str:
    """Return a span in its greatest whole unit, for instance ``3 h``; from two of a unit on, so 90 min stays."""
    seconds = max(0, int(span.total_seconds()))
    for name, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
