"""From nouns to rows and back: what is sealed, what is clear, and how content is compared."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select

from dockwire.errors import Fixer
from dockwire.ledger.tables import holds
from dockwire.model.ids import CustomerId, WarehouseOrderId
from dockwire.model.order import Order
from dockwire.model.override import NO_OVERRIDES, Overrides
from dockwire.model.record import Chain, LedgerOrder, OrderState, Problem
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from dockwire.sealing import Sealer

_ORDERS = TypeAdapter(Order)
_CHAINS = TypeAdapter(Chain)


class Scribe:
    """Writes nouns into sealed columns and reads them again.

    The digest is keyed with a secret of the database, so that it tells nothing about an order, and
    it survives a change of the sealing keys.
    """

    def __init__(self, sealer: Sealer, digest_key: bytes) -> None:
        self.sealer = sealer
        self._digest_key = digest_key

    def seal_order(self, order: Order) -> str:
        """Return the order as a sealed text."""
        return self.sealer.seal(_ORDERS.dump_python(order, mode="json"))

    def open_order(self, sealed: str) -> Order:
        """Return the order that was sealed."""
        return _ORDERS.validate_python(self.sealer.open(sealed))

    def order_of(self, row: Row[Any]) -> Order:
        """Return the order of a readable row of ``orders``, as Amazon had it last."""
        # The column may be newer: a time stamp that moved alone is not sealed again.
        return replace(self.open_order(row.sealed), updated=row.amazon_updated)

    def seal_text(self, text: str) -> str:
        """Return any text sealed."""
        return self.sealer.seal(text)

    def seal_value(self, value: Any) -> str:
        """Return anything JSON can say sealed."""
        return self.sealer.seal(value)

    def open_value(self, sealed: str) -> Any:
        """Return the value that was sealed."""
        return self.sealer.open(sealed)

    def seal_chain(self, chain: Chain) -> str:
        """Return the chain, page token included, as a sealed text."""
        return self.sealer.seal(_CHAINS.dump_python(chain, mode="json"))

    def open_chain(self, sealed: str | None) -> Chain | None:
        """Return the chain that was sealed, if there is one."""
        return None if sealed is None else _CHAINS.validate_python(self.sealer.open(sealed))

    def digest(self, order: Order) -> str:
        """Return what tells two contents apart; Amazon's time stamp alone is no content."""
        content = _ORDERS.dump_python(replace(order, updated=order.created), mode="json")
        # A set has another order in every process.
        content["programs"] = sorted(content["programs"])
        return self.digest_text(json.dumps(content))

    def digest_text(self, text: str) -> str:
        """Return the digest of a text."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()

    def ledger_order(
        self, row: Row[Any], problems: tuple[Problem, ...], overrides: Overrides = NO_OVERRIDES
    ) -> LedgerOrder:
        """Return a row of ``orders`` with everything a decision needs."""
        return LedgerOrder(
            order=self.order_of(row),
            state=OrderState(row.state),
            version=row.version,
            problems=problems,
            attempts=row.attempts,
            placed=placed(row),
            placed_as=self.open_order(row.placed_sealed) if row.placed_sealed else None,
            overrides=overrides,
            purged=row.purged,
        )


def placed(row: Row[Any]) -> PlacedOrder | None:
    """Return the warehouse order a row points to."""
    if row.warehouse_order_id is None:
        return None
    cancelled = row.state == OrderState.CANCELLED
    return PlacedOrder(
        order_id=WarehouseOrderId(row.warehouse_order_id),
        reference=row.reference,
        customer_id=CustomerId(row.customer_id),
        status=PlacedStatus.CANCELLED if cancelled else PlacedStatus.OPEN,
    )


def open_problems(connection: Connection, order_ids: Iterable[int]) -> dict[int, tuple[Problem, ...]]:
    """Return the unresolved problems of these rows, by row id."""
    found: dict[int, tuple[Problem, ...]] = {}
    query = (
        select(holds.c.order_id, holds.c.code, holds.c.sentence, holds.c.fixer)
        .where(holds.c.order_id.in_(list(order_ids)), holds.c.resolved.is_(None))
        .order_by(holds.c.id)
    )
    for row in connection.execute(query):
        problem = Problem(row.code, row.sentence, Fixer(row.fixer))
        found[row.order_id] = (*found.get(row.order_id, ()), problem)
    return found
