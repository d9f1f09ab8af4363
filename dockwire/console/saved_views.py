"""Views that people save: filters, order and columns of a list, their own or everybody's."""

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash
from starlette_admin.routing import route

from dockwire.console.parts import ENGINEERS, Parts, may, user_of
from dockwire.model.console import SavedView

_KEPT = frozenset({"q", "filter", "sort", "cols", "page_size"})
_LONGEST_NAME, _LONGEST_QUERY = 60, 4_000


class SavedViews(CustomView):
    """Saves and removes views; lists show them in their toolbar."""

    path = "/views"
    add_to_menu = False

    def __init__(self, parts: Parts, lists: frozenset[str]) -> None:
        """Take what every view works with, and the keys of all lists."""
        super().__init__(menu_label="Saved views")
        self._parts = parts
        self._lists = lists

    @route("", methods=["GET"], name="saved-views")
    async def index(self, request: Request) -> Response:
        """Go home: views are saved and opened in lists."""
        return RedirectResponse(request.url_for(request.app.state.ROUTE_NAME + ":index"), status_code=303)

    @route("/save", methods=["POST"], name="save-view")
    async def save(self, request: Request) -> Response:
        """Keep the query of a list under a name, and go back to it."""
        form = await request.form()
        view = _saved(form, user_of(request).name)
        if view.view not in self._lists:
            raise HTTPException(404)
        if not view.name or len(view.query) > _LONGEST_QUERY:
            flash(request, "A view needs a name of 1 to 60 characters, and not too many filters.", "error")
        else:
            await self._parts.ledger.save_view(view)
            await self._parts.audit(request, "view_saved", detail=f"{view.view}: {view.name}")
            flash(request, f"View {view.name} is saved.", "success")
        return _back(request, view.view, view.query)

    @route("/drop", methods=["POST"], name="drop-view")
    async def drop(self, request: Request) -> Response:
        """Remove one's own view; an engineer removes anybody's."""
        form = await request.form()
        key, number = str(form.get("view")), str(form.get("id"))
        if key not in self._lists or not (number.isascii() and number.isdigit()):
            raise HTTPException(404)
        dropped = len(number) < 19 and await self._parts.ledger.drop_view(  # noqa: PLR2004 - a 64-bit number
            int(number), user=user_of(request).name, everyones=may(request, ENGINEERS)
        )
        if dropped:
            await self._parts.audit(request, "view_removed", detail=f"{key}: {number}")
        flash(
            request,
            "The view is removed." if dropped else "That view is not yours.",
            "success" if dropped else "error",
        )
        return _back(request, key, "")


def _saved(form: FormData, owner: str) -> SavedView:
    pairs = parse_qsl(str(form.get("query", "")).lstrip("?"))
    query = urlencode([(key, value) for key, value in pairs if key in _KEPT])
    name = " ".join("".join(sign for sign in str(form.get("name", "")) if sign.isprintable()).split())
    return SavedView(
        name if len(name) <= _LONGEST_NAME else "", owner, "shared" in form, str(form.get("view", "")), query
    )


def _back(request: Request, key: str, query: str) -> Response:
    url = request.url_for(request.app.state.ROUTE_NAME + ":list", key=key).replace(query=query)
    return RedirectResponse(url, status_code=303)
