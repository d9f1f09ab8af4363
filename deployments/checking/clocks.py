"""How far this machine's clock is from others, and when that matters."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.clock import Clock
from dockwire.transport import ssl_context

CLAIMS = timedelta(seconds=30)
"""Workers compare claims by their own clocks, which must agree to within this (decision 0002)."""

SIGN_INS = timedelta(minutes=5)
"""Beyond this, tokens, certificates and closing dates are refused too."""

_ASK_SECONDS = 10.0


async def told_by(url: str, clock: Clock) -> timedelta | None:
    """Return how far a web server's clock is ahead, by its Date header; None when it tells no time.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    async with httpx.AsyncClient(verify=ssl_context(), timeout=_ASK_SECONDS) as client:
        before = clock.now()
        answer = await client.get(url)
        return ahead(answer.headers.get("date"), before, clock.now())


def ahead(date: str | None, before: datetime, after: datetime) -> timedelta | None:
    """Return how far the clock behind a Date header is ahead of the one that read before and after.

    The header has whole seconds, so its moment is taken for the middle of one; what lies within the
    time that the answer took counts as no difference.
    """
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    if told.tzinfo is None:
        return None
    return apart(told.astimezone(UTC) + timedelta(seconds=0.5), before, after)


def apart(told: datetime, before: datetime, after: datetime) -> timedelta:
    """Return how far a moment lies outside the time in which it was told; negative when before it."""
    if told < before:
        return told - before
    return max(told - after, timedelta())


def judge(differences: dict[str, timedelta | None]) -> Finding:
    """Judge this machine's clock against the others; None stands for one that tells no time."""
    known = {name: far for name, far in differences.items() if far is not None}
    if not known:
        return untold("nobody else tells the time")
    told = "; ".join(_sentence(name, far) for name, far in known.items())
    worst = max(abs(far) for far in known.values())
    if worst <= CLAIMS:
        return fine(told)
    harm = "claims on orders are compared by clocks that may differ by 30 s at most"
    if worst > SIGN_INS:
        harm += "; beyond 5 minutes tokens, certificates and closing dates are refused too"
    return wrong(
        f"{told}: {harm}", "set the clock of the machine that is wrong, best by a time service (NTP)"
    )


def _sentence(name: str, far: timedelta) -> str:
    seconds = abs(far.total_seconds())
    if seconds < 1:
        return f"{name} has the same time"
    return f"this machine is {seconds:.0f} s {'behind' if far > timedelta() else 'ahead of'} {name}"
