"""The charges on an order: what the system makes, what people add, and what an update does to them."""

from typing import Any

import httpx
import pytest

from dockwire.warehouse import Switches, Warehouse, load_seed
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.closings import PRICES, act, billing, charge, charged, close, look, refusal
from tests.unit.warehouse.houses import SEED, create, line, number, open_house, order, visiting

AUTOMATIC = [("Pick", 1.05, True), ("Order", 1.5, True)]


@pytest.fixture
def house(house: Warehouse) -> Warehouse:
    """Give a warehouse with prices."""
    load_seed(house, PRICES)
    return house


async def put(client: httpx.AsyncClient, known: dict[str, Any], body: Any, **query: Any) -> dict[str, Any]:
    """Replace an order that is known in the state it was read in; return it whole."""
    reply = await client.put(
        f"/orders/{number(known)}", json=body, headers={"If-Match": known["etag"]}, params=query
    )
    assert reply.status_code == 200, reply.text
    return await look(client, known)


async def test_what_is_added_while_closing_comes_on_top(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 2), line("TEA", 1), **billing(charge(4, label="Old")))
    assert charged(created) == [("Old", 4, False)]
    bare = {"chargeType": 3, "details": [], "subtotal": 12.34}
    reply = await close(client, created, recalcAutoCharges=True, **billing(charge(7), bare))
    assert reply.status_code == 204, reply.text
    now = await look(client, created)
    assert charged(now) == [
        ("Old", 4, False),
        ("Relabel", 7, False),
        ("", 12.34, False),
        *AUTOMATIC,
    ]
    assert [each["chargeType"] for each in now["billing"]["billingCharges"]] == [5, 5, 3, 1, 8]
    assert now["billing"]["billingCharges"][3]["details"] == [
        {
            "warehouseTransactionPriceCalcId": 1,
            "numUnits": 3,
            "chargeLabel": "Pick",
            "unitDescription": "piece",
            "chargePerUnit": 0.35,
            "systemGenerated": True,
            "glAcctNum": "4000",
        }
    ]
    reply = await client.get(f"/orders/{number(created)}?detail=BillingDetails")
    assert reply.json()["billing"] == now["billing"]
    assert "billing" not in (await client.get(f"/orders/{number(created)}")).json()


async def test_automatic_charges_are_made_once_however_often_an_order_is_closed(
    client: httpx.AsyncClient,
) -> None:
    now = await create(client, "R-1", line("MUG", 2), line("TEA", 1))
    for _ in range(3):
        assert (await close(client, now, recalcAutoCharges=True)).status_code == 204
        assert (await act(client, await look(client, now), "unconfirmer")).status_code == 204
        now = await look(client, now)
        assert charged(now) == AUTOMATIC
    assert (await close(client, now)).status_code == 204
    assert charged(await look(client, now)) == AUTOMATIC


async def test_a_customer_may_want_them_on_every_closing(house: Warehouse, client: httpx.AsyncClient) -> None:
    load_seed(house, {"customers": [SEED["customers"][0] | {"auto_charges_on_confirm": True}]})
    created = await create(client, "R-1", line("MUG", 3))
    assert (await act(client, created, "packages", {})).status_code == 201
    assert (await close(client, await look(client, created))).status_code == 204
    assert charged(await look(client, created)) == [*AUTOMATIC, ("Box", 0.8, True)]


