"""One warehouse account: orders, items, customers and facilities over the REST API."""

from collections.abc import AsyncIterator, Sequence

from pydantic import ValidationError

from dockwire.errors import Unanswered
from dockwire.extensiv import rql
from dockwire.extensiv.caller import error_of, members_of, unmoved, unusable
from dockwire.extensiv.draft import to_body
from dockwire.extensiv.placed import placed
from dockwire.extensiv.shipping import ShippingCalls
from dockwire.extensiv.stock import StockCalls
from dockwire.extensiv.wire import WireCustomer, WireFacility, WireItem, WireOrder
from dockwire.model.ids import CustomerId, WarehouseOrderId
from dockwire.model.warehouse import Item, OrderDraft, Party, PlacedOrder, PlacedStatus
from dockwire.transport import Call

_LOOKED_UP = 50
"""References asked for in one search: keeps addresses well under what proxies take."""

_ORDERS_PAGE = 500
_ITEMS_PAGE = 100


class WarehouseClient(ShippingCalls, StockCalls):
    """Implements ``Warehouse`` over HTTP."""

    async def create_order(self, draft: OrderDraft) -> PlacedOrder:
        """Create one order; see the port for what each error means."""
        call = Call("createOrder", "POST", "/orders", body=to_body(draft, self.zone), repeatable=False)
        reply = await self.ask(call)
        try:
            return placed(WireOrder.model_validate_json(reply.content), reply.headers.get("etag", ""))
        except ValidationError:
            # The order is there, but we were not told its number: look it up.
            raise error_of(
                Unanswered, call, reply, "the order created is not described as promised"
            ) from None

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
        reply = await self.ask(call)
        try:
            return placed(WireOrder.model_validate_json(reply.content), reply.headers.get("etag", ""))
        except ValidationError:
            raise unusable(call, reply) from None

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
        refusal = await self.refused(call)
        if (await self.get_order(order.order_id)).status is not PlacedStatus.CANCELLED:
            raise refusal or unmoved(call, "the warehouse did not cancel the order")

    async def hold_order(self, order: PlacedOrder, reason: str) -> None:
        """Put an open order on hold.

        Raises:
            Refused: it did not take effect: the order is closed, cancelled or has left.
        """
        call = _holder("holdOrder", order, {"holdReason": reason})
        refusal = await self.refused(call)
        if not (await self.get_order(order.order_id)).on_hold:
            raise refusal or unmoved(call, "the warehouse did not put the order on hold")

    async def release_order(self, order: PlacedOrder) -> None:
        """Take a held order off hold."""
        call = _holder("releaseOrder", order, {"release": "true"})
        refusal = await self.refused(call)
        if (await self.get_order(order.order_id)).on_hold:
            raise refusal or unmoved(call, "the warehouse did not release the order")

    async def customers(self) -> list[Party]:
        """Return the customers the credential may see."""
        call = Call("listCustomers", "GET", "/customers")
        found = [wire async for wire in self.all(call, WireCustomer, page_size=100)]
        return [Party(wire.customerid, wire.name, active=not wire.deactivated) for wire in found]

    async def facilities(self, customer_id: CustomerId) -> list[Party]:
        """Return the facilities that serve a customer; ``NotFound`` when there is no such customer."""
        await self.ask(Call("getCustomer", "GET", f"/customers/{customer_id}"))
        call = Call("listFacilities", "GET", "/properties/facilities", {"customerId": str(customer_id)})
        reply = await self.ask(call)
        found = members_of(call, reply, WireFacility)[0]
        return [Party(wire.facilityid, wire.name, active=not wire.deactivated) for wire in found]

    async def items(self, customer_id: CustomerId) -> list[Item]:
        """Return all items of a customer."""
        call = Call("listItems", "GET", f"/customers/{customer_id}/items")
        found = [wire async for wire in self.all(call, WireItem, page_size=_ITEMS_PAGE)]
        return [Item(wire.sku, active=not wire.readonly.deactivated) for wire in found]

    async def _orders(self, condition: str) -> AsyncIterator[PlacedOrder]:
        call = Call("listOrders", "GET", "/orders", {"rql": condition})
        async for wire in self.all(call, WireOrder, page_size=_ORDERS_PAGE):
            yield placed(wire, "")


def _holder(operation: str, order: PlacedOrder, params: dict[str, str]) -> Call:
    body = {"orderIdentifiers": [{"id": order.order_id}]}
    return Call(operation, "PUT", "/orders/orderholder", params, body=body, expects_json=False)
