"""One call to a remote system: attempts, waits, and an error that says what certainly happened.

A *repeatable* call (a read, or a write that may safely happen twice) is tried again after anything
that may pass. A call that must not happen twice is tried again only when it certainly was not
carried out: the connection was never made, or the answer was 429. Anything else in doubt raises
:class:`~dockwire.errors.Unanswered`, and the caller looks before it sends again.
"""

import json
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from dockwire.clock import Clock
from dockwire.errors import RemoteError, Throttled, Unanswered, Unavailable

log = logging.getLogger("dockwire.http")

_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-request-id", "x-correlation-id")
_TOO_MANY = 429
_SERVER_ERROR = 500
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@cache
def ssl_context() -> ssl.SSLContext:
    """Return the one TLS context of this process; loading certificates is what makes clients dear."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often and how patiently a call is tried again."""

    attempts: int = 4
    first_delay: float = 0.5
    longest_delay: float = 15.0
    longest_call: float = 55.0
    """No attempt begins later than this after the first: bounds how long a caller waits."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, apart from how it is sent."""

    operation: str
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    expects_json: bool = True
    """Whether a success without a JSON body is a broken answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is what it claims to be."""

    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """What the vendor's support asks for."""
        return next((self.headers[name] for name in _REQUEST_IDS if name in self.headers), None)

    def json(self) -> Any:
        """Return the body, or None when it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


Before = Callable[[], Awaitable[Mapping[str, str]]]
After = Callable[[Call, Reply], Awaitable[None]]


class Sender:
    """Sends calls to one remote system over one long-lived client."""

    def __init__(
        self,
        system: str,
        client: httpx.AsyncClient,
        *,
        clock: Clock,
        retrying: Retrying | None = None,
        chance: random.Random | None = None,
        after: After | None = None,
    ) -> None:
        """Use ``client`` for every call; ``after`` sees every answer, refusals and failures too."""
        self._system = system
        self._after = after
        self._client = client
        self._clock = clock
        self._retrying = retrying or Retrying()
        self._chance = chance or random.Random()  # noqa: S311 - jitter is no secret

    async def send(self, call: Call, *, before: Before) -> Reply:
        """Return the answer of a success or of a refusal (any 4xx but 408 and 429).

        ``before`` runs ahead of every attempt and returns its headers: pacing and tokens live there. They
        are patient by themselves, so what they raise ends the call.

        Raises:
            Throttled: 429 to the end.
            Unavailable: it certainly was not done, or it was a read.
            Unanswered: a write whose outcome is unknown.
        """
        started = self._clock.now()
        attempt = 1
        while True:
            headers = await before()
            try:
                return await self._attempt(call, headers, attempt)
            except RemoteError as error:
                delay = self.delay(attempt, getattr(error, "retry_after", 0.0))
                spent = (self._clock.now() - started).total_seconds()
                late = spent + delay > self._retrying.longest_call
                if attempt >= self._retrying.attempts or late or not _may_repeat(error):
                    raise
            await self._clock.sleep(delay)
            attempt += 1

    def delay(self, attempt: int, at_least: float = 0.0) -> float:
        """Return the seconds to wait after a failed attempt: exponential, with full jitter, as asked at least."""
        ceiling = min(self._retrying.longest_delay, self._retrying.first_delay * 2 ** (attempt - 1))
        return max(self._chance.uniform(0, ceiling), at_least)

    async def _attempt(self, call: Call, headers: Mapping[str, str], attempt: int) -> Reply:
        began = time.perf_counter()
        try:
            response = await self._client.request(
                call.method,
                call.path,
                params=call.params or None,
                json=call.body,
                headers={**headers, **call.headers},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._log(call, type(error).__name__, began, attempt)
            raise self._broken(call, error) from None
        reply = Reply(response.status_code, response.headers, response.content)
        self._log(call, str(reply.status), began, attempt, reply.request_id)
        if self._after is not None:
            await self._after(call, reply)
        self._check(call, reply)
        return reply

    def _check(self, call: Call, reply: Reply) -> None:
        if reply.status == _TOO_MANY:
            error = Throttled("too many requests", **self._facts(call, reply))
            error.retry_after = _seconds(reply.headers.get("retry-after"), self._clock.now())
            raise error
        if reply.status >= _SERVER_ERROR or reply.status == httpx.codes.REQUEST_TIMEOUT:
            raise self._in_doubt(call)("the server failed", **self._facts(call, reply))
        if reply.status >= httpx.codes.MULTIPLE_CHOICES and reply.status < httpx.codes.BAD_REQUEST:
            raise self._in_doubt(call)("the server answered with a redirect", **self._facts(call, reply))
        success = reply.status < httpx.codes.MULTIPLE_CHOICES
        if success and call.expects_json and reply.json() is None:
            # A proxy's page or an empty body is no answer, whatever its status says.
            raise self._in_doubt(call)("the answer is not JSON", **self._facts(call, reply))

    def _broken(self, call: Call, error: Exception) -> RemoteError:
        kind = Unavailable if isinstance(error, _NEVER_SENT) else self._in_doubt(call)
        told = "no connection" if isinstance(error, _NEVER_SENT) else "no usable answer"
        return kind(f"{told} ({type(error).__name__})", system=self._system, operation=call.operation)

    @staticmethod
    def _in_doubt(call: Call) -> type[RemoteError]:
        return Unavailable if call.repeatable else Unanswered

    def _facts(self, call: Call, reply: Reply) -> dict[str, Any]:
        return {
            "system": self._system,
            "operation": call.operation,
            "status": reply.status,
            "request_id": reply.request_id,
        }

    def _log(
        self, call: Call, outcome: str, began: float, attempt: int, request_id: str | None = None
    ) -> None:
        # Neither addresses nor queries nor bodies: they carry references, tokens and people.
        log.debug(
            "%s %s outcome=%s ms=%.0f attempt=%d request_id=%s",
            self._system, call.operation, outcome, (time.perf_counter() - began) * 1000, attempt, request_id,
        )  # fmt: skip


def _may_repeat(error: RemoteError) -> bool:
    return isinstance(error, (Throttled, Unavailable))


def _seconds(header: str | None, now: datetime) -> float:
    """Return how long a ``Retry-After`` asks to wait: it holds seconds or a moment; nonsense asks nothing."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return 0.0
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else 0.0
