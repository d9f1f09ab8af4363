"""The generic cell rate algorithm: a token bucket kept as one number.

The number is the theoretical arrival time of the next call in the steady stream, in seconds since
1970. A call may come up to ``burst - 1`` intervals before it.
"""


def take(arrival: float | None, *, rate: float, burst: int, now: float) -> tuple[float, float]:
    """Return the new arrival time and 0 when a token was there, else the old one and the wait in seconds."""
    interval = 1 / rate
    start = now if arrival is None else max(arrival, now)
    early = start - now - (burst - 1) * interval
    if early > _ROUNDING:
        return start, early
    return start + interval, 0.0


def emptied(arrival: float | None, *, rate: float, burst: int, now: float) -> float:
    """Return the arrival time of a bucket without tokens: the next one comes an interval from now."""
    return max(arrival or 0.0, now + burst / rate)


def left(arrival: float | None, *, rate: float, burst: int, now: float) -> float:
    """Return how many tokens are there now, from 0 to ``burst``."""
    ahead = 0.0 if arrival is None else max(0.0, arrival - now)
    return max(0.0, burst - ahead * rate)


_ROUNDING = 1e-6
