"""Where connections stand: a fixed number of queries, whatever the number of connections and orders."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy import Connection as Link

from dockwire.decisions.expiry import secret_expires
from dockwire.decisions.onboarding import approval_refusal, terms_wanted
from dockwire.errors import Fixer
from dockwire.ledger import runs
from dockwire.ledger.agreement_book import acceptances, newest_rulings
from dockwire.ledger.consents import all_consents
from dockwire.ledger.on_hold import noted
from dockwire.ledger.overrides import has_override
from dockwire.ledger.parcel_outcomes import understood
from dockwire.ledger.shipping_states import shipping_state
from dockwire.ledger.stock_tables import stock_offers
from dockwire.ledger.tables import (
    accounts,
    closings,
    connections,
    events,
    holds,
    orders,
    outbox,
    parcels,
    quota_buckets,
    shipping_marks,
    watermarks,
)
from dockwire.model.agreement import Acceptance, Ruling
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.ids import ConnectionSlug, SellerId
from dockwire.model.marketplaces import Region
from dockwire.model.order import OrderStatus
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, FactKind, OrderState, Shipping
from dockwire.model.status import Bucket, ConsentEnds, ShipBy, Standing, Waiting
from dockwire.model.stock_book import OfferState

T = TypeVar("T")

DUE_WITHIN = timedelta(hours=24)
"""An order whose time to ship ends this soon counts as due."""

_WAITING = (
    OrderState.NEW,
    OrderState.WATCHED,
    OrderState.HELD,
    OrderState.QUARANTINED,
    OrderState.CLAIMED,
    OrderState.FAILED,
)
_TO_SHIP = (OrderState.NEW, OrderState.HELD, OrderState.CLAIMED, OrderState.FAILED, OrderState.CREATED)
_NOT_SHIPPED = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)
_PERSONS = tuple(each for each in Fixer if each is not Fixer.NOBODY)
_SLUG = connections.c.slug
_TOLD = (Shipping.CONFIRMED, Shipping.NOT_NEEDED)


def standings(link: Link, slug: ConnectionSlug | None, *, now: datetime) -> list[Standing]:
    """Return where connections stand, by name."""
    only = connections.c.slug == slug if slug else connections.c.slug.is_not(None)
    places = link.execute(_places(only)).all()
    ran = runs.newest(link, slug)
    waiting = _orders(link, only)
    held = _holds(link, only)
    ship_by = _ship_by(link, only, now)
    packages = _parcels(link, only)
    refused_for = _refused_for(link, only)
    offers = _offers(link, only)
    mails = _mails(link, only)
    buckets = _buckets(link, places if slug else None)
    consents = _consents(link)
    accepted, ruled = acceptances(link), newest_rulings(link)
    return [
        Standing(
            connection=ConnectionSlug(place.slug),
            account=(account := _account(place)),
            at=now,
            registered=place.registered,
            # This one field only: settings of an older version must not keep the status from being shown.
            stock_sync=bool(json.loads(place.settings).get("stock_sync")),
            watermark=place.mark,
            runs=ran.get(place.slug, {}),
            orders=waiting.get(place.slug, {}),
            holds=held.get(place.slug, Waiting()),
            ship_by=ship_by.get(place.slug, ShipBy()),
            shipments=(parcel := packages.get(place.slug, (Waiting(), 0)))[0],
            shipments_refused=parcel[1],
            refused_for=refused_for.get(place.slug, ()),
            quantities_under_way=(offer := offers.get(place.slug, (0, 0)))[0],
            quantities_refused=offer[1],
            mails=mails.get(place.slug, Waiting()),
            buckets=buckets.get(str(account), ()),
            consent=_ends(consents.get(account), place.settings),
            terms_wanted=(agreed := _agreed(place, accepted, ruled))[0],
            approval_wanted=agreed[1],
        )
        for place in places
    ]


def fact_counts(link: Link) -> dict[tuple[ConnectionSlug, FactKind], int]:
    """Return how many facts there are, by connection and kind."""
    query = select(events.c.connection, events.c.kind, func.count()).group_by(
        events.c.connection, events.c.kind
    )
    return {(ConnectionSlug(slug), FactKind(kind)): count for slug, kind, count in link.execute(query)}


def consent_of(link: Link, account: AccountKey) -> ConsentEnds | None:
    """Return what is known of an account's consent."""
    return _consents(link).get(account)


def _consents(link: Link) -> Mapping[AccountKey, ConsentEnds]:
    return {each.account: ConsentEnds(each.expires) for each in all_consents(link)}


def _ends(consent: ConsentEnds | None, settings: str) -> ConsentEnds | None:
    """Add the end of the client secret, where its first day is known."""
    changed = json.loads(settings).get("secret_changed")
    if changed is None:
        return consent
    return replace(consent or ConsentEnds(), secret_expires=secret_expires(date.fromisoformat(changed)))


