"""What reading a listing tells about a quantity that was sent: applied, still under way, or never applied.

Amazon's ACCEPTED means queued. Its buyers take units from the quantity meanwhile, so one that is lower than
what was sent may have been applied and sold from.
"""

from datetime import datetime, timedelta

from dockwire.errors import Fixer
from dockwire.model.listing import Listing
from dockwire.model.record import Problem
from dockwire.model.stock_book import LedgerOffer, Look, OfferState

UNDER_WAY = timedelta(minutes=15)
"""So long Amazon may take to apply a quantity: "minutes" by its own words (Listings Items use case guide).
Until then nothing else is sent for that SKU, so that the older one cannot land last."""

NOT_APPLIED = "not_applied"
_NOT_SEEN = "not_seen"

_ON_ITS_WAY = frozenset({OfferState.SENT, OfferState.ACCEPTED})


def judge(known: LedgerOffer | None, listing: Listing, *, now: datetime) -> Look:
    """Return what a listing as it was read now tells about the offer as the ledger knows it."""
    if known is None:
        return Look(listing)
    read = None if listing.own is None else listing.own.quantity
    if _stays_open(known, read, now):
        return Look(listing, known.version, settled=False, problem=known.problem)
    if known.state not in _ON_ITS_WAY:
        # What is in question stays so until Amazon shows what is wanted.
        return Look(listing, known.version, problem=None if read == known.wanted else known.problem)
    return Look(listing, known.version, problem=None if read == known.sent else _missing(known, read))


def _stays_open(known: LedgerOffer, read: int | None, now: datetime) -> bool:
    """Return whether a reading tells nothing yet about what was sent."""
    if known.in_feed:
        return True
    if known.state is OfferState.REFUSED:
        return read != known.wanted
    early = known.not_before is not None and now < known.not_before
    return known.state in _ON_ITS_WAY and read != known.sent and early


def has_drifted(known: LedgerOffer | None, listing: Listing) -> bool:
    """Return whether Amazon offers more than it was known to, with nothing of ours on its way.

    Less is what buyers bought. More is somebody's hand, or the units of a cancelled order.
    """
    read = None if listing.own is None else listing.own.quantity
    return (
        known is not None
        and known.state is OfferState.KNOWN
        and not known.in_feed
        and known.quantity is not None
        and read is not None
        and read > known.quantity
    )


def _missing(known: LedgerOffer, read: int | None) -> Problem | None:
    """Return the problem of a quantity whose time is over and that is not what Amazon shows."""
    if known.state is not OfferState.ACCEPTED or known.sent is None:
        return None
    before = known.problem if known.problem and known.problem.code in {_NOT_SEEN, NOT_APPLIED} else None
    # A quantity that is lower than what was sent may have been applied and sold from.
    lower = read is not None and read < known.sent
    if lower and read != known.before:
        rose = known.before is None or (read or 0) > known.before
        return None if rose or before is None else before
    shown = "shows no quantity" if read is None else f"still shows {read}"
    sentence = (
        f"Amazon accepted quantity {known.sent} for {known.sku!r} and {shown}. It is sent again; if that lasts, "
        "look at the listing in Seller Central."
    )
    early = (lower or read is None) and before is None
    return Problem(_NOT_SEEN if early else NOT_APPLIED, sentence, Fixer.MERCHANT)
