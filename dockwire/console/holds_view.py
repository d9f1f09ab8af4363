"""Holds: why orders wait, and what would end it; decided in place, one or many at a time."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.fields import BaseField
from starlette_admin.filters import BaseFilter
from starlette_admin.types import RequestAction

from dockwire.console.beside import skus_of
from dockwire.console.deciding_list import DecidingList
from dockwire.console.fields import moment, text
from dockwire.console.filtering import MOMENTS, WORDS, OneOf, beginning
from dockwire.console.hold_desk import MOST_AT_ONCE
from dockwire.console.hold_forms import act_of
from dockwire.console.hold_records import HoldRecord
from dockwire.console.hold_words import CODES, FIXERS, code_in_words
from dockwire.console.order_filters import CONNECTIONS, SKUS_BY_ROW
from dockwire.console.parts import Parts
from dockwire.console.searching import as_order_id


class _Code(OneOf):
    choices = CODES


class _Fixer(OneOf):
    choices = FIXERS


_CODE: list[type[BaseFilter]] = [_Code]
_FIXER: list[type[BaseFilter]] = [_Fixer]


_WHY = """
<form><input type="hidden" name="way" value="skip"><label class="form-label mt-3" for="skip-why">Why</label>
<input class="form-control" id="skip-why" name="reason" maxlength="200" required></form>
"""


class HoldsView(DecidingList):
    """Every open reason of every order that waits for somebody, the longest waiting first."""

    key = "holds"
    menu_label = "Holds"
    display_name = "Hold"
    icon = "fa fa-hand"
    search_hint = "Amazon order"
    detail_template = "console/hold.html"
    # Among the waiting orders only, which an index finds: they are few beside all orders.
    shown_first: ClassVar[frozenset[str]] = frozenset(
        {"amazon_order_id", "connection", "code", "sentence", "fixer", "since"}
    )
    sortable_fields = ("since", "ship_by", "amazon_order_id")
    fields_default_sort = (("since", False),)

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(parts, HoldRecord)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            text("amazon_order_id", "Amazon order", filters=WORDS),
            text("connection", "Connection", filters=CONNECTIONS),
            text("code", "Reason", lambda row: code_in_words(row.code), filters=_CODE),
            text("sentence", "What happened", filters=[]),
            text("skus", "SKUs", lambda row: ", ".join(row.skus), filters=SKUS_BY_ROW),
            text("fixer", "Who fixes it", filters=_FIXER),
            moment("since", "Since", filters=MOMENTS),
            moment("ship_by", "Ship by", filters=MOMENTS),
        ]

    def beside(self, session: Session, records: Sequence[HoldRecord]) -> None:
        """Read the SKUs of a page of holds."""
        found = skus_of(session, [record.order_row for record in records])
        for record in records:
            record.skus = found[record.order_row]

    def get_search_query(self, request: Request, term: str) -> ColumnElement[bool]:  # noqa: ARG002 - starlette-admin's signature
        """Find by the beginning of an order id."""
        order_id: Any = HoldRecord.amazon_order_id
        return beginning(order_id, as_order_id(term))

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """Return one hold, or None; its page is that of its order, where it is decided about."""
        found = await super().find_by_pk(request, pk)
        if found is not None and request.state.action is RequestAction.DETAIL:
            found.page = fix_url(request, [str(found.order_row)])
        return found

    @action(name="fix", text="See what ends it, and decide", custom_response=True)
    async def fix(self, request: Request, selection: ActionSelection) -> Response:
        """Go to the page that decides about the selected orders."""
        rows = dict.fromkeys(str(record.order_row) for record in await selection.rows())
        return RedirectResponse(fix_url(request, list(rows)[:MOST_AT_ONCE]), status_code=303)

    @action(
        name="skip",
        text="Skip",
        confirmation="Take the orders of the selected holds away from the warehouse?",
        submit_btn_text="Skip",
        form=_WHY,
    )
    async def skip(self, request: Request, selection: ActionSelection) -> None:
        """Take orders away from the warehouse."""
        await self.decide_about(request, selection, act_of(await request.form()))


def fix_url(request: Request, rows: Sequence[str]) -> str:
    """Return the address of the page that decides about orders, by their rows in the ledger."""
    page = request.url_for(request.app.state.ROUTE_NAME + ":fix-holds")
    return f"{page}?{urlencode([('pk', row) for row in rows])}"