def _agreed(
    place: Row[Any], accepted: Mapping[ConnectionSlug, Acceptance], ruled: Mapping[ConnectionSlug, Ruling]
) -> tuple[str, str]:
    """Return what people still have to agree to: the 3PL's terms, and that the connection may run."""
    slug, settings = ConnectionSlug(place.slug), json.loads(place.settings)
    terms = terms_wanted(slug, settings.get("terms_sha256", ""), accepted.get(slug))
    if not settings.get("needs_approval"):
        return terms, ""
    return terms, approval_refusal(Connection.model_validate_json(place.settings), ruled.get(slug))


def _places(only: ColumnElement[bool]) -> Select[Any]:
    here = and_(
        watermarks.c.account_id == connections.c.account_id,
        watermarks.c.marketplace_id == connections.c.marketplace_id,
    )
    return (
        select(
            connections.c.slug,
            connections.c.settings,
            connections.c.registered,
            accounts.c.application_id,
            accounts.c.seller_id,
            accounts.c.region,
            watermarks.c.mark,
        )
        .join(accounts, accounts.c.id == connections.c.account_id)
        .outerjoin(watermarks, here)
        .where(only)
        .order_by(connections.c.slug)
    )


def _account(place: Row[Any]) -> AccountKey:
    return AccountKey(
        application_id=place.application_id, seller_id=SellerId(place.seller_id), region=Region(place.region)
    )


def _orders(link: Link, only: ColumnElement[bool]) -> dict[str, dict[OrderState, int]]:
    query = (
        select(_SLUG, orders.c.state, func.count())
        .select_from(connections.join(orders, orders.c.connection == connections.c.slug))
        .where(only, orders.c.state.in_(_WAITING))
        # One that cannot be read stays so after a person skipped it, but waits for nobody.
        .where(or_(orders.c.state != OrderState.QUARANTINED, ~has_override(OverrideKind.SKIP)))
        .group_by(_SLUG, orders.c.state)
    )
    found: dict[str, dict[OrderState, int]] = {}
    for slug, state, count in link.execute(query):
        found.setdefault(slug, {})[OrderState(state)] = count
    return found


def _holds(link: Link, only: ColumnElement[bool]) -> dict[str, Waiting]:
    open_hold = and_(holds.c.order_id == orders.c.id, holds.c.resolved.is_(None))
    query = (
        select(
            _SLUG,
            func.count(orders.c.id.distinct()),
            func.min(holds.c.since),
            *(_how_many(holds.c.fixer == each) for each in _PERSONS),
        )
        .select_from(connections.join(orders, orders.c.connection == connections.c.slug))
        .outerjoin(holds, open_hold)
        .where(only, or_(orders.c.state == OrderState.HELD, _stopped_there()))
        .group_by(_SLUG)
    )
    return {row[0]: Waiting(row[1], row[2], _persons(row[3:])) for row in link.execute(query)}


def _stopped_there() -> ColumnElement[bool]:
    """Return whether an order of the warehouse is on hold there, or to be held or cancelled, and not shipped."""
    stopped = (Shipping.ON_HOLD, Shipping.TO_STOP)
    # Few are noted, and an index finds them; only of those the state is reckoned.
    return and_(noted(), shipping_state().in_(stopped))


def _ship_by(link: Link, only: ColumnElement[bool], now: datetime) -> dict[str, ShipBy]:
    shipping = shipping_state()
    outside = orders.c.state != OrderState.CREATED
    query = (
        select(
            _SLUG,
            func.count(),
            _how_many(orders.c.ship_by < now),
            _how_many(outside),
            *(_how_many(and_(outside, _waits_for(each))) for each in _PERSONS),
        )
        .select_from(connections.join(orders, orders.c.connection == connections.c.slug))
        .where(only, orders.c.amazon_status.in_(_NOT_SHIPPED), orders.c.ship_by <= now + DUE_WITHIN)
        .where(orders.c.state.in_(_TO_SHIP), or_(shipping.is_(None), shipping.not_in(_TOLD)))
        .group_by(_SLUG)
    )
    return {
        slug: ShipBy(due, late, missing, _persons(counts))
        for slug, due, late, missing, *counts in link.execute(query)
    }


def _waits_for(fixer: Fixer) -> ColumnElement[bool]:
    """Return whether an order waits for somebody like this."""
    mine = and_(holds.c.order_id == orders.c.id, holds.c.resolved.is_(None), holds.c.fixer == fixer)
    return exists().where(mine).correlate(orders)


def _persons(counts: Sequence[int]) -> tuple[Fixer, ...]:
    """Return those of the persons who have something to do."""
    return tuple(each for each, some in zip(_PERSONS, counts, strict=True) if some)


