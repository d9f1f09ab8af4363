"""One warehouse account's calls: tokens, pages, and what a refusal means."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import BaseModel, ValidationError

from dockwire import __version__
from dockwire.clock import Clock
from dockwire.errors import (
    AccessDenied,
    Duplicate,
    NotFound,
    Outdated,
    Refused,
    RemoteError,
    SettingsError,
    Unavailable,
)
from dockwire.extensiv.auth import WarehouseLogin
from dockwire.extensiv.credentials import WarehouseCredentials
from dockwire.extensiv.draft import personal
from dockwire.extensiv.wire import WireProblem, collection
from dockwire.transport import Call, Reply, Retrying, Sender, ShardedTransport, address, redacted, ssl_context

_HAL = "application/hal+json"
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_ORDER = re.compile(r"/orders/(\d+)(/|$)")

W = TypeVar("W", bound=BaseModel)


class Caller:
    """Sends calls with a token and reads collections to their end."""

    def __init__(
        self,
        *,
        base_url: str,
        credentials: WarehouseCredentials | None,
        clock: Clock,
        time_zone: str,
        transport: httpx.AsyncBaseTransport | None = None,
        connections: int = 16,
        retrying: Retrying | None = None,
    ) -> None:
        """Reach the warehouse at ``base_url``; without credentials no token is asked for or sent.

        Raises:
            SettingsError: the time zone is unknown, or ``base_url`` is no address.
        """
        try:
            self.zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsError(
                f"time_zone {time_zone!r} is not an IANA zone such as America/Chicago"
            ) from None
        self._client = httpx.AsyncClient(
            base_url=address(base_url, name="base_url"),
            transport=transport or ShardedTransport(connections, verify=ssl_context()),
            timeout=_TIMEOUT,
            headers={"accept": _HAL, "content-type": _HAL, "user-agent": f"dockwire/{__version__}"},
        )
        self._tokens = WarehouseLogin(credentials, client=self._client).keeper(clock) if credentials else None
        self._sender = Sender("warehouse", self._client, clock=clock, retrying=retrying)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def refused(self, call: Call) -> RemoteError | None:
        """Send a change of an order and return what speaks against its effect; the caller looks anyway."""
        try:
            reply = await self.ask(call)
        except Refused as error:
            return error
        if reply.status == httpx.codes.NO_CONTENT or reply.json() is not None:
            return None
        # A proxy's page is a success too, as far as its status goes.
        return error_of(Unavailable, call, reply, "the answer is not the warehouse's")

    async def all(self, call: Call, kind: type[W], *, page_size: int) -> AsyncIterator[W]:
        """Yield every member of a collection, page by page to the end."""
        number, seen = 1, 0
        while True:
            params = {**call.params, "pgsiz": str(page_size), "pgnum": str(number)}
            page = Call(call.operation, call.method, call.path, params)
            reply = await self.ask(page)
            members, total = members_of(page, reply, kind)
            seen += len(members)
            if not members and total is not None and seen < total:
                # Taken for the end it would mean that the rest is not there, and be created again.
                raise unusable(page, reply)
            for member in members:
                yield member
            if len(members) < page_size if total is None else seen >= total:
                return
            number += 1

    async def ask(self, call: Call) -> Reply:
        """Send with a token; a refused token is replaced once. Errors name the order the call is about."""
        try:
            reply = await self._send(call)
        except RemoteError as error:
            error.args = (_named(call, str(error.args[0])),)
            raise
        if reply.status >= httpx.codes.BAD_REQUEST:
            raise _refusal(call, reply)
        return reply

    async def _send(self, call: Call) -> Reply:
        used: list[str] = []

        async def before() -> Mapping[str, str]:
            if self._tokens is None:
                return {}
            used.append(await self._tokens.token())
            return {"authorization": f"Bearer {used[-1]}"}

        reply = await self._sender.send(call, before=before)
        if reply.status == httpx.codes.UNAUTHORIZED and self._tokens is not None:
            self._tokens.discard(used[-1])
            reply = await self._sender.send(call, before=before)
        return reply


def members_of(call: Call, reply: Reply, kind: type[W]) -> tuple[list[W], int | None]:
    """Return a collection's members and the total, where it is told; raises ``Unavailable`` for anything else."""
    try:
        members, total = collection(reply.json())
        return [kind.model_validate(member) for member in members], total
    except (ValidationError, TypeError):
        raise unusable(call, reply) from None


def _refusal(call: Call, reply: Reply) -> RemoteError:
    try:
        problem = WireProblem.model_validate(reply.json())
    except ValidationError:
        problem = WireProblem()
    kind, message = _MEANING.get(reply.status, (Refused, "the warehouse refuses the request"))
    if problem.code == "Duplicate":
        kind, message = Duplicate, "the warehouse has an order with this reference already"
    elif reply.status == httpx.codes.FORBIDDEN and problem.code in _OPERATION_CODES:
        kind, message = Refused, "the warehouse cannot do that with this order"
    # The vendor's hint, else the names of fields; never values: they may be somebody's address.
    detail = problem.hint or ", ".join(dict.fromkeys(problem.fields))
    told = f"{message}: {redacted(detail, sent=personal(call.body))}" if detail else message
    return error_of(kind, call, reply, told, problem.code or None)


_MEANING: dict[int, tuple[type[RemoteError], str]] = {
    401: (AccessDenied, "the warehouse does not accept the token"),
    403: (AccessDenied, "the warehouse denies it"),
    404: (NotFound, "the warehouse has no such thing, or hides it from this credential"),
    412: (Outdated, "it changed meanwhile"),
}


_OPERATION_CODES = frozenset(
    {
        "AlreadyCompleted",
        "DateBeforeFreeze",
        "DateInFuture",
        "FullyAllocated",
        "InUse",
        "MixedFacilitiesInBatch",
        "NotFullyAllocated",
        "OrderCanceled",
        "OrderConfirmed",
        "OrderNotConfirmed",
        "Unallocated",
        "WrongCustomerInBatch",
    }
)
"""With one of these, 403 speaks of the order's state and not of the credential (relation "exceptions")."""


def unusable(call: Call, reply: Reply) -> RemoteError:
    """Return the error for an answer that is a success by its status alone."""
    return error_of(Unavailable, call, reply, "the answer is not what the warehouse's reference promises")


def unmoved(call: Call, message: str) -> Refused:
    """Return the error for a change that was answered and did not take effect."""
    return Refused(_named(call, message), system="warehouse", operation=call.operation)


def error_of(
    kind: type[RemoteError], call: Call, reply: Reply, message: str, vendor_code: str | None = None
) -> RemoteError:
    """Return an error with the handles of the answer it is about."""
    return kind(
        _named(call, message),
        system="warehouse",
        operation=call.operation,
        status=reply.status,
        vendor_code=vendor_code,
        request_id=reply.request_id,
    )


def _named(call: Call, message: str) -> str:
    """Return the message with the number of the order that the call is about, if it is about one."""
    found = _ORDER.match(call.path)
    return f"warehouse order {found[1]}: {message}" if found else message
