"""The orders a world starts with: a mix of everything an importer has to cope with.

The same seed and the same starting moment give the same orders, byte for byte, and the same future.
Each batch is dealt from a deck built from :data:`RECIPES`, so the percentages hold in every batch
and not only on average.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from dockwire.simulators.amazon import stories
from dockwire.simulators.amazon.bookkeeping import keep_books
from dockwire.simulators.amazon.catalogue import Product, catalogue
from dockwire.simulators.amazon.drafts import Draft, write_order
from dockwire.simulators.amazon.life import Planned
from dockwire.simulators.amazon.marketplaces import Marketplace
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.stories import Plot, Story
from dockwire.simulators.amazon.traits import decorate

T = TypeVar("T")

PAST = timedelta(days=2)
"""How far back from the start of the world its orders were placed."""

SETTLED = timedelta(minutes=5)
"""No order is younger than this at the start, because searches leave out the last two minutes."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of order: its share in percent, how it starts, and its story.

    ``lines`` is the least number of lines the story needs, ``units`` the least quantity on each.
    """

    name: str
    percent: int
    story: Story = stories.nothing_happens
    status: str = "UNSHIPPED"
    fulfilled_by: str = "MERCHANT"
    programs: tuple[str, ...] = ()
    lines: int = 1
    units: int = 1


RECIPES = (
    Recipe("ready to ship", 51),
    Recipe("pending, paid hours later", 6, stories.gets_paid, status="PENDING"),
    Recipe("pending, never paid", 2, stories.is_never_paid, status="PENDING"),
    Recipe("pre-order", 1, stories.is_released, status="PENDING_AVAILABILITY"),
    Recipe("shipped in part", 2, stories.has_shipped_in_part, status="PARTIALLY_SHIPPED", lines=2),
    Recipe("shipped", 6, stories.has_shipped, status="SHIPPED"),
    Recipe("fulfilled by Amazon", 5, fulfilled_by="AMAZON"),
    Recipe("fulfilled by Amazon, Prime", 2, stories.has_shipped, "SHIPPED", "AMAZON", programs=("PRIME",)),
    Recipe("Seller Fulfilled Prime", 4, stories.prints_later, programs=("PRIME",)),
    Recipe("Easy Ship", 2, programs=("AMAZON_EASY_SHIP",)),
    Recipe("in-store pickup", 1, programs=("IN_STORE_PICK_UP",)),
    Recipe("Ship+", 2, programs=("FBM_SHIP_PLUS",)),
    Recipe("buyer has asked to cancel", 2, stories.has_asked_to_cancel),
    Recipe("buyer asks to cancel later", 3, stories.asks_to_cancel),
    Recipe("cancelled later", 3, stories.is_cancelled),
    Recipe("address changed later", 2, stories.moves),
    Recipe("quantity lowered later", 2, stories.wants_less, units=3),
    Recipe("line dropped later", 1, stories.wants_less, lines=2),
    Recipe("shipped in part later", 1, stories.ships_in_part, lines=2),
    Recipe("replacement", 2, stories.replaces_another),
)
"""The mix, in percent of the orders of every batch."""

SERVICE_LEVELS = {
    "STANDARD": 58,
    "EXPEDITED": 16,
    "FREE_ECONOMY": 9,
    "SECOND_DAY": 6,
    "PRIORITY": 5,
    "NEXT_DAY": 4,
    "SAME_DAY": 2,
}
"""Shipping speeds the buyers chose, in percent; SCHEDULED comes with scheduled deliveries."""

LINES = {1: 80, 2: 13, 3: 5, 6: 2}
"""Number of lines, in percent of the orders."""

UNITS = {1: 84, 2: 9, 3: 4, 12: 3}
"""Quantity of a line, in percent of the lines."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """An order, the name of its recipe, and what will happen to it."""

    recipe: str
    body: JsonObject
    created: datetime
    updated: datetime
    future: list[Planned]


def seeded_orders(
    rng: random.Random, marketplace: Marketplace, count: int, start: datetime
) -> Iterator[Seeded]:
    """Yield ``count`` orders of a marketplace, placed during the two days before ``start``."""
    for recipe in _deck(rng, count):
        yield _cook(rng, recipe, marketplace, start)


def _deck(rng: random.Random, count: int) -> list[Recipe]:
    # Largest remainder: whole shares first, then the recipes that missed one more by the least.
    exact = [(count * recipe.percent / 100, recipe) for recipe in RECIPES]
    deck = [recipe for share, recipe in exact for _ in range(int(share))]
    by_remainder = sorted(exact, key=lambda entry: entry[0] % 1, reverse=True)
    deck += [recipe for _, recipe in by_remainder[: count - len(deck)]]
    rng.shuffle(deck)
    return deck


def _cook(rng: random.Random, recipe: Recipe, marketplace: Marketplace, start: datetime) -> Seeded:
    created, updated = _times(rng, start)
    level = _draw(rng, SERVICE_LEVELS)
    draft = Draft(marketplace, created, updated, recipe.status, recipe.fulfilled_by, level, recipe.programs)
    body = write_order(rng, draft, _lines(rng, recipe))
    decorate(rng, body)
    keep_books(body, marketplace)
    future = recipe.story(Plot(rng, body, start))
    return Seeded(recipe.name, body, created, updated, future)


def _times(rng: random.Random, start: datetime) -> tuple[datetime, datetime]:
    age = rng.uniform(SETTLED.total_seconds(), PAST.total_seconds())
    rest = rng.uniform(SETTLED.total_seconds(), age)
    # Most of Amazon's times are whole seconds, some carry milliseconds.
    digits = 3 if rng.random() < 0.3 else 0  # noqa: PLR2004 - a share, explained above
    return start - timedelta(seconds=round(age, digits)), start - timedelta(seconds=round(rest, digits))


def _lines(rng: random.Random, recipe: Recipe) -> list[tuple[Product, int]]:
    products = rng.sample(catalogue(), max(recipe.lines, _draw(rng, LINES)))
    return [(product, max(recipe.units, _draw(rng, UNITS))) for product in products]


def _draw(rng: random.Random, shares: dict[T, int]) -> T:
    return rng.choices(list(shares), weights=list(shares.values()))[0]
