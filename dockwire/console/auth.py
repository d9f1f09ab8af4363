"""The sign-in page and the session's cookie, as starlette-admin asks for them."""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.exceptions import LoginFailed
from starlette_admin.helpers import index_url, safe_redirect_url

from dockwire.clock import Clock
from dockwire.console.signing_in import LONGEST, Gate, NotSignedIn
from dockwire.model.console import Audited, User
from dockwire.ports import ConsoleLedger

COOKIE = "dockwire-console"
WAITING = "waiting"
"""A query with this asks for a page that refreshes itself: nobody may be there any more."""


@dataclass
class Person(AdminUser):
    """Who is signed in, as the pages show it."""

    role: str = ""


class ConsoleAuth(AuthProvider):
    """Asks the gate on every request; the cookie holds nothing but a random token."""

    def __init__(self, gate: Gate, ledger: ConsoleLedger, clock: Clock) -> None:
        super().__init__()
        self._gate = gate
        self._ledger = ledger
        self._clock = clock

    async def login(
        self,
        username: str,
        password: str,
        remember_me: bool,  # noqa: ARG002 - sessions end for everybody
        request: Request,
    ) -> Response:
        """Begin a session and set its cookie; every try is in the audit trail."""
        try:
            signed = await self._gate.sign_in(username, password, address=_address(request))
        except NotSignedIn as error:
            await self._note("sign_in_refused", error.user, request)
            request.state.typed_name = username[:60]  # the page that says no has it still
            raise LoginFailed(str(error)) from None
        await self._note("signed_in", signed.user, request)
        response = RedirectResponse(_wanted(request), status_code=303)
        response.set_cookie(
            COOKIE,
            signed.token,
            max_age=int(LONGEST.total_seconds()),
            path=_path(request),
            secure=not _is_here(request),
            httponly=True,
            samesite="lax",
        )
        return response

    async def logout(self, request: Request) -> Response:
        """End the session for whoever has its token."""
        await self._gate.sign_out(request.cookies.get(COOKIE, ""))
        await self._note("signed_out", getattr(request.state, "console_user", None), request)
        response = RedirectResponse(index_url(request), status_code=303)
        response.delete_cookie(
            COOKIE, path=_path(request), secure=not _is_here(request), httponly=True, samesite="lax"
        )
        return response

    async def authenticate(self, request: Request) -> AdminUser | None:
        """Return who is signed in; files that everybody may have need nobody."""
        token = request.cookies.get(COOKIE)
        if not token or "/static/" in request.url.path:
            return None
        user = await self._gate.user_of(token, used=WAITING not in request.query_params)
        if user is None:
            return None
        request.state.console_user = user
        return Person(username=user.name, role=user.role.value)

    async def _note(self, act: str, user: User | None, request: Request) -> None:
        name, role = (user.name, user.role.value) if user else ("", "")
        row = Audited(self._clock.now(), name, role, act, detail=f"from {_address(request)}")
        await self._ledger.audit(row)


def _wanted(request: Request) -> str:
    home = index_url(request)
    return safe_redirect_url(request.query_params.get("next") or home, request, home)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _path(request: Request) -> str:
    return str(request.scope.get("app_root_path") or request.scope.get("root_path") or "") or "/"


def _is_here(request: Request) -> bool:
    """Whether the browser asks this machine itself without TLS: the one case where a cookie need not be secure."""
    host = request.url.hostname or ""
    if request.url.scheme != "http":
        return False
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
