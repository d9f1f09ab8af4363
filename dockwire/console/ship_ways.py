"""Where the pages of ship and close lead, and what is told on the way."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.actions import ActionSelection
from starlette_admin.flash import flash

from dockwire.console.ship_sending import Sent, unknown_names

MOST_AT_ONCE = 250
"""Orders of one page; a form has a field for each."""
OTHER = "other"
"""Names an order of the selection that a request leaves."""


async def to_ship(request: Request, selection: ActionSelection) -> Response:
    """Go to the page that ships and closes the selected orders."""
    rows = await selection.pks()
    if len(rows) > MOST_AT_ONCE:
        flash(
            request,
            f"{len(rows)} orders are selected; these are the first {MOST_AT_ONCE} of them.",
            "warning",
        )
    page = request.url_for(request.app.state.ROUTE_NAME + ":ship-and-close")
    return RedirectResponse(f"{page}?{query_of(rows[:MOST_AT_ONCE])}", status_code=303)


def held(request: Request, sent: Sent, others: Sequence[Any] = ()) -> Response:
    """Go to a request's page and tell why its rest cannot be asked for."""
    flash(request, sent.holds, "error")
    return to_run(request, sent.run_id, others)


def nothing_left(sent: Sent) -> tuple[str, str]:
    """Return what to tell of a request that has no order to close any more, and in which colour."""
    unknown = unknown_names(sent)
    return (unknown, "error") if unknown else ("Nothing is left open in the warehouse.", "success")


def to_run(request: Request, run_id: str, others: Sequence[Any] = (), *, once: str = "") -> Response:
    """Go to the page of a request by its run; ``others`` are the rows of the selection that it leaves.

    ``once`` is kept for asking again where the answer was lost.
    """
    page = request.url_for(request.app.state.ROUTE_NAME + ":ship-and-close-run")
    again = [("once", once)] if once else []
    query = urlencode([("id", run_id), *((OTHER, row) for row in others), *again])
    return RedirectResponse(f"{page}?{query}", status_code=303)


def query_of(rows: Sequence[Any]) -> str:
    """Return the query of the form for orders by their rows."""
    return urlencode([("pk", row) for row in rows])
