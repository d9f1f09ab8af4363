"""What a person can do about a waiting order."""

from dataclasses import dataclass, field

from dockwire.model.ids import AmazonItemId
from dockwire.model.order import Address
from dockwire.model.warehouse import Routing


@dataclass(frozen=True, slots=True)
class MapSku:
    """Give an Amazon SKU its name in the warehouse, for all orders and stock of the customer."""

    amazon_sku: str
    warehouse_sku: str


@dataclass(frozen=True, slots=True)
class SetLine:
    """Ship this item for one line of this order, whatever the maps say."""

    item_id: AmazonItemId
    warehouse_sku: str


@dataclass(frozen=True, slots=True)
class SetShipMethod:
    """Ship this order so, whatever its service level."""

    routing: Routing


@dataclass(frozen=True, slots=True)
class CorrectAddress:
    """Ship this order there; None: to Amazon's address after all."""

    address: Address | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Skip:
    """The warehouse does not ship this order."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unskip:
    """It does after all."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop this order: it is not created, or is put on hold in the warehouse."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel this order in the warehouse, where it is; at Amazon it stays as it is."""

    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """A person looked at what is held for a look, and lets it pass."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try a failed order at once; ask Amazon again for a held or unreadable one."""


Act = MapSku | SetLine | SetShipMethod | CorrectAddress | Skip | Unskip | Hold | Cancel | Release | Retry
