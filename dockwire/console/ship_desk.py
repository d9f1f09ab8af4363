"""The page where clerks ship and close orders, and see what became of it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.routing import route

from dockwire.console.hold_reading import rows_of
from dockwire.console.parts import WORKERS, Parts, may
from dockwire.console.ship_faults import faults_of, mark_of, overruled_of
from dockwire.console.ship_filling import chosen_of, filled_page
from dockwire.console.ship_form import FIELD, Typed, TypedCharge, request_of, typed_of
from dockwire.console.ship_looks import Looks
from dockwire.console.ship_methods import methods_of
from dockwire.console.ship_page import previewed
from dockwire.console.ship_pasting import pasted, told_of
from dockwire.console.ship_reading import ShipRow, rows_shown
from dockwire.console.ship_sending import (
    Sent,
    note_refused,
    refused_of,
    rest_to_close,
    send,
    sent_as,
    typed_again,
)
from dockwire.console.ship_ways import MOST_AT_ONCE, OTHER, held, nothing_left, query_of, to_run
from dockwire.errors import DockwireError
from dockwire.model.charge import Apply
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import KINDS

ONLY = "only-"
"""Begins what is asked for when only the orders of one ship method are to be closed."""


class ShipDesk(CustomView):
    """Ships and closes orders by a run of the flow; for clerks and engineers."""

    path = "/ship-and-close"
    add_to_menu = False

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(menu_label="Ship and close")
        self._parts = parts
        self._looks = Looks(parts.desk, parts.clock)

    def is_accessible(self, request: Request) -> bool:
        """Say whether the user's role closes orders."""
        return may(request, WORKERS)

    @route("", methods=["GET"], name="ship-and-close")
    async def index(self, request: Request) -> Response:
        """Show the form for orders by their rows in the ledger (``pk``), or for what a run left open (``again``)."""
        if run_id := request.query_params.get("again"):
            return await self._again(request, run_id)
        shown = await rows_shown(self._parts, rows_of(request.query_params.getlist("pk"), most=MOST_AT_ONCE))
        return await self._form(request, shown)

    @route("/do", methods=["POST"], name="ship-and-close-do")
    async def act(self, request: Request) -> Response:
        """Check what was typed, send it, fill in pasted numbers, or add a row of charges."""
        form = await request.form()
        shown, typed = await self._typed(form)
        if not shown or not shown[0].connection:
            raise HTTPException(404)
        what = str(form.get("do", "check"))
        if what == "more":
            typed = replace(typed, charges=(*typed.charges, TypedCharge()))
            return await self._form(request, shown, typed)
        if what.startswith(ONLY):
            return await self._only(request, shown, typed, what.removeprefix(ONLY))
        if what == "fill":
            return await self._fill(request, shown, typed)
        return await self._check(request, shown, typed, sends=what == "send")

    @route("/preview", methods=["POST"], name="ship-and-close-preview")
    async def preview(self, request: Request) -> Response:
        """Return what the typed charges come to, order by order."""
        shown, typed = await self._typed(await request.form())
        if not typed.chosen:
            return JSONResponse({"faults": [], "sum": "", "rows": {}})
        try:
            seen = await self._looks.recent(*chosen_of(shown, typed))
        except DockwireError as error:
            return JSONResponse({"faults": [str(error)], "sum": "", "rows": {}})
        found = previewed(seen, typed)
        rows = {
            each.row: [found.added[each.order_id], found.total[each.order_id]]
            for each in shown
            if each.order_id in found.added
        }
        told = [f"{fault.field}: {fault.sentence}" for fault in found.faults]
        return JSONResponse({"faults": told, "sum": found.sum, "rows": rows})

    @route("/run", methods=["GET"], name="ship-and-close-run")
    async def result(self, request: Request) -> Response:
        """Show what became of a request, order by order."""
        sent = await self._sent(request.query_params.get("id", ""))
        shown = await rows_shown(self._parts, rows_of(request.query_params.getlist(OTHER), most=MOST_AT_ONCE))
        others = [each.row for each in shown if each.connection == sent.connection]
        context: dict[str, Any] = {
            "others": others,
            "query": query_of(others),
            # The one that was asked with before, where the answer to it was lost.
            "once": request.query_params.get("once") or secrets.token_urlsafe(12),
        }
        return self._show(request, "console/ship_result.html", sent=sent, **context)

    @route("/repeat", methods=["POST"], name="ship-and-close-repeat")
    async def repeat(self, request: Request) -> Response:
        """Ask for the same request again: it does what is left of it, and charges nothing twice."""
        form = await request.form()
        sent = await self._sent(str(form.get("id", "")))
        others = rows_of([str(each) for each in form.getlist(OTHER)], most=MOST_AT_ONCE)
        if sent.holds:
            return held(request, sent, others)
        names = [row.order_id for row in sent.rows if not row.is_closed]
        once = str(form.get("once", ""))
        self._looks.forget(sent.connection, names)
        try:
            run = await send(self._parts, request, sent.connection, sent.request, names, once=once)
        except DockwireError as error:
            flash(request, str(error), "error")
            return to_run(request, sent.run_id, others, once=once)
        return to_run(request, run.id, others)

    # -- what was typed ------------------------------------------------------------------------
    async def _typed(self, form: FormData) -> tuple[list[ShipRow], Typed]:
        """Return the orders of a form, of the connection of the first one, and what was typed."""
        every = [name.removeprefix(FIELD) for name in form if name.startswith(FIELD)]
        asked = every or [str(each) for each in form.getlist("pk")]
        if len(set(asked)) > MOST_AT_ONCE:
            raise HTTPException(400, f"Nothing was sent: a page takes {MOST_AT_ONCE} orders at most.")
        shown = await rows_shown(self._parts, rows_of(asked, most=MOST_AT_ONCE))
        mine = [each for each in shown if each.connection == shown[0].connection]
        return mine, typed_of(form, [each.row for each in mine])

    async def _fill(self, request: Request, shown: Sequence[ShipRow], typed: Typed) -> Response:
        names = {name: each.row for each in shown for name in each.names}
        ticked = [each.row for each in shown if each.row in typed.chosen]
        found = pasted(typed.pasted, ticked, names)
        if found.faults:
            return await self._form(request, shown, typed, faults=found.faults, nothing_was="filled in")
        typed = replace(typed, tracking={**typed.tracking, **found.tracking}, pasted="")
        told, note = told_of(found, ticked, typed.tracking)
        return await self._form(request, shown, typed, told=told, note=note)

    async def _only(self, request: Request, shown: Sequence[ShipRow], typed: Typed, key: str) -> Response:
        """Tick the orders that are to travel one way, and take it as the routing."""
        try:
            seen = await self._looks.recent(shown[0].connection, [each.order_id for each in shown])
        except DockwireError as error:
            return await self._form(request, shown, typed, trouble=str(error))
        method = next((each for each in methods_of(seen, shown) if each.key == key), None)
        if method is not None:
            typed = replace(typed, chosen=frozenset(method.rows), routing=method.words)
        return await self._form(request, shown, typed)

    async def _check(
        self, request: Request, shown: Sequence[ShipRow], typed: Typed, *, sends: bool
    ) -> Response:
        connection = shown[0].connection
        wanted, faults = request_of(typed, {each.row: each.order_id for each in shown})
        if wanted is None:
            return await self._form(request, shown, typed, faults=faults)
        try:
            plan = (await self._looks.fresh(connection, wanted)).plan(wanted)
            rows = {each.order_id: each.row for each in shown}
            faults += faults_of(plan.problems, rows)
            doubts = _doubts(plan)
            warnings = faults_of(doubts, rows)
            if faults:
                if sends and plan.problems:
                    await note_refused(self._parts, request, connection, refused_of(wanted, plan.problems))
                return await self._form(request, shown, typed, faults=faults, warnings=warnings)
            if not sends or (warnings and typed.warned != mark_of(wanted.token, warnings)):
                told = "" if sends or warnings else "Nothing is in the way."
                typed = replace(typed, warned=mark_of(wanted.token, warnings))
                return await self._form(request, shown, typed, warnings=warnings, told=told)
            names = [form.order for form in wanted.orders]
            told_before = overruled_of(doubts)
            run = await send(
                self._parts, request, connection, wanted, names, once=typed.once, overruled=told_before
            )
        except DockwireError as error:
            return await self._form(request, shown, typed, faults=faults, trouble=str(error))
        self._looks.forget(connection, names)
        return to_run(request, run.id, [each.row for each in shown if each.row not in typed.chosen])

    async def _again(self, request: Request, run_id: str) -> Response:
        """Offer what a run left open, as it was typed."""
        sent = await self._sent(run_id)
        if sent.holds:
            return held(request, sent)
        try:
            rest = await rest_to_close(self._parts, self._looks, sent, most=MOST_AT_ONCE)
            rows = {each.order_id: each.row for each in rest.shown}
            typed = typed_again(sent, rows, rest.currency)
        except (DockwireError, ValueError) as error:
            flash(request, str(error), "error")
            return to_run(request, run_id)
        if not rest.shown:
            flash(request, *nothing_left(sent))
            return to_run(request, run_id)
        return await self._form(request, rest.shown, typed, told=rest.told)

    async def _sent(self, run_id: str) -> Sent:
        try:
            sent = await sent_as(self._parts, run_id)
        except DockwireError as error:
            raise HTTPException(503, str(error)) from None
        if sent is None:
            raise HTTPException(404)
        return sent

    # -- pages ---------------------------------------------------------------------------------
    async def _form(
        self,
        request: Request,
        shown: Sequence[ShipRow],
        typed: Typed | None = None,
        **more: Any,
    ) -> Response:
        if not shown:
            raise HTTPException(404)
        places = list(dict.fromkeys(each.connection for each in shown))
        if len(places) > 1 or not places[0]:
            return self._choose(request, shown, places)
        page = await filled_page(self._looks, shown, typed, more)
        return self._show(
            request,
            "console/ship_and_close.html",
            400 if page.faults or page.trouble else 200,
            page=page,
            kinds=list(KINDS),
            ways=list(Apply),
        )

    def _choose(self, request: Request, shown: Sequence[ShipRow], places: Sequence[str]) -> Response:
        page = request.url_for(request.app.state.ROUTE_NAME + ":ship-and-close")
        parted = []
        for place in places:
            rows = [each.row for each in shown if each.connection == place]
            parted.append((place, len(rows), f"{page}?{query_of(rows)}" if place else ""))
        return self._show(request, "console/ship_choose.html", 400, parted=parted)

    def _show(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request,
            name=template,
            context={
                "title": self.title(request),
                "flashed_messages": get_flashed_messages(request),
                **context,
            },
            status_code=status,
        )


def _doubts(plan: ClosePlan) -> dict[str, list[Any]]:
    """Return what is odd, and what a request that was begun before leaves open."""
    names = [*plan.warnings, *plan.left_open]
    return {name: [*plan.warnings.get(name, ()), *plan.left_open.get(name, ())] for name in names}
