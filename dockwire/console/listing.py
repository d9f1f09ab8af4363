"""The frame of every list: read only, roles for acts, an audit row for each, paging by index."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import anyio.to_thread
from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette_admin.actions import ActionSelection
from starlette_admin.exceptions import ActionFailed
from starlette_admin.fields import BaseField
from starlette_admin.filters import FilterGroup
from starlette_admin.types import ListParams, RowActionsDisplayType

from dockwire.console.exporting import ExportingList, MarkedCsv
from dockwire.console.parts import EVERYBODY, WORKERS, Parts, may, user_of
from dockwire.errors import DockwireError
from dockwire.model.console import Role, SavedView

AWAY = (
    "The ledger's database does not answer as it should. An engineer looks whether it runs ('dockwire doctor'), and at the "
    "console's log."
)
_MOST_PAGE = 1_000_000
"""A page beyond this is nobody's: databases count in 64 bits."""


class ReadOnlyList(ExportingList):
    """A list over a table of the ledger. What it lets people do goes through services and is audited.

    Subclasses set ``key``, ``menu_label`` and ``sortable_fields``, return their fields from :meth:`columns` and the
    condition of a search from ``get_search_query``, and add acts with starlette-admin's ``@action`` and ``@row_action``. An act needs a clerk or
    an engineer unless ``act_roles`` says otherwise.
    """

    seen_by: ClassVar[frozenset[Role]] = EVERYBODY
    search_hint: ClassVar[str] = "Search"
    search_told: ClassVar[str] = ""
    """What the search looks for; the hint's, from its beginning, where nothing is said."""
    away: ClassVar[str] = AWAY
    """What is told where its database does not answer."""
    act_roles: ClassVar[dict[str, frozenset[Role]]] = {}

    shown_first: ClassVar[frozenset[str]] = frozenset()
    """The columns of a page that nobody has chosen columns for; empty: all."""

    list_template = "console/list.html"
    detail_template = "console/detail.html"
    page_size = 50
    page_size_options: Sequence[int] = (25, 50, 100, 250)
    action_select_all_limit = 5_000
    exporters = (MarkedCsv(escape_formulas=True),)
    row_actions: Sequence[str] | None = ("view",)
    row_actions_display_type = RowActionsDisplayType.ICON_LIST
    search_auto_submit = False

    def __init__(self, parts: Parts, model: type[Any]) -> None:
        """Take what every view works with, and the records to list."""
        self.parts = parts
        self.fields = self.columns()
        # starlette-admin filters by what can be searched.
        self.searchable_fields = [field.name for field in self.fields if field.filters]
        self.actions = [name for name in self._own_acts() if name != "delete"]
        super().__init__(model)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        raise NotImplementedError

    # -- nothing is written this way -----------------------------------------------------------
    def can_create(self, request: Request) -> bool:  # noqa: ARG002 - starlette-admin's signature
        """Say no."""
        return False

    def can_edit(self, request: Request) -> bool:  # noqa: ARG002 - starlette-admin's signature
        """Say no."""
        return False

    def can_delete(self, request: Request) -> bool:  # noqa: ARG002 - starlette-admin's signature
        """Say no."""
        return False

    def can_import(self, request: Request) -> bool:  # noqa: ARG002 - starlette-admin's signature
        """Say no."""
        return False

    # -- roles and the audit trail --------------------------------------------------------------
    def is_accessible(self, request: Request) -> bool:
        """Say whether the user's role sees this list."""
        return may(request, self.seen_by)

    async def is_action_allowed(self, request: Request, name: str) -> bool:
        """Say whether the user's role may carry out an act on many rows."""
        return self._allowed(request, name, {"export": EVERYBODY}) and await super().is_action_allowed(
            request, name
        )

    async def is_row_action_allowed(self, request: Request, name: str) -> bool:
        """Say whether the user's role may carry out an act on one row."""
        return self._allowed(request, name, {"view": EVERYBODY}) and await super().is_row_action_allowed(
            request, name
        )

    async def handle_action(self, request: Request, selection: ActionSelection, name: str) -> Response | None:
        """Carry out an act; what a service refuses is told in its own words."""
        with self._in_words():
            return await super().handle_action(request, selection, name)

    async def handle_row_action(self, request: Request, pk: Any, name: str) -> Response | None:
        """Carry out an act on one row, likewise."""
        if name == "view":
            raise ActionFailed("A row is viewed by its link.")
        with self._in_words():
            return await super().handle_row_action(request, pk, name)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except ActionFailed as error:
            # starlette-admin would tell the database's own words, which are nothing for people.
            if isinstance(error.__cause__, DBAPIError):
                raise error.__cause__ from None
            raise
        except DockwireError as error:
            raise ActionFailed(str(error)) from None

    async def before_action(self, request: Request, name: str, selection: ActionSelection) -> None:
        """Write down that an act begins, on how many rows; the act itself writes what became of each."""
        if name == "export":
            return  # written once it is known how much leaves
        rows = "all that match" if selection.is_select_all else await selection.count()
        detail = f"{self.key}: {rows}"
        await self.parts.audit(request, name, detail=detail)

    def _allowed(self, request: Request, name: str, open_to: dict[str, frozenset[Role]]) -> bool:
        return may(request, self.act_roles.get(name, open_to.get(name, WORKERS)))

    @classmethod
    def _own_acts(cls) -> list[str]:
        found = (getattr(getattr(cls, each), "_action", None) for each in dir(cls))
        return [act["name"] for act in found if act]

    # -- reading ----------------------------------------------------------------------------------
    def beside(self, session: Session, records: Sequence[Any]) -> None:
        """Give records what other tables have of them; runs in a thread, once for a page."""

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """Return one page of records."""
        skip = min(skip, _MOST_PAGE)
        found = await self.read_page(request, skip, limit, q, sorts, filters)
        await self._complete(request, found)
        await self._offer_views(request)
        return found

    async def read_page(
        self,
        request: Request,
        skip: int,
        limit: int,
        q: str | None,
        sorts: Sequence[tuple[str, str]] | None,
        filters: FilterGroup | None,
    ) -> Sequence[Any]:
        """Return the records of a page as they stand in their table; no limit below 1."""
        found: Sequence[Any] = await super().find_all(
            request, skip=skip, limit=limit, q=q, sorts=sorts, filters=filters
        )
        return found

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """Return one record, or None."""
        if not self.is_key(pk):
            return None
        found = await super().find_by_pk(request, pk)
        await self._complete(request, [] if found is None else [found])
        return found

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        """Return these records."""
        found = await super().find_by_pks(
            request, [pk for pk in pks if self.is_key(pk)][: self.action_select_all_limit]
        )
        await self._complete(request, found)
        return found

    def _parse_list_params(self, request: Request, query_params: QueryParams | None = None) -> ListParams:
        asked: ListParams = super()._parse_list_params(request, query_params)
        query = request.query_params if query_params is None else query_params
        if asked.visible_cols is None and self.shown_first:
            # None means all of them, which is a choice, too.
            names = [field.name for field in self.get_fields_list(request)]
            asked.visible_cols = [each for each in names if "cols" in query or each in self.shown_first]
        return asked

    def build_order_clauses(
        self, request: Request, sorts: Sequence[tuple[str, str]], stmt: Select[Any]
    ) -> Select[Any]:
        """Order as asked, and by id where that leaves a choice, so that pages do not overlap."""
        ordered: Select[Any] = super().build_order_clauses(request, sorts, stmt)
        down = bool(sorts) and sorts[-1][1] == "desc"
        return ordered.order_by(*(last.desc() if down else last for last in self.last_order()))

    def last_order(self) -> tuple[Any, ...]:
        """Return the columns that tell all records apart."""
        return (self.model.id,)

    def is_key(self, pk: Any) -> bool:
        """Say whether a text can be a record's key."""
        return _is_id(pk)

    async def _complete(self, request: Request, records: Sequence[Any]) -> None:
        if records:
            await anyio.to_thread.run_sync(self.beside, request.state.session, records)

    async def _offer_views(self, request: Request) -> None:
        views: list[SavedView] = await self.parts.ledger.saved_views(user_of(request).name, str(self.key))
        request.state.saved_views = views


def ways_to(keys: Iterable[str]) -> list[Route]:
    """Return the routes that lead from a list's key alone to the list."""

    async def go_on(request: Request) -> Response:
        key = request.url.path.rstrip("/").rpartition("/")[2]
        url = request.url_for(request.app.state.ROUTE_NAME + ":list", key=key)
        return RedirectResponse(url.replace(query=request.url.query), status_code=307)

    return [Route(f"/{key}", go_on, methods=["GET"], name=f"to-{key}") for key in sorted(keys)]


def _is_id(pk: Any) -> bool:
    text = str(pk)
    return text.isascii() and text.isdigit() and len(text) <= 18  # noqa: PLR2004 - digits of a 64-bit number
