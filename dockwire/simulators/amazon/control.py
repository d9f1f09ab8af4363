"""``/_sim``: looking into a world and changing it while it runs.

=====================  ======  ====================================================================
path                   method  does
=====================  ======  ====================================================================
``/_sim/state``        GET     everything: clock, sellers, orders, confirmations, feeds, listings, sales
``/_sim/requests``     GET     the journal of requests
``/_sim/reset``        POST    ``{"seed"?, "orders"?}``: start over, optionally with seeded orders
``/_sim/orders``       POST    orders in Amazon's JSON shape, malformed ones too
``/_sim/clock``        POST    ``{"advance_seconds"}``
``/_sim/roles``        POST    ``{"roles": [...]}``: what the application may see from now on
``/_sim/consent``      POST    ``{"seller", "action": "revoke" | "restore" | "authorize"}``
``/_sim/application``  POST    ``{"draft"?, "redirect_uris"?}``: how the application is registered
``/_sim/secret``       POST    ``{"expired": bool}``: whether the client secret is past its time
``/_sim/participation``  POST  ``{"seller", "marketplace", "participating"?, "suspended"?}``
``/_sim/switches``     GET     the switches for shipments, feeds, listings, see :class:`Switches`
``/_sim/switches``     POST    throw some of them: ``{"confirmation_delay_seconds"?, ...}``
``/_sim/listings``     GET     all listings with what is offered of each
``/_sim/listings``     POST    add or replace some: ``[{"seller", "marketplace", "sku", "quantity"?, ...}]``
``/_sim/listings``     DELETE  end all of them
``/_sim/sales``        POST    a buyer orders: ``{"seller", "marketplace", "sku", "units"?, "status"?}``
``/_sim/cancellations``  POST  ``{"seller", "order_id", "by"?}``
``/_sim/faults``       GET     fault rules in force and how often each acted
``/_sim/faults``       POST    replace the rules: ``{"seed"?, "rules": [...]}`` or a bare list
``/_sim/faults``       DELETE  no more faults
=====================  ======  ====================================================================

Bad requests are answered 400 with ``{"error": "..."}``.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dockwire.faults import FaultRules
from dockwire.simulators.amazon.accounts import Participation, Role, Seller
from dockwire.simulators.amazon.loading import orders_in
from dockwire.simulators.amazon.market_control import MarketControl
from dockwire.simulators.amazon.marketplaces import marketplace
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.snapshot import application, journal_state, seller_state, snapshot
from dockwire.simulators.amazon.switches import Switches
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ResetWish(_Wish):
    """Body of ``reset``."""

    seed: int | None = None
    orders: int = Field(default=0, ge=0)


class ClockWish(_Wish):
    """Body of ``clock``."""

    advance_seconds: float = Field(ge=0, allow_inf_nan=False)


class RolesWish(_Wish):
    """Body of ``roles``."""

    roles: set[Role]


class ConsentWish(_Wish):
    """Body of ``consent``; ``authorize`` answers with an authorization code for the redirect."""

    seller: str
    action: Literal["revoke", "restore", "authorize"]
    redirect_uri: str | None = None


class ApplicationWish(_Wish):
    """Body of ``application``; what is not named stays."""

    draft: bool | None = None
    redirect_uris: tuple[str, ...] | None = None


class SecretWish(_Wish):
    """Body of ``secret``."""

    expired: bool


class ParticipationWish(_Wish):
    """Body of ``participation``."""

    seller: str
    marketplace: str
    participating: bool = True
    suspended: bool = False


class Control:
    """The endpoints, bound to one world and its fault rules."""

    def __init__(self, world: World, rules: FaultRules) -> None:
        self.world = world
        self.rules = rules

    async def state(self, _: Request) -> JsonObject:
        """GET state."""
        return snapshot(self.world)

    async def requests(self, _: Request) -> JsonObject:
        """GET requests."""
        return journal_state(self.world.journal)

    async def reset(self, request: Request) -> JsonObject:
        """POST reset: faults are cleared too, the clock stays."""
        wish = ResetWish.model_validate_json(await request.body() or b"{}")
        self.world.reset(wish.seed)
        self.rules.replace([])
        if wish.orders:
            self.world.populate(wish.orders)
        return {"seed": self.world.seed, "orders": len(self.world.orders)}

    async def orders(self, request: Request) -> JsonObject:
        """POST orders: kept verbatim."""
        loaded = self.world.load_orders(orders_in(json.loads(await request.body())), verbatim=True)
        return {"loaded": [{"seller": order.seller_id, "orderId": order.key} for order in loaded]}

    async def clock(self, request: Request) -> JsonObject:
        """POST clock."""
        self.world.advance(ClockWish.model_validate_json(await request.body()).advance_seconds)
        self.world.catch_up()
        return {"clock": timestamp(self.world.clock.now())}

    async def roles(self, request: Request) -> JsonObject:
        """POST roles."""
        self.world.application.roles = RolesWish.model_validate_json(await request.body()).roles
        return {"roles": sorted(self.world.application.roles)}

    async def consent(self, request: Request) -> JsonObject:
        """POST consent."""
        wish = ConsentWish.model_validate_json(await request.body())
        seller = self._seller(wish.seller)
        answer: JsonObject = {}
        if wish.action == "authorize":
            code = self.world.tokens.authorization_code(seller.id, wish.redirect_uri)
            answer = {"spapi_oauth_code": code, "selling_partner_id": seller.id}
        else:
            seller.consent = wish.action == "restore"
        return {**seller_state(seller), **answer}

    async def application(self, request: Request) -> JsonObject:
        """POST application."""
        wish = ApplicationWish.model_validate_json(await request.body())
        known = self.world.application
        known.draft = known.draft if wish.draft is None else wish.draft
        known.redirect_uris = known.redirect_uris if wish.redirect_uris is None else wish.redirect_uris
        return application(self.world)

    async def secret(self, request: Request) -> JsonObject:
        """POST secret."""
        expired = SecretWish.model_validate_json(await request.body()).expired
        self.world.application.secret_expired = expired
        return {"secretExpired": expired}

    async def participation(self, request: Request) -> JsonObject:
        """POST participation."""
        wish = ParticipationWish.model_validate_json(await request.body())
        seller, place = self._seller(wish.seller), marketplace(wish.marketplace)
        if place.region != seller.region:
            raise ValueError(f"{place.code} is not in the region of {seller.id}")
        seller.participations[place.code] = Participation(wish.participating, wish.suspended)
        return seller_state(seller)

    async def switches(self, request: Request) -> JsonObject:
        """GET and POST switches; those not named stay."""
        if request.method == "POST":
            wished = Switches.model_validate_json(await request.body())
            self.world.switches = self.world.switches.model_copy(update=wished.model_dump(exclude_unset=True))
        return self.world.switches.model_dump(mode="json")

    async def faults(self, request: Request) -> JsonObject:
        """GET, POST and DELETE faults."""
        if request.method == "POST":
            document = json.loads(await request.body())
            wished = FaultRules.model_validate(
                {"rules": document} if isinstance(document, list) else document
            )
            self.rules.replace(wished.rules, seed=wished.seed)
        elif request.method == "DELETE":
            self.rules.replace([])
        reports = zip(self.rules.rules, self.rules.reports(), strict=True)
        counted = [
            {**rule.model_dump(mode="json"), "matched": report.matched, "fired": report.fired}
            for rule, report in reports
        ]
        return {"seed": self.rules.seed, "rules": counted}

    def _seller(self, seller_id: str) -> Seller:
        if seller_id not in self.world.sellers:
            raise ValueError(f"unknown seller {seller_id!r}; known are {', '.join(self.world.sellers)}")
        return self.world.sellers[seller_id]


def control_app(world: World, rules: FaultRules) -> ASGIApp:
    """Return the application behind ``/_sim``."""
    control, market = Control(world, rules), MarketControl(world)
    reads = [control.state, control.requests]
    acts = [
        control.reset,
        control.orders,
        control.clock,
        control.roles,
        control.consent,
        control.application,
        control.secret,
        control.participation,
        market.sales,
        market.cancellations,
    ]
    routes = [_route(act, ["GET"]) for act in reads] + [_route(act, ["POST"]) for act in acts]
    routes.append(_route(control.switches, ["GET", "POST"]))
    routes.append(_route(market.listings, ["GET", "POST", "DELETE"]))
    return Starlette(routes=[*routes, _route(control.faults, ["GET", "POST", "DELETE"])])


def _route(act: Callable[[Request], Awaitable[JsonObject]], methods: list[str]) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await act(request))
        except ValidationError as problem:
            wrong = "; ".join(f"{_place(error['loc'])}{error['msg']}" for error in problem.errors())
            return JSONResponse({"error": wrong}, status_code=400)
        except ValueError as problem:
            return JSONResponse({"error": str(problem)}, status_code=400)

    return Route(f"/{act.__name__}", endpoint, methods=methods)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) + ": " if location else ""
