"""A day of trading on two marketplaces that share one stock, in virtual time and by seed.

Every SKU lives a day of its own, drawn from its own seed: sales, pending orders and cancellations on both
marketplaces, goods that come in and goods that break. The day's seed draws what goes wrong between us and
Amazon: late and lost submissions, lost answers, failing calls, a run that never happens.
"""

import contextlib
import random
from dataclasses import dataclass, field
from typing import Any

from dockwire.errors import DockwireError
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.listing_seeds import FULFILLED_BY_AMAZON
from dockwire.simulators.amazon.selling import NotOffered, cancel_order, place_order
from dockwire.warehouse.problems import InvalidModel
from dockwire.warehouse.work import IN_PROCESS
from tests.e2e.stocking import adjust, stocked, sync
from tests.stage import Stage

SLOT = 600
"""Seconds in which one SKU loses at most ``MOST_PER_SLOT`` units, sold or broken."""

MOST_PER_SLOT = 2
COVERED_SLOTS = 24
"""Four hours: an hour between runs, a run that fails, a submission that is lost and noticed a run later, and
what Amazon takes to apply one."""

BUFFER = COVERED_SLOTS * MOST_PER_SLOT
SLOTS_PER_HOUR = 3600 // SLOT
HOURS = 24
SKUS = tuple(each.sku for each in catalogue() if each.sku not in FULFILLED_BY_AMAZON)[:30]
_STORED = 10_000


@dataclass
class Life:
    """What happened to one SKU."""

    sku: str
    seed: int
    chance: random.Random
    there: int
    """Units that came in, less those that broke."""
    sold: int = 0
    """Units of orders that were not cancelled."""
    worst: int = 0
    """Most units that were sold and not there, at any moment."""
    open: list[tuple[str, str, int]] = field(default_factory=list)

    def judge(self) -> None:
        """Note how far it is oversold now."""
        self.worst = max(self.worst, self.sold - self.there)


async def trade(stage: Stage, seed: int, *, buffer: int, hours: int = HOURS) -> list[Life]:
    """Live through a day; return what became of every SKU."""
    chance = random.Random(f"day {seed}")
    lives = [_life(stage, sku, seed * 100 + place) for place, sku in enumerate(SKUS)]
    places = {code: stocked(code, stock={"default": {"buffer": buffer}}) for code in ("US", "CA")}
    # Before the day nothing is offered that nobody has counted yet.
    for which in places.values():
        await sync(stage, which)
    _go_wrong(stage, chance)
    for hour in range(hours):
        for _ in range(SLOTS_PER_HOUR):
            for life in lives:
                _one_slot(stage, life, places["US"].seller_id)
            stage.clock.advance(SLOT)
        if hour % 8 == chance.randrange(8):
            continue  # this run never happened
        for code in chance.sample(sorted(places), 2):
            await _tried(sync(stage, places[code]))
        if hour % 3 == 0:
            await _tried(stage.run(places[chance.choice(sorted(places))], refresh=True))
    return lives


async def _tried(running: Any) -> None:
    # The next run does what is left.
    with contextlib.suppress(DockwireError):
        await running


def _life(stage: Stage, sku: str, seed: int) -> Life:
    chance = random.Random(seed)
    start = chance.randint(0, 3 * BUFFER)
    adjust(stage, sku, start - _STORED)
    for code in ("US", "CA"):
        which = stocked(code)
        listing = stage.world.listings.find(which.seller_id, which.marketplace.id, sku)
        assert listing is not None
        listing.offer(0)
    return Life(sku, seed, chance, start)


def _go_wrong(stage: Stage, chance: random.Random) -> None:
    switches = stage.world.switches
    switches.listings_delay_seconds, switches.listings_delay_spread_seconds = 60, 600
    switches.listings_in_order = chance.random() < 0.5
    switches.listings_lose_every = chance.choice([None, 37, 53])
    rules = FaultRules(
        seed=chance.randrange(10_000),
        rules=[
            Rule(method="PATCH", effect={"kind": "lost_reply"}, probability=0.02),
            Rule(method="PATCH", effect={"kind": "status", "status": 503}, probability=0.02),
            Rule(path="/listings/", effect={"kind": "status", "status": 503}, probability=0.02),
        ],
    )
    stage.wrap_amazon = lambda app: Faults(app, rules, clock=stage.clock)


def _one_slot(stage: Stage, life: Life, seller: str) -> None:
    """Let one thing happen to a SKU, or nothing."""
    luck, units = life.chance.random(), life.chance.randint(1, MOST_PER_SLOT)
    if luck < 0.5:
        code = life.chance.choice(("US", "CA"))
        pending = life.chance.random() < 0.3
        try:
            order = place_order(
                stage.world, seller, code, life.sku, units, status="PENDING" if pending else "UNSHIPPED"
            )
        except NotOffered:
            return
        life.sold += units
        life.open.append((code, order.key, units))
    elif luck < 0.54:
        # What orders have taken cannot break.
        with contextlib.suppress(InvalidModel):
            adjust(stage, life.sku, -units)
            life.there -= units
    elif luck < 0.56:
        _receive(stage, life.sku, 4 * MOST_PER_SLOT)
        life.there += 4 * MOST_PER_SLOT
    elif luck < 0.60 and life.open:
        _, order_id, units = life.open.pop(life.chance.randrange(len(life.open)))
        try:
            cancel_order(stage.world, seller, order_id)
        except ValueError:
            return  # it has left, or pays itself off meanwhile
        life.sold -= units
    life.judge()


def _receive(stage: Stage, sku: str, units: int) -> None:
    stage.warehouse.receive(
        IN_PROCESS,
        {
            "customerIdentifier": {"id": 1},
            "facilityIdentifier": {"id": 1},
            "referenceNum": f"{sku} {stage.clock.now():%d%H%M%S}",
            "receiveItems": [{"itemIdentifier": {"sku": sku}, "qty": units}],
        },
        confirmed=True,
    )