async def test_what_rules_make_is_rounded_to_the_currency(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    load_seed(house, {"customers": [SEED["customers"][0] | {"currency_digits": 0}]})
    created = await create(client, "R-1", line("MUG", 3))
    assert (await close(client, created, recalcAutoCharges=True)).status_code == 204
    assert charged(await look(client, created)) == [("Pick", 1, True), ("Order", 2, True)]


async def test_a_predefined_charge_needs_its_units_only(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    predefined = {"warehouseTransactionPriceCalcId": 4, "numUnits": 3}
    for rule_id, kind, price, code in (
        (99, 5, None, "DoesNotExist"),
        (5, 5, None, "DoesNotExist"),
        (1, 1, None, "DoesNotExist"),
        (4, 6, None, "ValueNotSupported"),
        (4, 5, 9, "ValueNotSupported"),
    ):
        detail = predefined | {"warehouseTransactionPriceCalcId": rule_id, "chargePerUnit": price}
        reply = await close(client, created, **billing({"chargeType": kind, "details": [detail]}))
        assert refusal(reply) == (400, code), rule_id
    reply = await close(client, created, **billing({"chargeType": 5, "details": [predefined]}))
    assert reply.status_code == 204, reply.text
    assert charged(await look(client, created)) == [("Gift wrap", 6.75, False)]


async def test_a_predefined_charge_that_is_put_back_keeps_its_price(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    detail = {"warehouseTransactionPriceCalcId": 4, "numUnits": 2}
    created = await create(client, "R-1", **billing({"chargeType": 5, "details": [detail]}))
    load_seed(house, {"price_rules": [PRICES["price_rules"][3] | {"price": 3}]})
    now = await put(client, created, created)
    assert charged(now) == [("Gift wrap", 4.5, False)]
    assert now["billing"] == created["billing"]


async def test_nobody_but_the_system_makes_automatic_charges(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    await put(client, created, created, recalcautocharges="true")
    now = await look(client, created)
    assert charged(now) == [("Pick", 0.35, True), ("Order", 1.5, True)]
    (pick, _) = now["billing"]["billingCharges"]
    reply = await close(client, now, **billing(pick))
    assert refusal(reply) == (400, "ValueNotSupported")
    assert reply.json()["Properties"][0]["Name"].endswith("details[0].systemGenerated")
    for action in ("PUT", "POST"):
        forged = charge(1) | {"chargeType": 7}
        reply = await client.request(
            action,
            f"/orders/{number(now)}" if action == "PUT" else "/orders",
            json=order("R-2", **billing(forged)),
            headers={"If-Match": now["etag"]},
        )
        assert refusal(reply) == (400, "ValueNotSupported")
    reply = await client.post("/orders", json=order("R-2", billing=now["billing"]))
    assert refusal(reply) == (400, "ValueNotSupported")


async def test_an_order_that_was_read_can_be_put_back_with_its_charges(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3), **billing(charge(4, units="1.5")))
    calculated = await put(client, created, created, recalcautocharges="true")
    kept = [("Relabel", 6, False), *AUTOMATIC]
    assert charged(calculated) == kept
    again = await put(client, calculated, calculated)
    assert sorted(charged(again)) == sorted(kept)
    # What the system made alone is sent back as well.
    (pick, *_) = again["billing"]["billingCharges"]
    again = await put(client, again, again | billing(pick))
    assert charged(again) == AUTOMATIC
    # People's charges are replaced by those of the request, the system's are not edited here.
    changed = again | billing(charge(9, label="New"))
    assert charged(await put(client, again, changed)) == [*AUTOMATIC, ("New", 9, False)]


@pytest.mark.parametrize("empty", [{}, {"billing": None}, {"billing": {"billingCharges": []}}])
async def test_an_update_without_charges_deletes_them_unless_a_switch_keeps_them(
    database_url: str, empty: dict[str, Any]
) -> None:
    for switches, left in (
        (Switches(), []),
        (Switches.model_validate({"missing_billing": "keep"}), [("Relabel", 7, False)]),
    ):
        house = open_house(database_url, switches=switches)
        async with visiting(house) as client:
            reference = f"R-{len(left)}"
            created = await create(client, reference, **billing(charge(7)))
            assert charged(await put(client, created, order(reference) | empty)) == left
        house.close()


async def test_cancelling_may_cost_something(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    reply = await act(client, created, "canceler", {"reason": "late", "charge": 4.5})
    assert reply.status_code == 204
    now = await look(client, created)
    assert charged(now) == [("", 4.5, False)]
    assert now["billing"]["billingCharges"][0]["chargeType"] == 5


async def test_the_state_shows_charges_and_what_they_add_up_to(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    created = await create(client, "R-1", line("MUG", 3))
    two_rows = charge(1, label="a") | {"subtotal": 3.5}
    two_rows["details"] += charge("2.5", label="b")["details"]
    bare = {"chargeType": 3, "details": [], "subtotal": 0.1}
    await close(client, created, recalcAutoCharges=True, **billing(two_rows, bare))
    (shown,) = house.read(IN_PROCESS, read_state)["orders"]
    assert [(c["label"], c["type"], float(c["amount"]), c["automatic"]) for c in shown["charges"]] == [
        ("a", 5, 1, False),
        ("b", 5, 2.5, False),
        ("", 3, 0.1, False),
        ("Pick", 1, 1.05, True),
        ("Order", 8, 1.5, True),
    ]
    assert float(shown["chargesTotal"]) == 6.15


async def test_lines_that_an_update_leaves_out_are_kept_where_the_switch_says_so(database_url: str) -> None:
    house = open_house(database_url, switches=Switches.model_validate({"missing_lines": "keep"}))
    async with visiting(house) as client:
        created = await create(client, "R-1", line("MUG", 2))
        now = await put(client, created, order("R-1", poNum="P") | {"orderItems": []})
        assert (now["poNum"], now["readOnly"]["fullyAllocated"]) == ("P", True)
        assert now["_embedded"] == created["_embedded"]
        refused = await client.post("/orders", json=order("R-2") | {"orderItems": []})
        assert refusal(refused) == (400, "Required")
    house.close()
