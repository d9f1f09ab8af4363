"""Login with Amazon: one access token for many calls, refreshed early and once.

Source: Selling Partner API documentation, "Connecting to the Selling Partner API"; error texts as
reported publicly.
"""

import asyncio
from datetime import datetime, timedelta

import httpx
from pydantic import BaseModel, ValidationError

from dockwire.amazon.credentials import AmazonCredentials
from dockwire.clock import Clock
from dockwire.errors import ConsentRevoked, RemoteError, Unavailable, WrongCredentials
from dockwire.transport import redacted

_OPERATION = "token"
_EARLY = timedelta(seconds=60)
_TRIES = 3


class _Granted(BaseModel):
    access_token: str
    expires_in: float = 3600


class TokenKeeper:
    """Keeps the access token of one seller account."""

    def __init__(
        self, credentials: AmazonCredentials, *, client: httpx.AsyncClient, url: str, clock: Clock
    ) -> None:
        self._credentials = credentials
        self._client = client
        self._url = url
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._expires: datetime | None = None

    async def token(self) -> str:
        """Return a token that lives for at least another minute.

        Raises:
            ConsentRevoked: the seller has to authorise the application again.
            WrongCredentials: the client id or secret is wrong or expired.
            Unavailable: the token endpoint did not answer properly.
        """
        async with self._lock:
            if self._expires is None or self._clock.now() >= self._expires - _EARLY:
                await self._refresh()
            return self._token

    def discard(self, token: str) -> None:
        """Forget ``token`` if it is still the one in use: Amazon refused it."""
        if token == self._token:
            self._expires = None

    async def _refresh(self) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                granted = await self._ask()
            except Unavailable:
                if attempt == _TRIES:
                    raise
                await self._clock.sleep(2.0 ** (attempt - 1))
            else:
                self._token = granted.access_token
                self._expires = self._clock.now() + timedelta(seconds=granted.expires_in)
                return

    async def _ask(self) -> _Granted:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.refresh_token.get_secret_value(),
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.get_secret_value(),
        }
        try:
            answer = await self._client.post(self._url, data=form)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"Login with Amazon does not answer ({type(error).__name__})",
                system="amazon",
                operation=_OPERATION,
            ) from None
        if answer.status_code == httpx.codes.OK:
            try:
                return _Granted.model_validate_json(answer.content)
            except ValidationError:
                pass
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> RemoteError:
    code, words = _told(answer)
    kind, message = _MEANING.get(
        code, (Unavailable, "Login with Amazon gave no token" + (f": {redacted(words)}" if words else ""))
    )
    return kind(
        message,
        system="amazon",
        operation=_OPERATION,
        status=answer.status_code,
        vendor_code=code or None,
        request_id=answer.headers.get("x-amzn-requestid"),
    )


def _told(answer: httpx.Response) -> tuple[str, str]:
    try:
        body = answer.json()
        return str(body.get("error", "")), str(body.get("error_description", ""))
    except (ValueError, AttributeError):
        return "", ""


_MEANING: dict[str, tuple[type[RemoteError], str]] = {
    "invalid_grant": (
        ConsentRevoked,
        "the seller's consent is revoked or was never given: let the seller authorise the application again "
        "in Seller Central and store the new refresh token",
    ),
    "invalid_client": (
        WrongCredentials,
        "Amazon does not accept the client id and secret: check both, and whether the secret is older than "
        "180 days and has to be rotated",
    ),
    "unauthorized_client": (
        WrongCredentials,
        "the refresh token belongs to another application: use the client id and secret it was granted to",
    ),
    "unsupported_grant_type": (
        WrongCredentials,
        "Login with Amazon does not take this kind of grant: check the token address",
    ),
    "invalid_request": (
        WrongCredentials,
        "Login with Amazon misses a field: check the seller account's block",
    ),
}
