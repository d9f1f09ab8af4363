"""A refusal quotes the numbers of the parcel it is about, and no others."""

import json

import httpx

from dockwire.amazon.answers import refusal
from dockwire.amazon.confirmation import to_confirmation
from dockwire.transport import Call, Reply
from tests.builders import order
from tests.unit.ledger.shipments import parcel

NUMBER = "961111111111111111"


def test_the_tracking_number_and_the_order_id_of_a_refusal_can_be_read() -> None:
    known = order()
    words = f"Order {known.order_id}: tracking {NUMBER} of item 10000000000001 is wrong, ask +1 555 010 0123"
    body = to_confirmation(known, parcel(tracking=NUMBER))
    call = Call("confirmShipment", "POST", "/orders", body=body)
    answer = {"errors": [{"code": "InvalidInput", "message": words}]}
    told = refusal(call, Reply(400, httpx.Headers(), json.dumps(answer).encode()))
    assert str(told.args[0]).endswith(words.replace("+1 555 010 0123", "[number]"))
