"""Reading a stretch of time again that was read before: how far back, and window by window.

A catch-up looks for orders that an earlier reading should have brought: after a fault, a wrong setting or a
ledger from a backup. It moves no watermark, so whatever becomes of it, the regular reading goes on as before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.errors import SettingsError
from dockwire.model.connection import Connection
from dockwire.model.ids import MarketplaceId
from dockwire.model.order import SearchWindow
from dockwire.model.record import Chain, ChainKind


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What of one marketplace is still to be read again."""

    marketplace: MarketplaceId
    since: datetime
    reached: datetime
    """Everything from ``since`` up to here was read."""
    until: datetime
    """Where the regular reading has come to; what follows is its own."""

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.reached >= self.until

    def window(self, span_seconds: int, policy: HarvestPolicy) -> SearchWindow:
        """Return the next window, which overlaps the last one as those of a harvest do."""
        after = max(self.since, self.reached - policy.overlap)
        span = min(policy.longest_window, timedelta(seconds=span_seconds)) + policy.overlap
        return SearchWindow(
            marketplaces=(self.marketplace,),
            updated_after=after,
            updated_before=min(self.until, after + span),
        )

    def after(self, chain: Chain) -> "CatchUp":
        """Return what is left once a chain of pages was read to its end; any other chain leaves all."""
        window = chain.window
        ours = chain.kind is ChainKind.CATCH_UP and window.marketplaces == (self.marketplace,)
        if not ours or not window.updated_after <= self.reached <= window.updated_before:
            return self
        return CatchUp(self.marketplace, self.since, window.updated_before, self.until)


def checked_since(since: datetime, connection: Connection, *, now: datetime, most: timedelta) -> datetime:
    """Return the moment from which a connection may be read again.

    Raises:
        SettingsError: it has no time zone, lies in the future, before the connection's first day, or further
            back than ``most``; the message says what to do.
    """
    if since.tzinfo is None:
        raise SettingsError("since: needs a time zone, for instance 2026-11-01T00:00:00Z")
    if since >= now:
        raise SettingsError(f"since: {since.isoformat()} has not come yet")
    if since < connection.import_since:
        raise SettingsError(
            f"since: connection {connection.slug} imports nothing from before {connection.import_since.isoformat()}; "
            "an earlier 'import_since' in its table of the connections file changes that, and reads again by itself"
        )
    if now - since > most:
        raise SettingsError(
            f"since: {since.isoformat()} is more than {most.days} days ago; name a later moment, or set "
            "DOCKWIRE_CATCH_UP_DAYS to more"
        )
    return since
