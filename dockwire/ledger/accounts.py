"""Seller accounts and the connections that share them."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection as Link
from sqlalchemy import insert, select, update

from dockwire.errors import SettingsError
from dockwire.ledger.tables import accounts, connections, harvests, orders, watermarks
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.record import OrderState

FIRST_SPAN_SECONDS = 86_400
"""How much one chain covers until it proves too long: a day."""


def account_id(link: Link, account: AccountKey) -> int:
    """Return the row of an account, made if need be."""
    query = select(accounts.c.id).where(
        accounts.c.application_id == account.application_id,
        accounts.c.seller_id == account.seller_id,
        accounts.c.region == account.region,
    )
    found = link.scalar(query)
    if found is not None:
        return int(found)
    made = link.execute(
        insert(accounts)
        .values(application_id=account.application_id, seller_id=account.seller_id, region=account.region)
        .returning(accounts.c.id)
    ).scalar_one()
    link.execute(insert(harvests).values(account_id=made, span_seconds=FIRST_SPAN_SECONDS))
    return int(made)


def register(link: Link, connection: Connection, now: datetime) -> None:
    """Create or update a connection; adopt orders of its marketplace that were stored before.

    Raises:
        SettingsError: another connection serves this seller's marketplace, or this one moved to
            another seller or marketplace.
    """
    account = account_id(link, connection.account)
    known = link.execute(select(connections).where(connections.c.slug == connection.slug)).one_or_none()
    settings = connection.model_dump_json()
    if known is None:
        _refuse_second(link, account, connection)
        link.execute(
            insert(connections).values(
                slug=connection.slug,
                account_id=account,
                marketplace_id=connection.marketplace.id,
                settings=settings,
                registered=now,
            )
        )
    elif (known.account_id, known.marketplace_id) != (account, connection.marketplace.id):
        raise SettingsError(
            f"connection {connection.slug} was made for another seller or marketplace; its orders stay "
            "with it, so give the new one another name"
        )
    elif known.settings != settings:
        link.execute(
            update(connections).where(connections.c.slug == connection.slug).values(settings=settings)
        )
        if connection.import_since < _first_day(known.settings):
            _read_from(link, account, connection)
    _begin_reading(link, account, connection)
    link.execute(
        update(orders)
        .where(orders.c.account_id == account, orders.c.connection.is_(None))
        .where(orders.c.marketplace_id == connection.marketplace.id)
        .values(connection=connection.slug, needs_decision=True)
    )


def registered(link: Link) -> list[Connection]:
    """Return all connections by slug."""
    rows = link.scalars(select(connections.c.settings).order_by(connections.c.slug))
    return [Connection.model_validate_json(settings) for settings in rows]


def connection_of(link: Link, account: int) -> dict[str, str]:
    """Return the connection that serves each marketplace of an account."""
    query = (
        select(connections.c.marketplace_id, connections.c.slug)
        .where(connections.c.account_id == account)
        .order_by(connections.c.slug)
    )
    return {row.marketplace_id: row.slug for row in link.execute(query)}


def _refuse_second(link: Link, account: int, connection: Connection) -> None:
    other = connection_of(link, account).get(connection.marketplace.id)
    if other is not None:
        raise SettingsError(
            f"connection {connection.slug}: {other} already serves {connection.marketplace_code} of seller "
            f"{connection.seller_id}; one marketplace of a seller has one connection"
        )


def first_days(link: Link, slugs: Iterable[str]) -> dict[str, datetime]:
    """Return the moment from which each of these connections imports."""
    query = select(connections.c.slug, connections.c.settings).where(connections.c.slug.in_(set(slugs)))
    return {row.slug: _first_day(row.settings) for row in link.execute(query)}


def _first_day(settings: str) -> datetime:
    # This one field only: settings of an older version must not keep newer ones out.
    return datetime.fromisoformat(json.loads(settings)["import_since"])


def _read_from(link: Link, account: int, connection: Connection) -> None:
    """Go back to an earlier first day: read again from there, and decide again what was skipped."""
    # The chain under way would move the watermark past what is to be read now.
    link.execute(update(harvests).where(harvests.c.account_id == account).values(chain_sealed=None))
    link.execute(
        update(watermarks)
        .where(watermarks.c.account_id == account)
        .where(watermarks.c.marketplace_id == connection.marketplace.id)
        .where(watermarks.c.mark > connection.import_since)
        .values(mark=connection.import_since)
    )
    link.execute(
        update(orders)
        .where(orders.c.connection == connection.slug, orders.c.state == OrderState.SKIPPED)
        .values(needs_decision=True, version=orders.c.version + 1)
    )


def _begin_reading(link: Link, account: int, connection: Connection) -> None:
    place = (watermarks.c.account_id == account) & (watermarks.c.marketplace_id == connection.marketplace.id)
    if link.scalar(select(watermarks.c.mark).where(place)) is None:
        link.execute(
            insert(watermarks).values(
                account_id=account, marketplace_id=connection.marketplace.id, mark=connection.import_since
            )
        )
