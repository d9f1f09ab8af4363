"""Bearer tokens of the warehouse: minted anew early and once.

Source: the vendor's reference, relation "auth".
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from dockwire.clock import Clock
from dockwire.errors import RemoteError, Unavailable, WrongCredentials
from dockwire.extensiv.credentials import WarehouseCredentials

_PATH = "/AuthServer/api/Token"
_OPERATION = "token"
_LIFE_SECONDS = 1800.0
"""The vendor names 30 to 60 minutes; without ``expires_in`` the shorter one is meant."""
_EARLY = timedelta(seconds=90)
_TRIES = 3


class _Granted(BaseModel):
    access_token: str
    expires_in: float | None = None


class TokenKeeper:
    """Keeps the bearer token of one warehouse account."""

    def __init__(self, credentials: WarehouseCredentials, *, client: httpx.AsyncClient, clock: Clock) -> None:
        self._credentials = credentials
        self._client = client
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._expires: datetime | None = None

    async def token(self) -> str:
        """Return a token with some life left.

        Raises:
            WrongCredentials: client, secret or login are not accepted.
            Unavailable: the token endpoint did not answer properly.
        """
        async with self._lock:
            if self._expires is None or self._clock.now() >= self._expires - _EARLY:
                await self._mint()
            return self._token

    def discard(self, token: str) -> None:
        """Forget ``token`` if it is still the one in use: the warehouse refused it."""
        if token == self._token:
            self._expires = None

    async def _mint(self) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                granted = await self._ask()
            except Unavailable:
                if attempt == _TRIES:
                    raise
                await self._clock.sleep(2.0 ** (attempt - 1))
            else:
                self._token = granted.access_token
                life = timedelta(seconds=granted.expires_in or _LIFE_SECONDS)
                self._expires = self._clock.now() + life
                return

    async def _ask(self) -> _Granted:
        known = self._credentials
        body: dict[str, Any] = {"grant_type": "client_credentials"}
        if known.user_login_id is not None:
            body["user_login_id"] = known.user_login_id
        else:
            body["user_login"] = known.user_login
        if known.tpl:
            body["tpl"] = known.tpl
        try:
            answer = await self._client.post(
                _PATH, json=body, auth=(known.client_id, known.client_secret.get_secret_value())
            )
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the warehouse does not answer ({type(error).__name__}); check base_url and the network",
                system="warehouse",
                operation=_OPERATION,
            ) from None
        if answer.status_code == httpx.codes.OK:
            try:
                return _Granted.model_validate_json(answer.content)
            except ValidationError:
                pass
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> RemoteError:
    facts: dict[str, Any] = {"system": "warehouse", "operation": _OPERATION, "status": answer.status_code}
    if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return WrongCredentials(
            "the warehouse does not accept the credential: check client_id, client_secret and the user login "
            "of the warehouse account",
            **facts,
        )
    return Unavailable("the warehouse gave no token", **facts)
