"""Reading the ledger for people: no personal data leaves it this way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, Select, func, select, text

from dockwire.ledger.rows import open_problems
from dockwire.ledger.shipping_states import shipping_state
from dockwire.ledger.tables import accounts, orders
from dockwire.model.connection import AccountKey
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, MarketplaceId
from dockwire.model.order import OrderStatus
from dockwire.model.record import OrderRow, OrderState, Shipping


def counts(link: Link, slug: ConnectionSlug) -> dict[OrderState, int]:
    """Return how many orders stand in each state."""
    query = select(orders.c.state, func.count()).where(orders.c.connection == slug).group_by(orders.c.state)
    return {OrderState(state): number for state, number in link.execute(query).tuples()}


def list_orders(
    link: Link,
    *,
    connection: ConnectionSlug | None,
    states: Sequence[OrderState],
    shipping: Sequence[Shipping],
    limit: int,
    after: AmazonOrderId | None,
) -> list[OrderRow]:
    """Return orders by Amazon order id."""
    query = _shown().order_by(orders.c.amazon_order_id, orders.c.id).limit(limit)
    if connection is not None:
        query = query.where(orders.c.connection == connection)
    if states:
        query = query.where(orders.c.state.in_(states))
    if shipping:
        query = query.where(shipping_state().in_(shipping))
    if after is not None:
        query = query.where(orders.c.amazon_order_id > after)
    return _rows(link, query)


def find_orders(link: Link, order_id: AmazonOrderId) -> list[OrderRow]:
    """Return the rows with this Amazon order id."""
    return _rows(link, _shown().where(orders.c.amazon_order_id == order_id))


def _shown() -> Select[Any]:
    return select(orders, shipping_state().label("shipping"))


def _rows(link: Link, query: Select[Any]) -> list[OrderRow]:
    rows: Sequence[Row[Any]] = link.execute(query).all()
    problems = open_problems(link, [row.id for row in rows])
    return [
        OrderRow(
            order_id=AmazonOrderId(row.amazon_order_id),
            connection=ConnectionSlug(row.connection) if row.connection else None,
            marketplace_id=MarketplaceId(row.marketplace_id) if row.marketplace_id else None,
            amazon_status=row.amazon_status,
            state=OrderState(row.state),
            updated=row.amazon_updated,
            reference=row.reference or "",
            warehouse_order_id=row.warehouse_order_id,
            attempts=row.attempts,
            problems=problems.get(row.id, ()),
            shipping=Shipping(row.shipping) if row.shipping else None,
        )
        for row in rows
    ]


def newest_open(link: Link, account: AccountKey, limit: int) -> list[AmazonOrderId]:
    """Return the account's orders that changed last of those the merchant still has to ship."""
    query = (
        select(orders.c.amazon_order_id)
        .join(accounts, accounts.c.id == orders.c.account_id)
        .where(
            accounts.c.application_id == account.application_id,
            accounts.c.seller_id == account.seller_id,
            accounts.c.region == account.region,
            orders.c.amazon_status.in_(_TO_SHIP),
            # What is skipped is not the merchant's to ship: it may well come without an address.
            orders.c.state.not_in([OrderState.SKIPPED, OrderState.WATCHED]),
        )
        .order_by(orders.c.amazon_updated.desc(), orders.c.id.desc())
        .limit(limit)
    )
    return [AmazonOrderId(found) for found in link.scalars(query)]


_TO_SHIP = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)


def database_now(link: Link) -> datetime | None:
    """Return the time of the database's own machine; a file has none of its own."""
    if link.dialect.name != "postgresql":
        return None
    told: datetime = link.execute(text("SELECT clock_timestamp()")).scalar_one()
    return told
