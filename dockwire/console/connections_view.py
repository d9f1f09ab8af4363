"""Connections: where each stands, as ``dockwire status`` tells it; engineers pause and resume them."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.routing import route

from dockwire.console.parts import ENGINEERS, Parts, may
from dockwire.errors import DockwireError
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Level, Status
from dockwire.reports.status_table import reason_rows, run_rows, table_row, waiting_rows
from dockwire.services.seeing import excused, read_status

_COLOURS = {Level.FINE: "green", Level.LOOK: "yellow", Level.ACT: "red"}
_PAUSED = "yellow"
"""Nothing is wrong, and nothing goes on."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One connection of the page."""

    slug: str
    known: bool
    """It has run; what has not is stored, and nothing more."""
    paused: bool
    badge: str
    colour: str
    row: dict[str, str]
    reasons: list[dict[str, str]]
    runs: list[dict[str, str]]
    waiting: list[dict[str, str]]


class ConnectionsView(CustomView):
    """Health, lag, quota, consent and runs of every connection."""

    path = "/connections"

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(menu_label="Connections", icon="fa fa-plug")
        self._parts = parts

    @route("", methods=["GET"], name="connections")
    async def index(self, request: Request) -> Response:
        """Show all connections."""
        statuses = await read_status(self._parts.ledger, now=self._parts.clock.now())
        trouble, paused, never_ran = "", dict[str, set[str]](), list[Status]()
        known = [each.standing.connection for each in statuses]
        try:
            paused = await self._parts.desk.paused()
            never_ran = await self._parts.desk.never_ran(known)
        except DockwireError as error:
            trouble = f"Whether a connection is paused, and which have not run yet, is not known: {error}"
        shown = [
            _shown(each, each.standing.connection in paused, known=each.standing.connection in known)
            for each in (*excused(statuses, paused), *never_ran)
        ]
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request,
            name="console/connections.html",
            context={
                "title": self.title(request),
                "flashed_messages": get_flashed_messages(request),
                "connections": shown,
                "trouble": trouble,
                "engineer": may(request, ENGINEERS),
            },
        )

    @route("/pause", methods=["POST"], name="pause-connection")
    async def pause(self, request: Request) -> Response:
        """Stop a connection's schedules."""
        return await self._change(request, "paused")

    @route("/resume", methods=["POST"], name="resume-connection")
    async def resume(self, request: Request) -> Response:
        """Let a connection's schedules run again."""
        return await self._change(request, "resumed")

    async def _change(self, request: Request, done: str) -> Response:
        if not may(request, ENGINEERS):
            raise HTTPException(403)
        slug = ConnectionSlug(str((await request.form()).get("connection", "")))
        if slug not in {each.slug for each in await self._parts.ledger.connections()}:
            raise HTTPException(404)
        desk = self._parts.desk
        try:
            await (desk.pause if done == "paused" else desk.resume)(slug)
        except DockwireError as error:
            await self._parts.audit(
                request, f"connection_not_{done}", connection=slug, detail=str(error)[:200]
            )
            flash(request, f"{slug} is not {done}: {error}"[:400], "error")
        else:
            await self._parts.audit(request, f"connection_{done}", connection=slug)
            flash(request, f"{slug} is {done}.", "success")
        return RedirectResponse(request.url_for(request.app.state.ROUTE_NAME + ":connections"), 303)


def _shown(status: Status, paused: bool, *, known: bool) -> Shown:
    row = table_row(status)
    return Shown(
        slug=status.standing.connection,
        known=known,
        paused=paused,
        badge="paused" if paused and status.level is Level.FINE else row["health"],
        colour=_PAUSED if paused and status.level is Level.FINE else _COLOURS[status.level],
        row=row,
        reasons=reason_rows(status),
        runs=run_rows(status),
        waiting=waiting_rows(status),
    )
