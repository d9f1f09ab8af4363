"""Many connections to one host without one shared pool.

A shared httpx pool scans all its connections for every request and slows down sharply above sixteen.
Here each shard is a transport of one connection; requests take a free shard and give it back when
their answer is closed. All shards share one TLS context.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx


class ShardedTransport(httpx.AsyncBaseTransport):
    """Hands each request a connection of its own, at most ``size`` at once; others wait in turn."""

    def __init__(self, size: int, *, verify: ssl.SSLContext | bool = True) -> None:
        if size < 1:
            raise ValueError("a sharded transport needs at least one connection")
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)
        self._shards = [httpx.AsyncHTTPTransport(verify=verify, limits=limits) for _ in range(size)]
        # Last in, first out: a quiet hour lets the idle connections expire.
        self._free: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        for shard in self._shards:
            self._free.put_nowait(shard)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on a free connection; it is free again when the answer is closed."""
        shard = await self._free.get()
        try:
            response = await shard.handle_async_request(request)
        except BaseException:
            self._free.put_nowait(shard)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Returning(response.stream, shard, self._free)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for shard in self._shards:
            await shard.aclose()


class _Returning(httpx.AsyncByteStream):
    """An answer's body that gives its shard back once, when it is closed."""

    def __init__(
        self,
        stream: httpx.AsyncByteStream,
        shard: httpx.AsyncHTTPTransport,
        free: "asyncio.LifoQueue[httpx.AsyncHTTPTransport]",
    ) -> None:
        self._stream = stream
        self._shard: httpx.AsyncHTTPTransport | None = shard
        self._free = free

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        shard, self._shard = self._shard, None
        try:
            await self._stream.aclose()
        finally:
            if shard is not None:
                self._free.put_nowait(shard)
