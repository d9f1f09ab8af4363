"""Closing orders from Prefect's run form, the console and the command line; the event tells Amazon at once."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.browser import PrefectPages, another_page
from tests.deployments.console_visit import shipped_evenly, signed_in
from tests.deployments.pages import Pages
from tests.deployments.town import Town

UPS = ("UPS", "UPSN", "03")
OPTIONS = ("--carrier", "UPS", "--scac", "UPSN", "--service", "03")


def read(town: Town) -> list[dict[str, Any]]:
    """Return the warehouse's orders."""
    orders: list[dict[str, Any]] = town.warehouse.read(IN_PROCESS, read_state)["orders"]
    return orders


def placed(town: Town) -> list[dict[str, Any]]:
    return [order for order in read(town) if order["fullyAllocated"] and not order["onHold"]]


def imported(town: Town) -> list[str]:
    """Connect the town, import, and return orders that can be closed."""
    assert town.dockwire("apply", str(town.connections())).code == 0
    ran = town.dockwire("run", "order-import", "town-us", "--json")
    assert ran.code == 0, ran.err
    return [order["referenceNum"] for order in placed(town)]


def shipped(town: Town) -> set[str]:
    """Return the orders that Amazon calls shipped by us."""
    ours = {confirmation.order_id for confirmation in town.world.confirmations}
    return {
        order.body["orderId"]
        for order in town.world.orders
        if order.body["orderId"] in ours and order.body["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    }


def await_shipped(town: Town, orders: set[str]) -> None:
    """Wait until Amazon calls these orders shipped, and no others."""
    give_up = time.monotonic() + 240
    while shipped(town) != orders:
        assert time.monotonic() < give_up, shipped(town) ^ orders
        time.sleep(0.2)


def added(town: Town) -> dict[str, Decimal]:
    """Return what requests added to each closed order."""
    return {
        order["referenceNum"]: sum(
            (Decimal(str(c["amount"])) for c in order["charges"] if not c["automatic"]), Decimal(0)
        )
        for order in read(town)
        if order["tracking"]
    }


def test_a_clerk_closes_orders_in_the_run_form_or_the_console_and_amazon_knows_without_waiting_for_the_hour(
    town: Town, page: Page, seen: PrefectPages, tmp_path: Path
) -> None:
    orders = imported(town)[:2]
    pages = Pages(town)
    with town.serving():
        closing = pages.deployment("ship-and-close/town-us")["id"]
        seen.open_run_form(closing)
        for position, order in enumerate(orders):
            seen.add_item(0)
            seen.field("Order", position).fill(order)
            seen.field("Tracking", position).fill(f"1Z999AA1{position:010d}")
        # Each order has a routing of its own above the one of all.
        for label, word in zip(("Carrier", "Scac", "Service"), UPS, strict=True):
            seen.field(label, len(orders)).fill(word)
        seen.add_item(1)
        seen.field("Label").fill("Box")
        seen.field("Price Per Unit").fill("0.5")
        seen.choose("separately", "evenly")
        seen.picture("form")
        seen.submit()
        run = pages.first_run_of(closing)
        seen.open_run(run)
        seen.expect_state("Completed")
        seen.picture("run")
        started = pages.first_run_of(pages.deployment("tracking-update/town-us")["id"])
        assert pages.end_of(started)["state_type"] == "COMPLETED"
        assert shipped(town) == set(orders)

        console = another_page(page)
        signed_in(console, town)
        evenly = shipped_evenly(console, [f"1Z999AA2{n:010d}" for n in range(3)], tmp_path / "pictures")
        console.close()
        await_shipped(town, {*orders, *evenly})
    assert [added(town)[order] for order in evenly] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    closed = {order["referenceNum"]: order for order in read(town) if order["referenceNum"] in orders}
    assert [closed[order]["tracking"] for order in orders] == ["1Z999AA10000000000", "1Z999AA10000000001"]


def test_the_form_refuses_what_is_no_charge_before_a_run_exists(town: Town) -> None:
    (order, *_) = imported(town)
    assert town.dockwire("deploy").code == 0
    pages = Pages(town)
    closing = pages.deployment("ship-and-close/town-us")["id"]
    form = {"orders": [{"order": order}], "charges": [{"type": "bribe", "label": "Box", "price_per_unit": 1}]}
    answer = pages.try_post(f"deployments/{closing}/create_flow_run", {"parameters": form})
    assert answer.status_code == 409
    assert "bribe" in answer.text


def test_the_preview_is_exact_and_what_is_run_afterwards_is_what_it_showed(
    town: Town, tmp_path: Path
) -> None:
    orders = imported(town)[:3]
    file = tmp_path / "afternoon.csv"
    rows = [f"{order},1Z999AA1{n:010d},UPS,UPSN,03" for n, order in enumerate(orders)]
    file.write_text("\n".join(["order,tracking,carrier,scac,service", *rows]))
    words = ("town-us", "--csv", str(file), "--charge", "materials:Box=10", "--apply", "evenly")
    preview = town.dockwire("charges", "preview", *words, "--json")
    assert preview.code == 0, preview.err
    assert [row["added"] for row in preview.data["orders"]] == ["3.34", "3.33", "3.33"]
    assert not any(order["tracking"] for order in placed(town))
    ran = town.dockwire("run", "ship-and-close", *words, "--json")
    assert (ran.code, ran.data) == (0, {"closed": 3}), ran.err
    assert added(town) == {row["order"]: Decimal(row["added"]) for row in preview.data["orders"]}
    told = town.dockwire("run", "tracking-update", "town-us", "--json")
    assert told.data["confirmed"] == 3, told.err
    shown = town.dockwire("orders", "show", orders[0])
    assert "1Z999AA10000000000" in shown.out
    assert "accepted" in shown.out


IMPOSSIBLE = (
    (("{order}=",), "tracking"),
    (("nothing=1Z",), "nothing"),
    ((), "no orders"),
    (("{order}=1Z999AA10000000001", "--charge", "Box"), "Box"),
    (("{order}=1Z999AA10000000001", "--charge", "Box=-1"), "Box"),
)


def test_a_request_that_cannot_be_is_explained_and_leaves_everything_open(town: Town) -> None:
    (order, *_) = imported(town)
    for words, sentence in IMPOSSIBLE:
        said = town.dockwire(
            "run", "ship-and-close", "town-us", *(word.format(order=order) for word in words), *OPTIONS
        )
        assert said.code != 0, words
        assert sentence in said.err
        assert "Traceback" not in said.err
    assert not any(order["tracking"] for order in placed(town))


def test_problems_and_warnings_are_read_line_by_line_on_the_terminal(town: Town) -> None:
    one, two, *_ = imported(town)
    refused = town.dockwire("run", "ship-and-close", "town-us", f"{one}=", f"{two}=", *OPTIONS)
    told = refused.err.splitlines()
    # Prefect's own log lines stand before it.
    lines = told[told.index("dockwire: Nothing was written.") + 1 :]
    assert [line.split(":")[0] for line in lines] == [f"  {one}", f"  {two}"]
    assert all(line.endswith("[clerk]") for line in lines)
    ran = town.dockwire("run", "ship-and-close", "town-us", f"{one}=ODD1", *OPTIONS)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0] == "1 closed, 1 warnings"
    assert f"{one}: Tracking number ODD1 does not look like one of UPS" in ran.out
