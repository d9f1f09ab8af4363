"""One warehouse account: orders, items, customers and facilities over the REST API."""

from collections.abc import AsyncIterator, Mapping, Sequence
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
    Unanswered,
    Unavailable,
)
from dockwire.extensiv import rql
from dockwire.extensiv.auth import WarehouseLogin
from dockwire.extensiv.credentials import WarehouseCredentials
from dockwire.extensiv.draft import personal, to_body
from dockwire.extensiv.wire import (
    WireCustomer,
    WireFacility,
    WireItem,
    WireOrder,
    WireProblem,
    collection,
)
from dockwire.model.ids import CustomerId, WarehouseOrderId
from dockwire.model.warehouse import Item, OrderDraft, Party, PlacedOrder, PlacedStatus
from dockwire.transport import Call, Reply, Retrying, Sender, ShardedTransport, address, redacted, ssl_context

_HAL = "application/hal+json"
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_LOOKED_UP = 50
"""References asked for in one search: keeps addresses well under what proxies take."""

_ORDERS_PAGE = 500
_ITEMS_PAGE = 100
_STATUS = {0: PlacedStatus.OPEN, 1: PlacedStatus.CLOSED, 2: PlacedStatus.CANCELLED}

W = TypeVar("W", bound=BaseModel)


class WarehouseClient:
    """Implements ``Warehouse`` over HTTP."""

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
            self._zone = ZoneInfo(time_zone)
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

    async def create_order(self, draft: OrderDraft) -> PlacedOrder:
        """Create one order; see the port for what each error means."""
        call = Call("createOrder", "POST", "/orders", body=to_body(draft, self._zone), repeatable=False)
        reply = await self._ask(call)
        try:
            return _placed(WireOrder.model_validate_json(reply.content), reply.headers.get("etag", ""))
        except ValidationError:
            # The order is there, but we were not told its number: look it up.
            raise _error(Unanswered, call, reply, "the order created is not described as promised") from None

    async def find_order(self, reference: str, customer_id: CustomerId) -> PlacedOrder | None:
        """Return the order with exactly this reference."""
        return (await self.find_orders([reference], customer_id)).get(reference)

    async def find_orders(self, references: Sequence[str], customer_id: CustomerId) -> dict[str, PlacedOrder]:
        """Return the orders with exactly these references; a live order wins over a cancelled one."""
        wanted = set(references)
        found: dict[str, PlacedOrder] = {}
        unique = list(dict.fromkeys(references))
        for start in range(0, len(unique), _LOOKED_UP):
            group = unique[start : start + _LOOKED_UP]
            condition = (
                rql.equals("referenceNum", group[0]) if len(group) == 1 else rql.one_of("referenceNum", group)
            )
            async for order in self._orders(condition):
                if order.customer_id == customer_id and order.reference in wanted:
                    known = found.get(order.reference)
                    if known is None or known.status is PlacedStatus.CANCELLED:
                        found[order.reference] = order
        return found

    async def get_order(self, order_id: WarehouseOrderId) -> PlacedOrder:
        """Return one order with its ETag."""
        call = Call("getOrder", "GET", f"/orders/{order_id}")
        reply = await self._ask(call)
        try:
            return _placed(WireOrder.model_validate_json(reply.content), reply.headers.get("etag", ""))
        except ValidationError:
            raise _unusable(call, reply) from None

    async def cancel_order(self, order: PlacedOrder, reason: str) -> None:
        """Cancel an open order; one that is cancelled already is left as it is."""
        etag = order.etag or (await self.get_order(order.order_id)).etag
        call = Call(
            "cancelOrder",
            "POST",
            f"/orders/{order.order_id}/canceler",
            body={"reason": reason},
            headers={"if-match": etag},
            # A second cancel changes nothing: the ETag has moved, or the order is cancelled.
            repeatable=True,
            expects_json=False,
        )
        refusal = await self._refused(call)
        if (await self.get_order(order.order_id)).status is not PlacedStatus.CANCELLED:
            raise refusal or _unmoved(call, "the warehouse did not cancel the order")

    async def hold_order(self, order: PlacedOrder, reason: str) -> None:
        """Put an open order on hold.

        Raises:
            Refused: it did not take effect: the order is closed, cancelled or has left.
        """
        call = Call(
            "holdOrder",
            "PUT",
            "/orders/orderholder",
            {"holdReason": reason},
            body={"orderIdentifiers": [{"id": order.order_id}]},
            expects_json=False,
        )
        refusal = await self._refused(call)
        if not (await self.get_order(order.order_id)).on_hold:
            raise refusal or _unmoved(call, "the warehouse did not put the order on hold")

    async def customers(self) -> list[Party]:
        """Return the customers the credential may see."""
        call = Call("listCustomers", "GET", "/customers")
        found = [wire async for wire in self._all(call, WireCustomer, page_size=100)]
        return [Party(wire.customerid, wire.name, active=not wire.deactivated) for wire in found]

    async def facilities(self, customer_id: CustomerId) -> list[Party]:
        """Return the facilities that serve a customer; ``NotFound`` when there is no such customer."""
        await self._ask(Call("getCustomer", "GET", f"/customers/{customer_id}"))
        call = Call("listFacilities", "GET", "/properties/facilities", {"customerId": str(customer_id)})
        reply = await self._ask(call)
        found = _members(call, reply, WireFacility)[0]
        return [Party(wire.facilityid, wire.name, active=not wire.deactivated) for wire in found]

    async def items(self, customer_id: CustomerId) -> list[Item]:
        """Return all items of a customer."""
        call = Call("listItems", "GET", f"/customers/{customer_id}/items")
        found = [wire async for wire in self._all(call, WireItem, page_size=_ITEMS_PAGE)]
        return [Item(wire.sku, active=not wire.readonly.deactivated) for wire in found]

    async def _refused(self, call: Call) -> RemoteError | None:
        """Send a change of an order and return what speaks against its effect; the caller looks anyway."""
        try:
            reply = await self._ask(call)
        except Refused as error:
            return error
        if reply.status == httpx.codes.NO_CONTENT or reply.json() is not None:
            return None
        # A proxy's page is a success too, as far as its status goes.
        return _error(Unavailable, call, reply, "the answer is not the warehouse's")

    async def _orders(self, condition: str) -> AsyncIterator[PlacedOrder]:
        call = Call("listOrders", "GET", "/orders", {"rql": condition})
        async for wire in self._all(call, WireOrder, page_size=_ORDERS_PAGE):
            yield _placed(wire, "")

    async def _all(self, call: Call, kind: type[W], *, page_size: int) -> AsyncIterator[W]:
        """Yield every member of a collection, page by page to the end."""
        number, seen = 1, 0
        while True:
            params = {**call.params, "pgsiz": str(page_size), "pgnum": str(number)}
            page = Call(call.operation, call.method, call.path, params)
            reply = await self._ask(page)
            members, total = _members(page, reply, kind)
            seen += len(members)
            if not members and total is not None and seen < total:
                # Taken for the end it would mean that the rest is not there, and be created again.
                raise _unusable(page, reply)
            for member in members:
                yield member
            if len(members) < page_size if total is None else seen >= total:
                return
            number += 1

    async def _ask(self, call: Call) -> Reply:
        """Send with a token; a refused token is replaced once."""
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
        if reply.status >= httpx.codes.BAD_REQUEST:
            raise _refusal(call, reply)
        return reply