def _parcels(link: Link, only: ColumnElement[bool]) -> dict[str, tuple[Waiting, int]]:
    refused = parcels.c.state == ParcelState.REFUSED
    query = (
        select(
            _SLUG,
            _how_many(~refused),
            func.min(case((~refused, parcels.c.first_seen))),
            _how_many(refused),
        )
        .select_from(connections.join(parcels, parcels.c.connection == connections.c.slug))
        .where(only)
        .where(parcels.c.state.in_((ParcelState.TO_SEND, ParcelState.SENT, ParcelState.REFUSED)))
        .group_by(_SLUG)
    )
    unread = _closed_unread(link, only)
    found = {slug: (Waiting(count, since), bad) for slug, count, since, bad in link.execute(query)}
    for slug, closed in unread.items():
        known, bad = found.get(slug, (Waiting(), 0))
        begun = [each for each in (known.since, closed.since) if each is not None]
        found[slug] = (Waiting(known.count + closed.count, min(begun, default=None)), bad)
    return found


def _refused_for(link: Link, only: ColumnElement[bool]) -> dict[str, tuple[Fixer, ...]]:
    """Return who can mend refused packages, by connection."""
    query = (
        select(_SLUG, parcels.c.problem)
        .select_from(connections.join(parcels, parcels.c.connection == connections.c.slug))
        .where(only, parcels.c.state == ParcelState.REFUSED)
    )
    found: dict[str, set[Fixer]] = {}
    for slug, told in link.execute(query):
        if (refusal := understood(told)) is not None:
            found.setdefault(slug, set()).add(refusal.fixer)
    return {slug: tuple(each for each in _PERSONS if each in named) for slug, named in found.items()}


def _closed_unread(link: Link, only: ColumnElement[bool]) -> dict[str, Waiting]:
    """Return the orders that requests closed and whose packages the tracking update has not read yet.

    What it did not meet in a whole reading of later was opened again in the warehouse, or cancelled there.
    """
    mark = (
        select(shipping_marks.c.mark)
        .where(shipping_marks.c.connection == orders.c.connection)
        .correlate(orders)
        .scalar_subquery()
    )
    is_known = exists().where(parcels.c.order_id == orders.c.id).correlate(orders)
    closed = closings.c.state == ClosingState.CLOSED
    # Looked up order by order: a join may begin with every closing ever.
    since = (
        select(func.min(closings.c.at))
        .where(closings.c.order_id == orders.c.id, closed, or_(mark.is_(None), closings.c.at >= mark))
        .correlate(orders)
        .scalar_subquery()
    )
    unread = (
        select(_SLUG, since.label("since"))
        .select_from(connections.join(orders, orders.c.connection == connections.c.slug))
        # Nearly all orders are in the warehouse, and Amazon waits for few: these are found by its status.
        .where(only, orders.c.amazon_status.in_(_NOT_SHIPPED), orders.c.state != OrderState.CANCELLED)
        .where(~is_known)
        .subquery()
    )
    query = (
        select(unread.c.slug, func.count(), func.min(unread.c.since))
        .where(unread.c.since.is_not(None))
        .group_by(unread.c.slug)
    )
    return {slug: Waiting(count, since) for slug, count, since in link.execute(query)}


def _offers(link: Link, only: ColumnElement[bool]) -> dict[str, tuple[int, int]]:
    refused = stock_offers.c.state == OfferState.REFUSED
    query = (
        select(_SLUG, _how_many(~refused), _how_many(refused))
        .select_from(connections.join(stock_offers, stock_offers.c.connection == connections.c.slug))
        .where(only)
        .where(stock_offers.c.state.in_((OfferState.SENT, OfferState.ACCEPTED, OfferState.REFUSED)))
        .group_by(_SLUG)
    )
    return {slug: (under_way, bad) for slug, under_way, bad in link.execute(query)}


def _mails(link: Link, only: ColumnElement[bool]) -> dict[str, Waiting]:
    query = (
        select(_SLUG, func.count(), func.min(outbox.c.posted))
        .select_from(connections.join(outbox, outbox.c.connection == connections.c.slug))
        .where(only, outbox.c.sent.is_(None))
        .group_by(_SLUG)
    )
    return {slug: Waiting(count, since) for slug, count, since in link.execute(query)}


def _buckets(link: Link, places: Sequence[Row[Any]] | None) -> dict[str, tuple[Bucket, ...]]:
    """Return buckets by account: of these places' accounts, or of all."""
    query = select(quota_buckets).order_by(quota_buckets.c.key)
    if places is not None:
        begins = [quota_buckets.c.key.startswith(f"{_account(place)}/", autoescape=True) for place in places]
        query = query.where(or_(*begins)) if begins else query.limit(0)
    found: dict[str, tuple[Bucket, ...]] = {}
    for row in link.execute(query):
        account, _, operation = row.key.rpartition("/")
        found[account] = (*found.get(account, ()), Bucket(operation, row.arrival, row.rate))
    return found


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
