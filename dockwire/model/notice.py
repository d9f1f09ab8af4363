"""Kinds of notices: which facts each tells, and how pressing it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dockwire.errors import Fixer
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.record import FactKind, OrderState, Shipping


class NoticeKind(StrEnum):
    """What people can ask to be told of; also the names in a connection's contacts."""

    ORDERS_FLOWING = "orders_flowing"
    ORDERS_CREATED = "orders_created"
    ORDERS_HELD = "orders_held"
    HOLDS_DIGEST = "holds_digest"
    SHIP_BY_RISK = "ship_by_risk"
    SHIPMENTS_REFUSED = "shipments_refused"
    STOCK_REFUSED = "stock_refused"
    CONSENT_EXPIRES = "consent_expires"
    RUN_FAILED = "run_failed"
    RUN_CRASHED = "run_crashed"
    RUN_LATE = "run_late"


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """How a kind of notice behaves."""

    facts: frozenset[FactKind]
    urgent: bool = False
    """Goes out in quiet hours too: by morning it may have cost an order or a promise."""
    worse: frozenset[FactKind] = frozenset()
    """Those of its facts that do not wait for a digest and go to the escalation contacts too."""
    escalates: bool = False
    """It can get worse, so it takes escalation contacts."""
    digests: bool = True
    """It may wait for a digest."""
    daily: bool = False
    """It is a digest by itself, and has an hour even when none is named."""


RULES: Mapping[NoticeKind, NoticeRule] = {
    NoticeKind.ORDERS_FLOWING: NoticeRule(frozenset({FactKind.ORDERS_FLOWING}), digests=False),
    NoticeKind.ORDERS_CREATED: NoticeRule(frozenset({FactKind.ORDER_CREATED, FactKind.ORDER_ADOPTED})),
    NoticeKind.ORDERS_HELD: NoticeRule(
        frozenset(
            {
                FactKind.ORDER_HELD,
                FactKind.ORDER_FAILED,
                FactKind.ORDER_QUARANTINED,
                FactKind.ORDER_FOUND_LATE,
                FactKind.CANCELLED_IN_WAREHOUSE,
                FactKind.HELD_IN_WAREHOUSE,
                FactKind.CHANGE_NEEDS_PERSON,
                FactKind.OPEN_ORDER_PURGED,
            }
        ),
        worse=frozenset({FactKind.HELD_IN_WAREHOUSE, FactKind.CHANGE_NEEDS_PERSON}),
        escalates=True,
    ),
    NoticeKind.HOLDS_DIGEST: NoticeRule(frozenset({FactKind.HOLDS_WAIT}), digests=True, daily=True),
    NoticeKind.SHIP_BY_RISK: NoticeRule(
        frozenset({FactKind.SHIP_BY_NEAR, FactKind.SHIP_BY_PASSED}),
        urgent=True,
        worse=frozenset({FactKind.SHIP_BY_PASSED}),
        escalates=True,
    ),
    NoticeKind.SHIPMENTS_REFUSED: NoticeRule(
        frozenset({FactKind.CLOSE_REFUSED, FactKind.SHIPMENT_REFUSED}), urgent=True
    ),
    NoticeKind.STOCK_REFUSED: NoticeRule(
        frozenset({FactKind.STOCK_REFUSED, FactKind.STOCK_DIFFERS, FactKind.STOCK_WITHHELD}), urgent=True
    ),
    NoticeKind.CONSENT_EXPIRES: NoticeRule(
        frozenset({FactKind.CONSENT_EXPIRES, FactKind.SECRET_EXPIRES}), escalates=True, digests=False
    ),
    NoticeKind.RUN_FAILED: NoticeRule(frozenset({FactKind.RUN_FAILED})),
    NoticeKind.RUN_CRASHED: NoticeRule(frozenset({FactKind.RUN_CRASHED})),
    NoticeKind.RUN_LATE: NoticeRule(frozenset({FactKind.RUN_LATE}), urgent=True),
}

TOLD = frozenset().union(*(rule.facts for rule in RULES.values()))
"""Facts that some notice tells."""


class ShipByStage(StrEnum):
    """How pressing an order's ship-by time is; each order is told once for each."""

    NEAR = "near"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class ShipByRow:
    """An order that has not shipped, and the time it has to."""

    row: int
    order_id: AmazonOrderId
    ship_by: datetime
    state: OrderState
    shipping: Shipping | None
    region: str
    warehouse_order_id: int | None


@dataclass(frozen=True, slots=True)
class ShipByWarning:
    """What is told of such an order."""

    row: int
    order_id: AmazonOrderId
    ship_by: datetime
    stage: ShipByStage
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class WaitingReason:
    """Orders that wait for the same reason."""

    code: str
    sentence: str
    """Of one of them."""
    fixer: Fixer
    orders: int
    since: datetime
    """When the oldest began to wait."""
    example: AmazonOrderId


@dataclass(frozen=True, slots=True)
class NotedRun:
    """A flow run that crashed, failed or is late, to be told once."""

    run: str
    kind: FactKind
    connection: ConnectionSlug
    detail: dict[str, str]
    daily: str = ""
    """What fails again and again under this name (at most 40 characters) is told once a day; empty: each time."""


class MailState(StrEnum):
    """How far a mail of the outbox has come."""

    WAITING = "waiting"
    """Not due yet, or about to be sent."""
    FAILED = "failed"
    """The server did not take it; tried again by itself."""
    REFUSED = "refused"
    """The server refuses an address for good; the others have the mail."""
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail of the outbox, for people."""

    id: int
    connection: ConnectionSlug
    kind: str
    subject: str
    recipients: tuple[str, ...]
    state: MailState
    posted: datetime
    not_before: datetime
    sent: datetime | None
    attempts: int
    error: str
    refused: tuple[str, ...]
    """Addresses that a server refused for good."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a server did with a mail that it took for at least one address, or refused by address."""

    later: tuple[str, ...] = ()
    """Addresses it does not take now."""
    refused: tuple[str, ...] = ()
    """Addresses it will not take."""
    told: str = ""
    """Why, with the server's own words: they may quote addresses, and belong into no log."""
