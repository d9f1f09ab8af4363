"""The ASGI application: routes, tokens, and problems as answers."""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.problems import Missing, Problem
from dockwire.warehouse.resources import Page
from dockwire.warehouse.switches import Switches
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.web import (
    closing_endpoints,
    order_endpoints,
    package_endpoints,
    party_endpoints,
    stock_endpoints,
    token_endpoint,
)
from dockwire.warehouse.web.calls import Answer, Call, Endpoint
from dockwire.warehouse.web.control import control_routes
from dockwire.warehouse.web.envelope import OPERATION, Envelope
from dockwire.warehouse.web.journal import Journal
from dockwire.warehouse.web.shapes import HAL, PLAIN, dumps, show, show_page, wants_hal
from dockwire.warehouse.work import IN_PROCESS

_ENDPOINTS = (
    *order_endpoints.ENDPOINTS,
    *closing_endpoints.ENDPOINTS,
    *package_endpoints.ENDPOINTS,
    *party_endpoints.ENDPOINTS,
    *stock_endpoints.ENDPOINTS,
)


def build_app(
    warehouse: Warehouse,
    *,
    control: bool = False,
    embedded: bool = False,
    around: Callable[[ASGIApp], ASGIApp] = lambda api: api,
    more_control: Sequence[Route] = (),
) -> ASGIApp:
    """Return the warehouse's REST API as an ASGI application.

    ``control`` opens ``/_sim`` for inspection, without a token: for loopback only. ``embedded`` asks
    nobody for a token: for use inside one process, never behind a port. ``around`` puts something
    between clients and the API, but not before ``/_sim``; ``more_control`` goes with it there.
    """
    journal = Journal()
    routes = [_route(warehouse, endpoint, embedded=embedded) for endpoint in _ENDPOINTS]
    routes.append(_token_route(warehouse))
    app = around(_router(routes, _nothing_here))
    if control:
        app = _router([*control_routes(warehouse, journal), *more_control], app)
    return Envelope(app, clock=warehouse.clock, journal=journal)


def _router(routes: Sequence[Route], otherwise: ASGIApp) -> ASGIApp:
    return Router(routes, default=otherwise, redirect_slashes=False)


def _route(warehouse: Warehouse, endpoint: Endpoint, *, embedded: bool) -> Route:
    async def answer(request: Request) -> Response:
        request.scope[OPERATION] = f"{endpoint.method} {endpoint.path}"
        content = await request.body()
        return await run_in_threadpool(_answer, warehouse, endpoint, request, content, embedded)

    return Route(endpoint.path, answer, methods=[endpoint.method], include_in_schema=False)


def _answer(
    warehouse: Warehouse, endpoint: Endpoint, request: Request, content: bytes, embedded: bool
) -> Response:
    def carry_out() -> Response:
        authorization = request.headers.get("authorization", "")
        call = Call(
            warehouse=warehouse,
            access=IN_PROCESS if embedded else token_endpoint.find_access(warehouse, authorization),
            path=request.path_params,
            parameters=Parameters(request.query_params),
            if_match=request.headers.get("if-match"),
            content=content,
        )
        return _response(request, endpoint.handler(call))

    return _or_problem(carry_out, warehouse.switches)


def _or_problem(carry_out: Callable[[], Response], switches: Switches) -> Response:
    try:
        return carry_out()
    except Problem as problem:
        if problem.documented or switches.refusals_explained:
            return Response(dumps(problem.body()), problem.status, media_type=PLAIN)
        return Response(status_code=problem.status)


def _response(request: Request, answer: Answer) -> Response:
    headers = {"ETag": answer.etag} if answer.etag else {}
    if answer.shown is None:
        return Response(status_code=answer.status, headers=headers)
    hal = wants_hal(request.headers.get("accept", ""))
    if isinstance(answer.shown, Page):
        query = dict(request.query_params)
        shown = show_page(answer.shown, hal=hal, path=request.url.path, query=query)
    else:
        shown = show(answer.shown, hal=hal)
    return Response(dumps(shown), answer.status, headers=headers, media_type=HAL if hal else PLAIN)


def _token_route(warehouse: Warehouse) -> Route:
    async def answer(request: Request) -> Response:
        request.scope[OPERATION] = f"POST {token_endpoint.PATH}"
        content = await request.body()
        authorization = request.headers.get("authorization", "")

        def carry_out() -> Response:
            token = token_endpoint.give_token(warehouse, authorization, content)
            return Response(dumps(token), media_type=PLAIN)

        return await run_in_threadpool(_or_problem, carry_out, warehouse.switches)

    return Route(token_endpoint.PATH, answer, methods=["POST"], include_in_schema=False)


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    problem = Missing("The resource")
    await Response(dumps(problem.body()), problem.status, media_type=PLAIN)(scope, receive, send)
