"""Stock: what every SKU of every connection is offered at, is to be offered at, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import registry
from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.filters import BaseFilter, FilterApplyContext
from starlette_admin.tools import iterdecode

from dockwire.console.fields import moment, text
from dockwire.console.filtering import WORDS, OneOf, beginning
from dockwire.console.listing import ReadOnlyList
from dockwire.console.order_filters import CONNECTIONS
from dockwire.console.parts import Parts
from dockwire.console.searching import typed
from dockwire.ledger.offers import differs
from dockwire.ledger.stock_tables import stock_offers
from dockwire.ledger.tables import metadata
from dockwire.model.stock_book import OfferChoice, OfferState
from dockwire.reports.stock_words import IN_FEED, STATES

_LONGEST_KEY = 2_000


class StockRecord:
    """One Amazon SKU of a connection."""

    connection: str
    sku: str
    quantity: int | None
    wanted: int | None
    state: str
    told: str | None
    as_of: datetime | None
    why: str | None
    sent: int | None
    feed_id: int | None


registry(metadata=metadata).map_imperatively(
    StockRecord,
    stock_offers,
    include_properties=[
        "connection", "sku", "quantity", "wanted", "state", "told", "as_of", "why", "sent", "feed_id",
    ],
)  # fmt: skip


class _Choice(OneOf):
    choices = (
        (OfferChoice.WITHHELD.value, "withheld: gets no quantity"),
        (OfferChoice.DIFFERENT.value, "different from what Amazon has"),
    )

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        columns = stock_offers.c
        conditions = {
            OfferChoice.WITHHELD.value: and_(columns.why.is_not(None), columns.wanted.is_(None)),
            OfferChoice.DIFFERENT.value: and_(columns.own, differs()),
        }
        found = [conditions[each] for each in ctx.value if each in conditions]
        return and_(*found) if found else columns.sku.is_(None)


class _State(OneOf):
    choices = (
        (OfferState.KNOWN.value, "nothing"),
        (OfferState.SENT.value, "sent, no answer yet"),
        (OfferState.ACCEPTED.value, "taken, not seen yet"),
        (OfferState.REFUSED.value, "refused by Amazon"),
    )


_CHOICE: list[type[BaseFilter]] = [_Choice]
_STATE: list[type[BaseFilter]] = [_State]


class StockView(ReadOnlyList):
    """Offers with their newest decisions."""

    key = "stock"
    menu_label = "Stock"
    display_name = "SKU"
    icon = "fa fa-boxes-stacked"
    search_hint = "Amazon SKU"
    shown_first: ClassVar[frozenset[str]] = frozenset(
        {"connection", "sku", "quantity", "wanted", "state", "told"}
    )
    sortable_fields: Sequence[str] = ("connection",)
    fields_default_sort = (("connection", False),)

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(parts, StockRecord)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            text("connection", "Connection", filters=CONNECTIONS),
            text("sku", "Amazon SKU", filters=WORDS),
            text("quantity", "Amazon has", _amazon_has, filters=[]),
            text(
                "wanted",
                "Wanted",
                lambda row: "none" if row.wanted is None else str(row.wanted),
                filters=_CHOICE,
            ),
            text("state", "On its way", lambda row: STATES[_state(row)], filters=_STATE),
            text("told", "Why", lambda row: row.told or "nothing was decided yet", filters=[]),
            moment("as_of", "Decided", filters=[]),
        ]

    def get_search_query(self, request: Request, term: str) -> ColumnElement[bool]:  # noqa: ARG002 - starlette-admin's signature
        """Find by the beginning of a SKU."""
        return beginning(stock_offers.c.sku, typed(term))

    def last_order(self) -> tuple[Any, ...]:
        """Order by connection and SKU, the key."""
        return (stock_offers.c.connection, stock_offers.c.sku)

    def is_key(self, pk: Any) -> bool:
        """Say whether a text is a connection and a SKU."""
        said = str(pk)
        return len(said) <= _LONGEST_KEY and "\0" not in said and len(list(iterdecode(said))) == 2  # noqa: PLR2004 - connection and SKU


def _state(row: StockRecord) -> str:
    return IN_FEED if row.feed_id is not None else row.state


def _amazon_has(row: StockRecord) -> str:
    if row.state == OfferState.SENT:
        return "not known"
    return "not set by the merchant" if row.quantity is None else str(row.quantity)
