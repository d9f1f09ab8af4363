"""What an invented shop sells in two weeks, and when it comes, waits, ships and is confirmed: the same every time."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonItemId, AmazonOrderId, WarehouseOrderId
from dockwire.model.order import Order, OrderStatus, Program, Window
from dockwire.model.parcel import Parcel, ParcelItem
from tests.builders import CA, NOW, US, connection, line, order
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.shipments import parcel

CANADA = connection(slug="acme-ca", marketplace_code="CA")
END = NOW + timedelta(days=3, hours=8, minutes=20)
"""When the pictures are taken: a Thursday afternoon."""
SKUS = ("MUG-BLUE", "MUG-WHITE", "TOWEL-L", "TOWEL-XL", "LAMP-OAK", "RUG-140")
_DAYS = 17
"""More than the home page shows, so that its first day has something to ship."""
_SOLD = (24, 19, 22, 20, 18, 11, 9)
"""Orders of each day, Monday first."""
_BUSY = (4, 4, 3, 2, 1, 1, 1, 2, 3, 3, 4, 5, 5, 6, 6, 6, 5, 5, 5, 6, 7, 7, 6, 5)
"""How many of a day's orders come in each hour, in proportion."""
_HELD, _REFUSED = 0.09, 0.03
"""How many of all orders are held for some hours, and refused at first."""
_OPENS, _CLOSES, _SATURDAY = 8, 18, 5
_CARRIERS = (("UPS", "1Z999AA1{:010d}"), ("USPS", "94001{:017d}"), ("FedEx", "{:012d}"))
_UTC = ZoneInfo("UTC")
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Sale:
    """An order, when an import finds it and when the warehouse closes it."""

    number: int
    came: datetime
    ships: datetime
    waited: timedelta = timedelta()
    """How long it was held before the warehouse got it."""
    refused: bool = False
    """Whether Amazon did not take its package at once."""

    @property
    def which(self) -> Connection:
        """The connection: every fifth is Canadian."""
        return CANADA if self.number % 5 == 0 else ACME

    @property
    def order_id(self) -> AmazonOrderId:
        """A number like Amazon's."""
        tail = (1_200_000 + self.number * 731_337) % 10_000_000
        return AmazonOrderId(f"1{self.number % 9 + 1:02d}-{4_100_000 + self.number * 7_919:07d}-{tail:07d}")

    @property
    def warehouse_order(self) -> WarehouseOrderId:
        """What it is in the warehouse."""
        return WarehouseOrderId(7000 + self.number)

    def order(self, *, shipped: bool = False, **more: object) -> Order:
        """Return it as Amazon tells it, before or after it took the package."""
        number = self.number
        bought = [(SKUS[number % len(SKUS)], number % 3 + 1)]
        if number % 4 == 0:
            bought.append((SKUS[(number + 2) % len(SKUS)], 1))
        lines = [
            line(
                item_id=AmazonItemId(f"1{number:05d}{place:08d}"),
                sku=sku,
                quantity_ordered=units,
                quantity_open=0 if shipped else units,
            )
            for place, (sku, units) in enumerate(bought, start=1)
        ]
        last = self.came.replace(minute=0) + timedelta(hours=24 + number * 7 % 41)
        fields: dict[str, object] = {
            "order_id": self.order_id,
            "marketplace_id": CA if self.which is CANADA else US,
            "created": self.came - timedelta(minutes=number % 40 + 2),
            "updated": self.ships + timedelta(minutes=30) if shipped else self.came - timedelta(minutes=1),
            "status": OrderStatus.SHIPPED if shipped else OrderStatus.UNSHIPPED,
            "lines": tuple(lines),
            "programs": frozenset({Program.PRIME}) if number % 6 == 0 else frozenset(),
            "service_level": "EXPEDITED" if number % 7 == 0 else "STANDARD",
            "ship_by": Window(self.came, last),
            "deliver_by": Window(last + timedelta(days=2), last + timedelta(days=4)),
        }
        return order(**fields | more)

    def parcel(self) -> Parcel:
        """Return the package it leaves in."""
        carrier, pattern = _CARRIERS[self.number % len(_CARRIERS)]
        return parcel(
            str(self.number),
            carrier_code=carrier,
            tracking=pattern.format(self.number * 7_654_321),
            shipped=self.ships,
            items=tuple(ParcelItem(each.item_id, each.quantity_ordered) for each in self.order().lines),
        )


def all_sales() -> list[Sale]:
    """Return what came until the end, the oldest first."""
    chance = Random(2026)
    days = [END.date() - timedelta(days=back) for back in reversed(range(_DAYS))]
    came = sorted(moment for day in days for moment in _of_day(day, chance) if moment < END)
    return [_sale(number, moment, chance) for number, moment in enumerate(came, start=1)]


def _sale(number: int, came: datetime, chance: Random) -> Sale:
    waits, refused = chance.random() < _HELD, chance.random() < _REFUSED
    sale = Sale(number, came, _ships(came, chance), timedelta(minutes=chance.randrange(20, 150)), refused)
    # Canada is the connection where nothing is wrong.
    if sale.which is CANADA:
        return replace(sale, waited=timedelta(), refused=False)
    return sale if waits else replace(sale, waited=timedelta())


def _of_day(day: date, chance: Random) -> list[datetime]:
    midnight = datetime.combine(day, time(), _UTC)
    hours = chance.choices(range(24), _BUSY, k=_SOLD[day.weekday()] + chance.randrange(-2, 3))
    return [midnight + timedelta(hours=hour) + _QUARTER * chance.randrange(4) for hour in hours]


def _ships(came: datetime, chance: Random) -> datetime:
    """Return when the warehouse gets to it, within its hours on a working day."""
    at = came + timedelta(hours=3, minutes=chance.randrange(9 * 60))
    if at.hour >= _CLOSES:
        at = _morning(at + timedelta(days=1), chance)
    elif at.hour < _OPENS:
        at = _morning(at, chance)
    while at.weekday() >= _SATURDAY:
        at += timedelta(days=1)
    return at


def _morning(day: datetime, chance: Random) -> datetime:
    return day.replace(hour=_OPENS, minute=0) + timedelta(minutes=chance.randrange(7 * 60))
