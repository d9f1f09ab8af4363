"""Beside the offers: marks, the course over time, rules, aliases, siblings, and what orders will take."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy import Connection as Link

from dockwire.ledger.accounts import registered
from dockwire.ledger.offers import chunks
from dockwire.ledger.overrides import has_override, overrides_of
from dockwire.ledger.rows import Scribe
from dockwire.ledger.stock_tables import sku_aliases, stock_marks, stock_points, stock_rules
from dockwire.ledger.tables import order_lines, orders
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug, CustomerId
from dockwire.model.override import OverrideKind
from dockwire.model.record import OrderState
from dockwire.model.stock_book import StockMarks, StockPoint, Waiting
from dockwire.model.stock_rules import StockRule

_MARKS = tuple(StockMarks.__dataclass_fields__)
_WAITING = (
    OrderState.NEW,
    OrderState.WATCHED,
    OrderState.HELD,
    OrderState.CLAIMED,
    OrderState.FAILED,
    OrderState.QUARANTINED,
)


def marks(link: Link, connection: Connection) -> StockMarks:
    """Return how far the connection's listings have been read."""
    query = select(stock_marks).where(stock_marks.c.connection == connection.slug)
    row = link.execute(query).one_or_none()
    return StockMarks() if row is None else StockMarks(*(getattr(row, name) for name in _MARKS))


def move_marks(link: Link, connection: Connection, to: StockMarks) -> None:
    """Remember how far the listings have been read."""
    values = {name: getattr(to, name) for name in _MARKS}
    moved = link.execute(
        update(stock_marks).where(stock_marks.c.connection == connection.slug).values(values)
    )
    if not moved.rowcount:
        link.execute(insert(stock_marks).values(connection=connection.slug, **values))


def siblings(link: Link, connection: Connection) -> list[Connection]:
    """Return the connections on the same stock, the given one as it is."""
    others = [
        each
        for each in registered(link)
        if each.slug != connection.slug
        and (each.warehouse, each.customer_id) == (connection.warehouse, connection.customer_id)
    ]
    return sorted([*others, connection], key=lambda each: each.slug)


def waiting_units(link: Link, slugs: Sequence[ConnectionSlug], scribe: Scribe) -> Waiting:
    """Return what orders that are not in the warehouse yet will take."""
    waits = and_(
        orders.c.connection.in_(slugs), orders.c.state.in_(_WAITING), ~has_override(OverrideKind.SKIP)
    )
    named = has_override(OverrideKind.SKUS)
    query = (
        select(orders.c.connection, order_lines.c.sku, func.sum(order_lines.c.open))
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .where(waits, ~named, order_lines.c.sku.is_not(None), order_lines.c.open > 0)
        .group_by(orders.c.connection, order_lines.c.sku)
    )
    unreadable = (
        select(func.count()).select_from(orders).where(waits, orders.c.state == OrderState.QUARANTINED)
    )
    units = {(ConnectionSlug(slug), sku): int(count) for slug, sku, count in link.execute(query)}
    by_name = _named_units(link, waits & named, units, scribe)
    return Waiting(units, by_name, int(link.scalar(unreadable) or 0))


def _named_units(
    link: Link, wanted: ColumnElement[bool], units: dict[tuple[ConnectionSlug, str], int], scribe: Scribe
) -> dict[str, int]:
    """Return the units of lines for which a person named the item, and add those orders' other lines to ``units``."""
    query = (
        select(orders.c.id, orders.c.connection, order_lines)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .where(wanted, order_lines.c.open > 0)
    )
    rows = link.execute(query).all()
    overrides = overrides_of(link, {row.id for row in rows}, scribe)
    found: Counter[str] = Counter()
    for row in rows:
        if (item := overrides[row.id].skus.get(row.amazon_item_id)) is not None:
            found[item] += row.open
        elif row.sku is not None:
            place = (ConnectionSlug(row.connection), row.sku)
            units[place] = units.get(place, 0) + row.open
    return dict(found)


def add_point(link: Link, connection: Connection, point: StockPoint) -> None:
    """Remember one point of the course; a second one of the same moment changes nothing."""
    place = (stock_points.c.connection == connection.slug) & (stock_points.c.at == point.at)
    if link.scalar(select(func.count()).select_from(stock_points).where(place)):
        return
    link.execute(
        insert(stock_points).values(
            connection=connection.slug,
            at=point.at,
            skus=point.skus,
            available=point.available,
            offered=point.offered,
        )
    )


def points(link: Link, slug: ConnectionSlug, *, since: datetime) -> list[StockPoint]:
    """Return the course since a moment."""
    query = (
        select(stock_points)
        .where(stock_points.c.connection == slug, stock_points.c.at >= since)
        .order_by(stock_points.c.at)
    )
    return [StockPoint(row.at, row.skus, row.available, row.offered) for row in link.execute(query)]


def rules(link: Link, slug: ConnectionSlug) -> dict[str, StockRule]:
    """Return the rules of single SKUs."""
    query = select(stock_rules.c.sku, stock_rules.c.rule).where(stock_rules.c.connection == slug)
    return {sku: StockRule.model_validate_json(rule) for sku, rule in link.execute(query.order_by("sku"))}


def replace_rules(link: Link, slug: ConnectionSlug, table: Mapping[str, StockRule]) -> None:
    """Put a table of rules in the place of the old one."""
    link.execute(delete(stock_rules).where(stock_rules.c.connection == slug))
    rows = [
        {"connection": slug, "sku": sku, "rule": rule.model_dump_json(exclude_none=True)}
        for sku, rule in table.items()
    ]
    for part in chunks(rows):
        link.execute(insert(stock_rules), list(part))


def aliases(link: Link, warehouse: str, customer_id: CustomerId) -> dict[str, str]:
    """Return the alias table of a warehouse customer."""
    query = select(sku_aliases.c.amazon_sku, sku_aliases.c.warehouse_sku).where(
        sku_aliases.c.warehouse == warehouse, sku_aliases.c.customer_id == customer_id
    )
    return dict(link.execute(query.order_by(sku_aliases.c.amazon_sku)).tuples().all())


def replace_aliases(link: Link, warehouse: str, customer_id: CustomerId, table: Mapping[str, str]) -> None:
    """Put an alias table in the place of the old one."""
    link.execute(
        delete(sku_aliases).where(
            sku_aliases.c.warehouse == warehouse, sku_aliases.c.customer_id == customer_id
        )
    )
    rows = [
        {"warehouse": warehouse, "customer_id": customer_id, "amazon_sku": sku, "warehouse_sku": target}
        for sku, target in table.items()
    ]
    for part in chunks(rows):
        link.execute(insert(sku_aliases), list(part))
