"""Access tokens: one for many calls, renewed early and by one caller while the others wait."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from dockwire.clock import Clock
from dockwire.errors import RemoteError, Unavailable

_TRIES = 3
_LONGEST_LIFE = 7 * 86_400


class Granted(BaseModel):
    """What both token endpoints answer; a token that cannot stand in a header is none."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", repr=False)
    expires_in: float | None = Field(default=None, ge=0, le=_LONGEST_LIFE, allow_inf_nan=False)
    """Seconds."""


class TokenKeeper:
    """Keeps the access token of one credential.

    ``ask`` fetches one; ``early`` is how long before its end a token is replaced, ``life`` how long
    one is good when the endpoint does not say.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[Granted]], *, clock: Clock, early: timedelta, life: timedelta
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._early = early
        self._life = life
        self._lock = asyncio.Lock()
        self._token = ""
        self._expires: datetime | None = None
        self._failures = 0
        self._failure: RemoteError | None = None

    async def token(self) -> str:
        """Return a token with some life left.

        Raises:
            AccessDenied: the endpoint refuses the credential, in the kind that ``ask`` gave it.
            Unavailable: the endpoint did not answer properly, several times.
        """
        failures = self._failures
        async with self._lock:
            if self._expires is None or self._clock.now() >= self._expires - self._early:
                if self._failure is not None and failures != self._failures:
                    # It failed while we were waiting: asking again for each of us would help nobody.
                    raise self._failure.with_traceback(None)
                await self._renew()
            return self._token

    def discard(self, token: str) -> None:
        """Forget ``token`` if it is still the one in use: the remote system refused it."""
        if token == self._token:
            self._expires = None

    async def _renew(self) -> None:
        try:
            granted = await self._patiently()
        except RemoteError as error:
            self._failure = error
            self._failures += 1
            raise
        life = self._life if granted.expires_in is None else timedelta(seconds=granted.expires_in)
        self._token = granted.access_token
        self._expires = self._clock.now() + life

    async def _patiently(self) -> Granted:
        attempt = 1
        while True:
            try:
                return await self._ask()
            except Unavailable:
                if attempt == _TRIES:
                    raise
            await self._clock.sleep(2.0 ** (attempt - 1))
            attempt += 1
