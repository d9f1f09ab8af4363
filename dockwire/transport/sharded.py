"""Many connections to one host without one shared pool.

A shared httpx pool scans all its connections for every request and slows down sharply above sixteen.
Here each shard is a transport of one connection; requests take a free shard and give it back when
their answer is closed. All shards share one TLS context.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx


class ShardedTransport(httpx.AsyncBaseTransport):
    """Hands each request a connection of its own, at most ``size`` at once; others wait in turn."""

    def __init__(self, size: int, *, verify: ssl.SSLContext | bool = True) -> None:
        if size < 1:
            raise ValueError("a sharded transport needs at least one connection")
        self._context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(verify)
        # Last in, first out: a quiet hour lets the idle connections expire.
        self._free: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        self._shards: set[httpx.AsyncHTTPTransport] = set()
        for _ in range(size):
            self._add()

    def _add(self) -> None:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)
        shard = httpx.AsyncHTTPTransport(verify=self._context, limits=limits)
        self._shards.add(shard)
        self._free.put_nowait(shard)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on a free connection; it is free again when the answer is closed."""
        shard = await self._free.get()
        async with self._replaced_if_broken(shard):
            response = await shard.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Returning(response.stream, self._returned(shard))
        return response

    @asynccontextmanager
    async def _returned(self, shard: httpx.AsyncHTTPTransport) -> AsyncIterator[None]:
        async with self._replaced_if_broken(shard):
            yield
        self._free.put_nowait(shard)

    @asynccontextmanager
    async def _replaced_if_broken(self, shard: httpx.AsyncHTTPTransport) -> AsyncIterator[None]:
        """Never reuse a shard that something went wrong on.

        A call cancelled between connecting and sending leaves httpcore 1.0's pool with a connection that
        is neither idle nor in use, and a pool of one then never serves again.
        """
        try:
            yield
        except BaseException:
            self._shards.discard(shard)
            try:
                await shard.aclose()
            finally:
                self._add()
            raise

    async def aclose(self) -> None:
        """Close every connection."""
        for shard in self._shards:
            await shard.aclose()


class _Returning(httpx.AsyncByteStream):
    """An answer's body that gives its connection back once, when it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, returned: AbstractAsyncContextManager[None]) -> None:
        self._stream = stream
        self._returned: AbstractAsyncContextManager[None] | None = returned

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        returned, self._returned = self._returned, None
        if returned is not None:
            async with returned:
                await self._stream.aclose()
