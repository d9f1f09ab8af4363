"""Where one arrives: the day in numbers and plots, and what waits."""

import asyncio

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import CustomView
from starlette_admin.flash import get_flashed_messages
from starlette_admin.routing import route

from dockwire.console.day import DayBook
from dockwire.console.day_shown import day_rows, figures, hour_rows
from dockwire.console.parts import Parts
from dockwire.console.waiting_shown import connection_rows, reason_rows


class Home(CustomView):
    """The day, the last days, where connections stand and why orders wait; each number leads to its orders."""

    path = "/"
    route_name = "index"

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(menu_label="Home", icon="fa fa-house")
        self._parts = parts
        self._days = DayBook()

    @route("", methods=["GET"], name="index")
    async def index(self, request: Request) -> Response:
        """Show the day."""
        now, ledger = self._parts.clock.now(), self._parts.ledger
        day, standings, held = await asyncio.gather(
            anyio.to_thread.run_sync(self._days.read, request.state.session, now),
            ledger.standings(None, now=now),
            ledger.hold_summary(),
        )
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request,
            name="console/home.html",
            context={
                "title": self.title(request),
                "flashed_messages": get_flashed_messages(request),
                "now": day.now,
                "figures": figures(day),
                "hours": hour_rows(day),
                "days": day_rows(day),
                "connections": connection_rows(standings),
                "reasons": reason_rows(held, now),
            },
        )
