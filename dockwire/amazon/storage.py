"""Where the contents of Amazon's documents lie: put and got at presigned addresses.

An address is a secret, good for five minutes and one purpose: it is in no log and in no error, nor is
anything the storage says, which quotes it. No access token goes there (Feeds API use case guide).
Both ways may be repeated safely.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import TypedDict, TypeVar

import httpx
from pydantic import SecretStr

from dockwire.clock import Clock
from dockwire.errors import NotFound, Refused, RemoteError, Unavailable

log = logging.getLogger("dockwire.http")

_PAUSES = (1.0, 5.0)
"""Seconds before the second and third attempt; the address outlives them all."""

_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,60})</Code>")
_EXPIRED = "AccessDenied"
_READ = 5000
_UPLOAD, _DOWNLOAD = "uploadDocument", "downloadDocument"

Outcome = TypeVar("Outcome")


class _Passing(Exception):
    """A failure that may be over at the next attempt."""

    def __init__(self, error: Unavailable) -> None:
        self.error = error


class Storage:
    """Puts and gets documents over the seller account's connections, without its token."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def put(self, url: SecretStr, content: bytes, content_type: str) -> None:
        """Upload a document with exactly the content type it was announced with.

        Raises:
            Unavailable: the storage does not take it, or the address has expired: ask for a new one.
            Refused: the storage will not take it like this.
        """

        async def attempt() -> None:
            answer = await self._client.put(
                url.get_secret_value(), content=content, headers={"content-type": content_type}
            )
            _check(_UPLOAD, answer, answer.content)
            if "etag" not in answer.headers:
                # A proxy's page; the storage names what it has stored.
                raise _Passing(_failed(_UPLOAD, "the answer is not the storage's", answer))

        await self._patiently(_UPLOAD, attempt)

    async def get(self, url: SecretStr, *, most: int) -> bytes:
        """Download a document of at most ``most`` bytes, as it is stored.

        Raises:
            Unavailable: the storage does not answer, or the address has expired: ask for a new one.
            NotFound: the document is gone.
            Refused: the storage will not give it, or it is larger.
        """

        async def attempt() -> bytes:
            headers = {"accept-encoding": "identity"}
            async with self._client.stream("GET", url.get_secret_value(), headers=headers) as answer:
                content = bytearray()
                # Raw: a compressed document stays as it is, even if the storage names its encoding.
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > most:
                        raise Refused(f"the document is larger than {most} bytes", **_facts(_DOWNLOAD))
            _check(_DOWNLOAD, answer, bytes(content))
            return bytes(content)

        return await self._patiently(_DOWNLOAD, attempt)

    async def _patiently(self, operation: str, attempt: Callable[[], Awaitable[Outcome]]) -> Outcome:
        for pause in (*_PAUSES, None):
            try:
                return await attempt()
            except _Passing as trouble:
                error = trouble.error
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as broken:
                error = _failed(operation, f"no usable answer ({type(broken).__name__})")
            log.debug("amazon %s outcome=%s", operation, error.status or "none")
            if pause is not None:
                await self._clock.sleep(pause)
        raise error


def _check(operation: str, answer: httpx.Response, content: bytes) -> None:
    if answer.status_code == httpx.codes.OK:
        log.debug("amazon %s outcome=200", operation)
        return
    found = _CODE.search(content[:_READ])
    code = found[1].decode() if found else None
    if answer.status_code == httpx.codes.FORBIDDEN and code == _EXPIRED:
        raise _failed(operation, "the document's address has expired or is not good for this", answer, code)
    if answer.status_code in _PASSING or not httpx.codes.is_client_error(answer.status_code):
        raise _Passing(_failed(operation, "the storage failed", answer, code))
    kind: type[RemoteError] = NotFound if answer.status_code == httpx.codes.NOT_FOUND else Refused
    raise kind("the storage refuses the document", **_facts(operation, answer, code))


_PASSING = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


def _failed(
    operation: str, message: str, answer: httpx.Response | None = None, code: str | None = None
) -> Unavailable:
    return Unavailable(message, **_facts(operation, answer, code))


class _Facts(TypedDict):
    system: str
    operation: str
    status: int | None
    vendor_code: str | None
    request_id: str | None


def _facts(operation: str, answer: httpx.Response | None = None, code: str | None = None) -> _Facts:
    return {
        "system": "amazon",
        "operation": operation,
        "status": None if answer is None else answer.status_code,
        "vendor_code": code,
        "request_id": None if answer is None else answer.headers.get("x-amz-request-id"),
    }
