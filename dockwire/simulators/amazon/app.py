"""HTTP in front of a world: authentication, quota, handlers, headers, journal."""

from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dockwire.faults import FaultRules, Faults
from dockwire.faults.middleware import SCOPE_KEY
from dockwire.simulators.amazon import errors
from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.consent import answer_consent
from dockwire.simulators.amazon.control import control_app
from dockwire.simulators.amazon.feed_storage import answer_storage
from dockwire.simulators.amazon.handlers import HANDLERS, answer_token_request
from dockwire.simulators.amazon.journal import Entry
from dockwire.simulators.amazon.operations import (
    CONSENT,
    LWA_TOKEN,
    STORAGE_OPERATIONS,
    UNSUPPORTED,
    Call,
    find_call,
    wire_path,
)
from dockwire.simulators.amazon.world import World

MAX_USER_AGENT = 500
"""Longest User-Agent Amazon accepts (developer guide, "Include a User-Agent header")."""

_ENTRY = "dockwire.journal"
_LONGEST_PATH = 200


def build_app(world: World, *, control: bool = False, faults: FaultRules | None = None) -> ASGIApp:
    """Return the ASGI application that serves a world.

    Args:
        world: the state to serve; several applications may share one.
        control: open ``/_sim`` for looking into the world and changing it; 404 otherwise.
        faults: rules for injected faults. They never touch ``/_sim``.
    """
    rules = faults or FaultRules()
    api = _Journal(Faults(_Api(world), rules, clock=world.clock), world)
    inside = control_app(world, rules) if control else Response(status_code=404)
    return Starlette(routes=[Mount("/_sim", app=inside), Mount("/", app=api)])


class _Journal:
    """Notes every request with what the client saw of its answer, faults included."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        operation = find_call(method, wire_path(scope)).operation
        entry = Entry(self.world.clock.now(), operation, method, path[:_LONGEST_PATH])
        scope[_ENTRY] = entry

        async def note(message: Message) -> None:
            # A status counts when its answer is complete: broken connections have none.
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                entry.status = statuses[-1]
                # Noted before the client can know the answer and look.
                self._add(entry, scope)
            await send(message)

        statuses: list[int] = []
        try:
            await self.app(scope, receive, note)
        finally:
            if entry.status is None:
                self._add(entry, scope)

    def _add(self, entry: Entry, scope: Scope) -> None:
        entry.fault = scope.get(SCOPE_KEY)
        self.world.journal.add(entry)


class _Api:
    """Amazon's side: recognises the operation and answers it."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.world.catch_up()
        call = find_call(request.method, wire_path(scope))
        try:
            response = await self._answer(request, call)
        except errors.Refusal as refusal:
            response = JSONResponse(refusal.body(), status_code=refusal.status)
        response.headers.update(self._headers(call, response.status_code))
        await response(scope, receive, send)

    async def _answer(self, request: Request, call: Call) -> Response:
        if call.operation == LWA_TOKEN:
            return await answer_token_request(self.world, request)
        if call.operation == CONSENT:
            return await answer_consent(self.world, request)
        if call.operation in STORAGE_OPERATIONS.values():
            return await answer_storage(self.world, request, call.arguments["document_id"])
        if call.operation == UNSUPPORTED:
            raise errors.unsupported(request.method, request.url.path)
        self._check_user_agent(request.headers.get("user-agent", ""))
        seller = self._authenticate(request, call)
        request.scope[_ENTRY].seller = seller.id
        self._take_quota(seller, call)
        return await HANDLERS[call.operation](self.world, seller, request, call)

    def _authenticate(self, request: Request, call: Call) -> Seller:
        seller = self.world.tokens.seller_of(request.headers.get("x-amz-access-token"))
        if call.region not in {None, seller.region} or not self.world.application.roles:
            raise errors.access_denied()
        return seller

    def _take_quota(self, seller: Seller, call: Call) -> None:
        key = (self.world.application.client_id, seller.id, seller.region, call.operation)
        if not self.world.quota.take(key, self.world.clock.now()):
            raise errors.quota_exceeded()

    def _check_user_agent(self, agent: str) -> None:
        if len(agent) > MAX_USER_AGENT:
            raise errors.invalid_input(f"User-Agent is longer than {MAX_USER_AGENT} characters")
        if self.world.strict_user_agent and "Language=" not in agent:
            raise errors.invalid_input("User-Agent must name its Language")

    def _headers(self, call: Call, status: int) -> dict[str, str]:
        date = {"Date": format_datetime(self.world.clock.now(), usegmt=True)}
        if call.operation in {CONSENT, *STORAGE_OPERATIONS.values()}:
            return date
        return {
            "x-amzn-RequestId": self.world.new_request_id(),
            **date,
            **self.world.quota.header(call.operation, status),
        }
