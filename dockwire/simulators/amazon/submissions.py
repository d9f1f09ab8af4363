"""Submissions to listings: accepted at once, carried out later, or never.

Amazon says of an accepted one only that it will be processed, and keeps no order between a patch and a
feed (selling-partner-api-samples discussion 109); how long it takes and what becomes of it are switches.
"""

import random
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dockwire.simulators.amazon.listing_attributes import Patch
from dockwire.simulators.amazon.switches import Switches

Kind = Literal["PATCH", "UPDATE", "DELETE"]

REMEMBERED = 50_000
"""Submissions kept for looking at: two of the longest feeds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a submission wants: to patch a listing, to write it anew from patches, or to end it."""

    kind: Kind
    product_type: str | None
    patches: tuple[Patch, ...] = ()


@dataclass(slots=True, eq=False)
class Submission:
    """One accepted submission; ``applied`` is absent until its effect has come, or if it never does."""

    id: str
    seller_id: str
    sku: str
    marketplace_ids: tuple[str, ...]
    wish: Wish
    accepted: datetime
    lost: bool
    due: datetime
    applied: datetime | None = None


class Submissions:
    """All accepted submissions and their luck, which repeats with the seed."""

    def __init__(self, seed: int) -> None:
        self.log: deque[Submission] = deque(maxlen=REMEMBERED)
        self.accepted = 0
        self._latest: dict[tuple[str, str], datetime] = {}
        # Luck and ids, not secrets.
        self._rng = random.Random(f"{seed}:submissions")  # noqa: S311 - see above

    def new_id(self) -> str:
        """Return the next submission id; refused submissions and previews have one too."""
        return uuid.UUID(int=self._rng.getrandbits(128), version=4).hex

    def accept(
        self,
        seller_id: str,
        sku: str,
        marketplace_ids: Sequence[str],
        wish: Wish,
        *,
        now: datetime,
        switches: Switches,
    ) -> Submission:
        """Note a submission and draw its fate."""
        self.accepted += 1
        every = switches.listings_lose_every
        lost = sku in switches.listings_lose_skus or bool(every and self.accepted % every == 0)
        due = now + timedelta(seconds=self._delay(switches))
        if switches.listings_in_order:
            due = max(due, self._latest.get((seller_id, sku), due))
        self._latest[seller_id, sku] = due
        made = Submission(self.new_id(), seller_id, sku, tuple(marketplace_ids), wish, now, lost, due)
        self.log.append(made)
        return made

    def _delay(self, switches: Switches) -> float:
        spread = switches.listings_delay_spread_seconds
        return switches.listings_delay_seconds + (self._rng.uniform(0, spread) if spread else 0)