def _placed(wire: WireOrder, etag: str) -> PlacedOrder:
    state = wire.readonly
    return PlacedOrder(
        order_id=WarehouseOrderId(state.orderid),
        reference=wire.referencenum,
        customer_id=CustomerId(state.customeridentifier.id),
        status=_STATUS[state.status],
        etag=etag,
        fully_allocated=bool(state.fullyallocated),
        on_hold=state.onholddate is not None,
    )


def _members(call: Call, reply: Reply, kind: type[W]) -> tuple[list[W], int | None]:
    try:
        members, total = collection(reply.json())
        return [kind.model_validate(member) for member in members], total
    except (ValidationError, TypeError):
        raise _unusable(call, reply) from None


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
    return _error(kind, call, reply, told, problem.code or None)


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


def _unusable(call: Call, reply: Reply) -> RemoteError:
    return _error(Unavailable, call, reply, "the answer is not what the warehouse's reference promises")


def _unmoved(call: Call, message: str) -> Refused:
    return Refused(message, system="warehouse", operation=call.operation)


def _error(
    kind: type[RemoteError], call: Call, reply: Reply, message: str, vendor_code: str | None = None
) -> RemoteError:
    return kind(
        message,
        system="warehouse",
        operation=call.operation,
        status=reply.status,
        vendor_code=vendor_code,
        request_id=reply.request_id,
    )
