"""What is done on the page of one order: its address seen, packages sent again."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash
from starlette_admin.routing import route

from dockwire.console.deciding import Named
from dockwire.console.fields import iso
from dockwire.console.hold_reading import named, rows_of
from dockwire.console.parts import WORKERS, Parts, may
from dockwire.console.runs_asked import note_run
from dockwire.errors import DockwireError, Unanswered
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.order import Address
from dockwire.services.holds import Holds


class OrderDesk(CustomView):
    """Acts of the page of one order; for clerks and engineers."""

    path = "/order"
    add_to_menu = False

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(menu_label="Order")
        self._parts = parts

    def is_accessible(self, request: Request) -> bool:
        """Say whether the user's role ships orders."""
        return may(request, WORKERS)

    @route("", methods=["GET"], name="order-desk")
    async def index(self, request: Request) -> Response:
        """Lead to the list, where orders are opened: somebody loads the page of an act anew."""
        return RedirectResponse(request.url_for(request.app.state.ROUTE_NAME + ":list", key="orders"), 303)

    @route("/address", methods=["POST"], name="order-address")
    async def address(self, request: Request) -> Response:
        """Show where an order goes; the view of it is in the audit trail."""
        row, order = await self._order(request)
        await self._parts.audit(
            request,
            "personal_data_seen",
            connection=order.connection or "",
            order_id=order.order_id,
            detail="ship-to address",
        )
        slug = ConnectionSlug(order.connection) if order.connection else None
        known = await Holds(self._parts.ledger, self._parts.clock).know(AmazonOrderId(order.order_id), slug)
        entry = known.waiting.known if known is not None else None
        correction = known.waiting.overrides.address if known is not None else None
        addresses = [("Amazon's address", entry.order.address)] if entry is not None else []
        if correction is not None:
            addresses.insert(
                0, ("Corrected here: this one counts until Amazon's changes", correction.address)
            )
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request,
            name="console/order_address.html",
            context={
                "title": self.title(request),
                "row": row,
                "order": order,
                "addresses": [(name, _lines(address)) for name, address in addresses if address is not None],
                "purged": iso(entry.purged) if entry is not None and entry.purged is not None else "",
            },
        )

    @route("/packages", methods=["POST"], name="order-packages")
    async def packages(self, request: Request) -> Response:
        """Make the packages due that Amazon did not take, and ask for the run that sends them."""
        row, order = await self._order(request)
        slug = ConnectionSlug(order.connection or "")
        due = await self._parts.ledger.retry_parcels(slug, AmazonOrderId(order.order_id))
        told = {"connection": slug, "order_id": order.order_id}
        await self._parts.audit(request, "packages_retried", **told, detail=f"{due} made due")
        if not due:
            flash(request, "None of its packages waits for anybody; nothing was done.", "warning")
        else:
            flash(request, await self._sent(request, slug, due), "success")
        page = request.url_for(request.app.state.ROUTE_NAME + ":detail", key="orders")
        return RedirectResponse(page.include_query_params(pk=row), 303)

    async def _sent(self, request: Request, slug: ConnectionSlug, due: int) -> str:
        try:
            run = await self._parts.desk.start("tracking-update", slug)
        except Unanswered as error:
            return f"{due} packages are due with the next tracking update; {error}"[:400]
        except DockwireError as error:
            # They stay due: the next run by schedule takes them up.
            return f"{due} packages are due with the next tracking update; none was started: {error}"[:400]
        await note_run(self._parts, request, "tracking-update", slug, run)
        return f"{due} packages are due; the tracking update of {slug} was asked for."

    async def _order(self, request: Request) -> tuple[int, Named]:
        if not may(request, WORKERS):
            raise HTTPException(403)
        asked = [str((await request.form()).get("pk", ""))]
        for row, order in (await named(self._parts, rows_of(asked, most=1))).items():
            return row, order
        raise HTTPException(404)


def _lines(address: Address) -> list[tuple[str, str]]:
    parts = [
        ("Name", address.name),
        ("Company", address.company),
        *(("Street", line) for line in address.lines),
        ("City", address.city),
        ("District", address.district),
        ("State", address.state),
        ("Postal code", address.postal_code),
        ("Country", address.country),
        ("Phone", address.phone),
        ("Instructions", address.instructions),
    ]
    return [(name, text) for name, text in parts if text]
