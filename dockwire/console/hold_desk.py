"""The page where persons decide about waiting orders, and see what became of each."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin import CustomView
from starlette_admin.routing import route

from dockwire.console.deciding import decide, go_on, start_imports
from dockwire.console.hold_forms import act_of, said_of
from dockwire.console.hold_items import AT_ONCE, items_like
from dockwire.console.hold_reading import named, page_of, rows_of
from dockwire.console.parts import WORKERS, Parts, may
from dockwire.console.runs_asked import Asked
from dockwire.decisions.remedies import Way
from dockwire.errors import SettingsError
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.order import Address
from dockwire.services.holds import Outcome, Result

MOST_AT_ONCE = 100
"""Orders of one page; the list takes the next ones."""


class HoldDesk(CustomView):
    """Explains waiting orders and takes decisions about them; for clerks and engineers."""

    path = "/waiting"
    add_to_menu = False

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(menu_label="Waiting orders")
        self._parts = parts

    def is_accessible(self, request: Request) -> bool:
        """Say whether the user's role decides about orders."""
        return may(request, WORKERS)

    @route("", methods=["GET"], name="fix-holds")
    async def index(self, request: Request) -> Response:
        """Explain the orders named by their rows in the ledger, and offer what would end their holds."""
        asked = request.query_params.getlist("pk")
        return await self._page(request, asked, way=request.query_params.get("way", ""))

    @route("/decide", methods=["POST"], name="decide-holds")
    async def decide(self, request: Request) -> Response:
        """Carry out one form on its orders, and show what became of each."""
        form = await request.form()
        asked = [str(each) for each in form.getlist("pk")]
        try:
            act = act_of(form)
        except SettingsError as error:
            return await self._page(request, asked, said=form, fault=str(error), way=str(form.get("way", "")))
        orders = await named(self._parts, rows_of(asked, most=MOST_AT_ONCE))
        outcomes = await decide(self._parts, request, orders.values(), [act])
        runs = await go_on(self._parts, request, outcomes) if "import" in form else []
        if any(each.result in (Result.REFUSED, Result.BUSY) for each in outcomes):
            # What was typed stays, to be put right.
            way = str(form.get("way", ""))
            return await self._page(request, asked, said=form, outcomes=outcomes, runs=runs, way=way)
        return await self._page(request, asked, outcomes=outcomes, runs=runs)

    @route("/items", methods=["GET"], name="hold-items")
    async def items(self, request: Request) -> Response:
        """Return items of the warehouse that fit what is being typed about an order."""
        said = request.query_params
        orders = await named(self._parts, rows_of(said.getlist("pk"), most=1))
        found = [
            await items_like(self._parts, each.connection, said.get("q", "")) for each in orders.values()
        ]
        return JSONResponse(found[0] if found else [])

    @route("/items", methods=["POST"], name="read-items")
    async def read_items(self, request: Request) -> Response:
        """Ask for imports that read the warehouse's items again, for an item that was made just now."""
        form = await request.form()
        asked = [str(each) for each in form.getlist("pk")]
        orders = await named(self._parts, rows_of(asked, most=MOST_AT_ONCE))
        slugs = {ConnectionSlug(each.connection) for each in orders.values() if each.connection}
        runs = await start_imports(self._parts, request, slugs, refresh=True)
        told = [Asked("The warehouse's items are read again; then try the same once more."), *runs]
        return await self._page(request, asked, said=form, runs=told, way=str(form.get("way", "")))

    @route("/address", methods=["POST"], name="hold-address")
    async def address(self, request: Request) -> Response:
        """Show the address that an order is to go to, in its form; the view of it is in the audit trail."""
        form = await request.form()
        asked = [str(form.get("pk", ""))]
        for order in (await named(self._parts, rows_of(asked, most=1))).values():
            await self._parts.audit(
                request,
                "personal_data_seen",
                connection=order.connection or "",
                order_id=order.order_id,
                detail="address of a hold",
            )
            slug = ConnectionSlug(order.connection) if order.connection else None
            address = await self._address(AmazonOrderId(order.order_id), slug)
            if address is not None:
                said = said_of(address) | {"way": Way.ADDRESS}
                return await self._page(request, asked, said=FormData(said), way=Way.ADDRESS)
        return await self._page(request, asked, fault="Amazon sent no address, and nobody entered one.")

    async def _address(self, order_id: AmazonOrderId, slug: ConnectionSlug | None) -> Address | None:
        for each in await self._parts.ledger.waiting_orders(order_id, slug):
            if each.row.connection == slug and each.overrides.address is not None:
                return each.overrides.address.address
            if each.row.connection == slug and each.known is not None:
                return each.known.order.address
        return None

    async def _page(
        self,
        request: Request,
        asked: list[str],
        *,
        said: FormData | None = None,
        fault: str = "",
        outcomes: list[Outcome] | None = None,
        runs: list[Asked] | None = None,
        way: str = "",
    ) -> Response:
        wanted = Way(way) if way in tuple(Way) else None
        page = await page_of(self._parts, rows_of(asked, most=MOST_AT_ONCE), way=wanted)
        if not page.orders:
            raise HTTPException(404)
        names = any(offer.way in (Way.MAP_SKU, Way.SET_LINE) for offer in page.offers)
        items = await items_like(self._parts, page.orders[0].connection, most=AT_ONCE + 1) if names else []
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request,
            name="console/hold_desk.html",
            context={
                "title": self.title(request),
                "page": page,
                "items": items[:AT_ONCE],
                "more_items": len(items) > AT_ONCE,
                "said": said or FormData(),
                "fault": fault,
                "outcomes": outcomes or [],
                "runs": runs or [],
            },
            status_code=400 if fault else 200,
        )
