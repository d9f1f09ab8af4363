"""The Prefect server as it answers: version, who may read it, what it tells others, where its pages ask."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from deployments.checking.finding import Finding, fine, untold, wrong

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    """How the server is reached."""

    api: str
    auth: str = ""
    """``user:password``, as PREFECT_API_AUTH_STRING holds it."""

    def client(self, *, signed_in: bool = True) -> httpx.AsyncClient:
        """Return a client with or without the auth string."""
        user, _, password = self.auth.partition(":")
        auth = httpx.BasicAuth(user, password) if self.auth and signed_in else None
        return httpx.AsyncClient(timeout=_SECONDS, auth=auth, follow_redirects=True)


async def reachable(server: Server, version: str) -> Finding:
    """Say whether the server answers, and is of the client's version."""
    try:
        async with server.client() as client:
            answer = await client.get(f"{server.api}/admin/version")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return wrong(
            f"the Prefect server at {server.api} does not answer ({type(error).__name__})",
            "start it, or correct PREFECT_API_URL",
        )
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return wrong(
            f"the Prefect server at {server.api} does not accept the sign-in",
            "set PREFECT_API_AUTH_STRING to what the server's PREFECT_SERVER_API_AUTH_STRING holds",
        )
    if not answer.is_success:
        return wrong(
            f"the Prefect server at {server.api} answers {answer.status_code}",
            "look into its log, and whether PREFECT_API_URL ends with /api",
        )
    return judge_version(_json(answer), version)


def judge_version(theirs: object, ours: str) -> Finding:
    """Judge the server's version against the client's."""
    if theirs == ours:
        return fine(f"it answers, version {ours} as here")
    return wrong(
        f"the server is of version {theirs} and Prefect here of {ours}",
        "install the same version on both sides: what requirements/locked.txt names",
    )


async def guarded(server: Server) -> Finding:
    """Say whether strangers can read the server, and with it the secrets in its blocks."""
    open_to_all = await _answers_anybody(server)
    if not open_to_all:
        return fine("it asks for a sign-in")
    places = [server.api] if not is_loopback(server.api) else await _also_at(server)
    if not places:
        return fine("it answers without a sign-in, on loopback only")
    return wrong(
        f"it answers without a sign-in at {places[0]}: whoever reaches it reads the secrets of all stored accounts",
        "start the server with PREFECT_SERVER_API_AUTH_STRING and set the same PREFECT_API_AUTH_STRING for "
        "everything that uses it, or bind it to 127.0.0.1",
    )


async def _answers_anybody(server: Server, api: str = "") -> bool:
    try:
        async with server.client(signed_in=False) as client:
            return (await client.get(f"{api or server.api}/admin/version")).is_success
    except httpx.HTTPError:
        return False


async def _also_at(server: Server) -> list[str]:
    """Return the other addresses of this machine at which a loopback server answers as well."""
    port = urlsplit(server.api).port
    find = asyncio.get_running_loop().getaddrinfo
    try:
        own = {info[4][0] for info in await find(socket.gethostname(), None, family=socket.AF_INET)}
    except OSError:
        return []
    others = [f"http://{address}:{port}/api" for address in sorted(map(str, own)) if not _loopback(address)]
    return [api for api in others if await _answers_anybody(server, api)]


def is_loopback(url: str) -> bool:
    """Return whether an address is this machine's own, which nobody else can reach."""
    return _loopback(urlsplit(url).hostname or "")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def quiet(server: Server) -> Finding:
    """Say whether the server keeps to itself what is done with it."""
    async with server.client() as client:
        told = _json(await client.get(f"{server.api}/admin/settings"))
    try:
        sends = told["server"]["analytics_enabled"]
    except (KeyError, TypeError):
        return untold("the server does not tell its settings")
    if sends:
        return wrong(
            "the server sends usage data to Prefect's makers",
            "start it with PREFECT_SERVER_ANALYTICS_ENABLED=false",
        )
    return fine("it sends no usage data")


async def pages(server: Server) -> Finding:
    """Say whether the server's pages ask the server that we ask."""
    async with server.client() as client:
        told = _json(await client.get(f"{server.api.removesuffix('/api')}/ui-settings"))
    if not isinstance(told, dict) or not told.get("api_url"):
        return untold("the server has no pages")
    return judge_pages(str(told["api_url"]), server.api)


def judge_pages(theirs: str, ours: str) -> Finding:
    """Judge the address that the pages ask against the one that is asked here."""
    there, here = urlsplit(theirs), urlsplit(ours)
    local = is_loopback(theirs)
    if local and (there.port != here.port or not is_loopback(ours)):
        return wrong(
            f"the pages ask {theirs} and would show an empty Prefect; the server is at {ours}",
            f"start it with PREFECT_SERVER_UI_API_URL={ours}",
        )
    return fine(f"the pages ask {theirs}")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
