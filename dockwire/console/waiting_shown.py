"""What waits, as the home page shows it: by connection, and by reason; numbers with the queries that find the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from dockwire.console.board import due_query
from dockwire.console.hold_words import code_in_words
from dockwire.decisions.spans import in_words
from dockwire.ledger.standings import DUE_WITHIN
from dockwire.model.override import SKIPPED_BY_PERSON, HoldCount
from dockwire.model.record import OrderState, Shipping
from dockwire.model.status import Standing
from dockwire.reports.status_table import lag_in_words

_HELD = f"{OrderState.HELD},{Shipping.ON_HOLD},{Shipping.TO_STOP}"
"""The states that the held orders of a connection are in."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A number and the query of a list that shows what it counts."""

    count: int
    query: str
    told: str = ""
    """What it counts and leads to, where that is not the same."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """Where a connection stands, in numbers."""

    connection: str
    lag: str
    held: Counted
    oldest_hold: str
    due: Counted
    packages_refused: Counted
    quantities_refused: Counted


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Orders that wait for the same reason."""

    reason: str
    orders: Counted
    oldest: str


def connection_rows(standings: Sequence[Standing]) -> list[ConnectionRow]:
    """Return where connections stand."""
    return [_connection_row(each) for each in standings]


def reason_rows(summary: Sequence[HoldCount], now: datetime) -> list[ReasonRow]:
    """Return why orders wait, the oldest reason first; those that a person took away wait no more."""
    return [
        ReasonRow(
            code_in_words(each.code),
            Counted(each.orders, urlencode({"filter": f"code__in={each.code}"})),
            in_words(now - each.oldest),
        )
        for each in summary
        if each.code != SKIPPED_BY_PERSON
    ]


def _connection_row(standing: Standing) -> ConnectionRow:
    slug = standing.connection
    since = standing.holds.since
    return ConnectionRow(
        connection=slug,
        lag=lag_in_words(standing),
        held=Counted(standing.holds.count, _of(slug, f"state__in={_HELD}")),
        oldest_hold=in_words(standing.at - since) if standing.holds.count and since else "",
        due=Counted(standing.ship_by.due, due_query(slug, DUE_WITHIN)),
        packages_refused=Counted(
            standing.shipments_refused,
            _of(slug, f"state__in={Shipping.REFUSED.value}"),
            f"Packages of {slug} that Amazon refused: {standing.shipments_refused}; leads to their orders",
        ),
        quantities_refused=Counted(standing.quantities_refused, _of(slug, "state__in=refused")),
    )


def _of(connection: str, condition: str) -> str:
    return urlencode({"filter": f"connection__in={connection} AND {condition}"})
