"""Ship and close from the console, on a real warehouse: what was typed, what is in the way, what became of it."""

import html
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from dockwire.console.parts import SHIP_REFUSED, Parts
from dockwire.console.ship_form import request_in
from dockwire.console.ship_looks import Looks
from dockwire.console.ship_sending import rest_to_close, sent_as, typed_again
from dockwire.console.ship_ways import MOST_AT_ONCE
from dockwire.console.signing_in import IDLE
from dockwire.errors import Unavailable
from dockwire.model.console import Role
from dockwire.model.ids import AmazonOrderId
from tests.builders import NOW, order
from tests.console.closing_shop import (
    UPS,
    US,
    Form,
    added,
    began_elsewhere,
    opened_shop,
    rows_of,
    text_of,
    values,
)
from tests.console.town import Town, post
from tests.e2e.shipping import by_hand, do, placed, tracking
from tests.stage import App, bare
from tests.unit.ledger.acts import ACME as OTHER
from tests.unit.ledger.shipments import created


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_selection_is_checked_previewed_and_closed_evenly_by_a_run(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = request.getfixturevalue("postgresql_url") if kind == "postgresql" else ""
    async with opened_shop(tmp_path, 3, ledger_url=url) as shop:
        clerk = await shop.town.signed_in()
        view = "orders" if kind == "sqlite" else "board"
        chosen = await post(clerk, f"/_api/{view}/action", name="ship", pks=shop.rows)
        page = await clerk.get(chosen.headers["location"])
        assert page.status_code == 200, page.text
        assert [values(page.text, name) for name in UPS] == [["UPS"], ["03"], ["UPSN"]]

        # A column is filled in, in the order of the page; an order by its name wherever it stands.
        lines = f"{tracking(0)}\n\n{tracking(2)}\n{shop.ids[1]}\t{tracking(1)}\n"
        filled = await post(clerk, "/ship-and-close/do", data=shop.form([], pasted=lines, do="fill"))
        assert [values(filled.text, f"tracking-{row}") for row in shop.rows] == [
            [tracking(n)] for n in range(3)
        ]

        box = {"label": "Box", "units": "4", "price_per_unit": "2.50"}
        small = {"pk": shop.rows, "apply": "evenly"} | {f"charge-{name}": text for name, text in box.items()}
        small |= {"charge-type": "materials", "charge-unit_description": ""}
        seen = (await post(clerk, "/ship-and-close/preview", data=small)).json()
        assert seen["sum"] == "10.00 USD"
        assert [seen["rows"][str(row)][0] for row in shop.rows] == ["3.34", "3.33", "3.33"]

        rows = await post(clerk, "/ship-and-close/do", data=shop.form([], charge=box, do="more"))
        assert values(rows.text, "charge-label")[:2] == ["Box", ""]

        # All that is wrong is told at once, by order and field, and what was typed stays.
        bad = shop.form(
            ["", "ODD"],
            charge=box | {"price_per_unit": "2,50"},
            carrier="Nobody",
            service=" ",
            apply="evenly",
        )
        refused = await post(clerk, "/ship-and-close/do", data=bad)
        assert refused.status_code == 400
        told = text_of(refused)
        for words in (
            "carrier Carrier 'Nobody' is not in the warehouse's list: UPS, Harbour Couriers.",
            "service The service is blank",
            f"tracking number The tracking number is blank; Amazon refuses the shipment. {shop.ids[0]} , {shop.ids[2]}",
            "charge 1, price '2,50' is no number such as 2.50.",
        ):
            assert words in told
        assert values(refused.text, "charge-price_per_unit")[0] == "2,50"
        assert values(refused.text, f"tracking-{shop.rows[1]}") == ["ODD"]
        assert values(refused.text, "carrier") == ["Nobody"]
        assert shop.town.desk.started == []

        # A doubt is shown once before it is sent.
        odd = shop.form([tracking(0), tracking(1), "ODD1"], charge=box, apply="evenly")
        doubted = await post(clerk, "/ship-and-close/do", data=odd)
        assert "does not look like one of UPS" in text_of(doubted)
        assert "Ship and close all the same" in text_of(doubted)
        assert shop.town.desk.started == []
        odd["warned"] = values(doubted.text, "warned")[0]
        for _ in range(2):  # a second click asks for the same run
            sent = await post(clerk, "/ship-and-close/do", data=odd)
            assert sent.status_code == 303, sent.text
        assert shop.town.desk.started == [("ship-and-close", US.slug)]
        where = sent.headers["location"]
        waiting = await clerk.get(where)
        assert 'data-ended="no"' in waiting.text
        await shop.works()
        done = await clerk.get(where)
        assert "3 of 3 closed" in text_of(done)
        assert "http://prefect.test/run-1" in done.text
        assert "shipped, Amazon to be told" in text_of(done)
        assert "Try the rest again" not in done.text
        assert added(shop) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
        assert [placed(shop.stage, each)["tracking"] for each in shop.ids] == [
            tracking(0),
            tracking(1),
            "ODD1",
        ]
        trail = [row for row in await shop.town.trail() if row[1] == "ship_and_close_asked"]
        assert {order for _, _, order in trail} == set(shop.ids)
        # No personal data of tests.e2e.orders.amazon_order().
        pages = page.text + refused.text + done.text + str(shop.town.desk.runs)
        assert not [word for word in ("Ann Example", "Sample Street", "62701") if word in pages]


async def test_what_did_not_close_is_offered_again_and_charged_once(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        clerk = await shop.town.signed_in()
        numbers = [tracking(n) for n in range(3)]
        box = {"label": "Box", "price_per_unit": "10.00"}
        sent = await post(clerk, "/ship-and-close/do", data=shop.form(numbers, charge=box, apply="evenly"))
        async with shop.opened(US.slug) as steps:
            # The order is stopped between the check of the run and its closing.
            wanted = request_in(next(iter(shop.town.desk.runs.values())).parameters)
            assert wanted is not None
            plan = await steps.plan(wanted)
            await shop.hold(shop.ids[2])
            await steps.carry_out(plan)
        await shop.works()
        left = await clerk.get(sent.headers["location"])
        assert "2 of 3 closed" in text_of(left)
        assert "on hold" in text_of(left)

        (again,) = re.findall(r'href="([^"]*again=[^"]*)"', left.text)
        offered = await clerk.get(again)
        assert values(offered.text, "pk") == [str(shop.rows[2])]
        assert values(offered.text, f"tracking-{shop.rows[2]}") == [numbers[2]]
        assert values(offered.text, "charge-price_per_unit")[0] == "3.33"
        assert "is on hold; release it first" in text_of(
            await post(clerk, "/ship-and-close/do", data=shop.form(numbers, charge=box))
        )
        trail = [order for _, act, order in await shop.town.trail() if act == SHIP_REFUSED]
        assert trail == shop.ids, "the others, too: nothing of the request was sent"
        told = text_of(await clerk.get(f"/orders/detail?pk={shop.rows[2]}"))
        assert re.search(
            r"clerk Asked to ship and close it, and nothing was sent .{0,80} is on hold; release it", told
        )

        await shop.hold(shop.ids[2], ends=True)
        (run_id,) = shop.town.desk.runs
        repeated = await post(clerk, "/ship-and-close/repeat", data={"id": run_id, "once": "again-1"})
        assert repeated.headers["location"] != sent.headers["location"]
        await shop.works()
        assert "3 of 3 closed" in text_of(await clerk.get(repeated.headers["location"]))
        assert added(shop) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
        asked = [order for _, act, order in await shop.town.trail() if act == "ship_and_close_asked"]
        assert asked == [*shop.ids, shop.ids[2]]


@pytest.mark.parametrize("apply", ["evenly", "first"])
async def test_an_order_that_closed_unheard_keeps_its_share_when_the_rest_is_changed(
    tmp_path: Path, apply: str
) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        clerk = await shop.town.signed_in()
        numbers = [tracking(n) for n in range(3)]
        box = {"label": "Box", "price_per_unit": "10.00"}
        sent = await post(clerk, "/ship-and-close/do", data=shop.form(numbers, charge=box, apply=apply))
        closed: list[str] = []

        def breaking(app: App) -> App:
            async def serve(scope: Any, receive: Any, send: Any) -> None:
                if closed:
                    raise RuntimeError("the machine is gone")
                await app(scope, receive, send)
                closed.extend([scope["path"]] * scope["path"].endswith("/confirmer"))

            return serve

        shop.stage.workers = 1
        shop.stage.wrap_warehouse = breaking
        with pytest.raises(ExceptionGroup):
            await shop.works()
        shop.stage.wrap_warehouse = bare
        ((number, run),) = shop.town.desk.runs.items()
        shop.town.desk.runs[number] = replace(run, ended=True, state="Crashed")
        assert [placed(shop.stage, each)["status"] for each in shop.ids] == [1, 0, 0]

        left = await clerk.get(sent.headers["location"])
        assert "0 of 3 closed" in text_of(left)
        (again,) = re.findall(r'href="([^"]*again=[^"]*)"', left.text)
        offered = await clerk.get(again)
        assert "are left out, with what they were to bear" in text_of(offered)
        assert values(offered.text, "pk") == [str(row) for row in shop.rows[1:]]
        price = values(offered.text, "charge-price_per_unit")[0]
        assert price == {"evenly": "6.66", "first": ""}[apply]
        shop.rows = shop.rows[1:]
        charge = box | {"price_per_unit": price} if price else {}
        changed = shop.form(numbers[1:], charge=charge, apply=apply, once="form-2")
        assert (await post(clerk, "/ship-and-close/do", data=changed)).status_code == 303
        await shop.works()
        assert [placed(shop.stage, each)["status"] for each in shop.ids] == [1, 1, 1]
        assert sum(added(shop)) == Decimal("10.00")


async def test_a_dry_run_stays_one(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 1) as shop:
        clerk = await shop.town.signed_in()
        run_id = began_elsewhere(shop, dry_run=True)
        page = await clerk.get(f"/ship-and-close/run?id={run_id}")
        assert "It was a dry run" in text_of(page)
        assert "the rest" not in text_of(page)
        repeated = await post(clerk, "/ship-and-close/repeat", data={"id": run_id, "once": "x"})
        assert "This was a dry run" in text_of(await clerk.get(repeated.headers["location"]))
        changed = await clerk.get(f"/ship-and-close?again={run_id}")
        assert "This was a dry run" in text_of(await clerk.get(changed.headers["location"]))
        assert shop.town.desk.started == []


async def test_a_rest_that_is_too_long_for_a_page_is_offered_in_parts_that_bear_their_own(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path, 5) as shop:
        town = shop.town
        parts = Parts(town.ledger, town.clock, town.desk)
        sent = await sent_as(parts, began_elsewhere(shop, apply="evenly"))
        assert sent is not None
        for orders_now, price in ((shop.ids[:3], "6"), (shop.ids[3:], "4")):
            rest = await rest_to_close(parts, Looks(town.desk, town.clock), sent, most=3)
            assert [each.order_id for each in rest.shown] == orders_now
            assert ("These are 3 of the orders that are left" in rest.told) is (price == "6")
            typed = typed_again(sent, {each.order_id: each.row for each in rest.shown}, rest.currency)
            assert [each.price_per_unit for each in typed.charges] == [price]
            for order_id in orders_now:
                await do(shop.stage, order_id, *by_hand("1Z"))

        clerk = await town.signed_in()
        many = {f"tracking-{row}": tracking(row) for row in range(1, MOST_AT_ONCE + 2)}
        for path in ("do", "preview"):
            refused = await post(clerk, f"/ship-and-close/{path}", data=shop.form([]) | many)
            assert refused.status_code == 400
            assert "a page takes 250 orders at most" in text_of(refused)
        assert town.desk.started == []


async def leave(town: Town, browser: httpx.AsyncClient, path: str) -> None:
    """Ask for a page and go before the question has ended."""
    asked = browser.build_request(
        "POST", path, headers={"X-CSRFToken": browser.cookies["starlette_admin_csrftoken"]}
    )
    form = b"content-type", b"application/x-www-form-urlencoded"
    headers = [*((name.lower(), value) for name, value in asked.headers.raw), form]
    scope = {"type": "http", "http_version": "1.1", "scheme": "http", "method": "POST", "path": path,
             "query_string": b"", "headers": headers, "server": ("127.0.0.1", 8092), "client": ("192.0.2.1", 1)}  # fmt: skip

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def nobody(message: Message) -> None:
        """Hear the answer."""

    await town.app(scope, gone, nobody)


async def test_a_preview_costs_the_warehouse_no_call_and_a_waiting_page_keeps_nobody_signed_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        calls: list[str] = []

        def counted(app: App) -> App:
            async def serve(scope: Any, receive: Any, send: Any) -> None:
                calls.append(scope["path"])
                await app(scope, receive, send)

            return serve

        shop.stage.wrap_warehouse = counted
        clerk = await shop.town.signed_in()
        await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert calls
        calls.clear()
        for chosen, price, told in (
            (shop.rows, "0.05", ["0.03", "0.02"]),
            (shop.rows[1:], "0.05", ["0.05"]),
            (shop.rows, "0.051", []),
            (shop.rows, "-1", []),
            (shop.rows, "1e9", []),
            (shop.rows, "٣", []),
            (shop.rows, " .5 ", ["0.25", "0.25"]),
            ([], "1", []),
            (["x", "9" * 30], "1", []),
        ):
            typed = shop.form([], charge={"label": "Box", "price_per_unit": price}, apply="evenly")
            small = {name: value for name, value in typed.items() if name.startswith(("charge-", "apply"))}
            seen = (await post(clerk, "/ship-and-close/preview", data=small | {"pk": chosen})).json()
            assert [row[0] for row in seen["rows"].values()] == told, (price, seen)
            assert bool(seen["faults"]) is (price in {"0.051", "-1", "1e9", "٣"})
        assert calls == []
        await leave(shop.town, clerk, "/ship-and-close/preview")
        assert "dockwire.console" not in [record.name for record in caplog.records]

        sent = await post(clerk, "/ship-and-close/do", data=shop.form([tracking(0), tracking(1)]))
        for _ in range(5):
            shop.stage.clock.advance(IDLE.total_seconds() / 4)
            page = await clerk.get(sent.headers["location"] + "&waiting=1")
        assert page.status_code == 303
        assert "/login" in page.headers["location"]


async def test_what_cannot_be_closed_from_here_is_told_and_harms_nothing(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        clerk, viewer = await shop.town.signed_in(), await shop.town.signed_in(Role.VIEWER)
        form = shop.form([tracking(0), tracking(1)])
        assert (await viewer.get(f"/ship-and-close?pk={shop.rows[0]}")).status_code == 403
        for path in ("do", "preview", "repeat"):
            assert (await post(viewer, f"/ship-and-close/{path}", data=form)).status_code == 403
            assert (await clerk.post(f"/ship-and-close/{path}", data=form)).status_code == 403
        for asked in ("pk=x", "pk=99", "again=nothing", f"again={'9' * 40}"):
            assert (await clerk.get(f"/ship-and-close?{asked}")).status_code == 404, asked
        assert (await clerk.get("/ship-and-close/run?id=nothing")).status_code == 404
        assert (await post(clerk, "/ship-and-close/repeat", data={"id": "nothing"})).status_code == 404

        evil = '"><script>alert(1)</script>'
        wrong: tuple[Form, ...] = (
            {"carrier": evil, "scac": "\0", "service": "x" * 200},
            {"apply": evil, "once": evil, "warned": evil},
            {"charge-type": evil, "charge-label": evil, "charge-price_per_unit": "1" * 30},
            {"charge-label": "Box", "charge-price_per_unit": "NaN", "charge-units": "9" * 12},
            {f"tracking-{shop.rows[0]}": evil + "\0", "pk": shop.rows[:1]},
            {"pk": []},
            {"pasted": f"{evil}\tx\n1\n2\n3", "do": "fill"},
        )
        for bad in wrong:
            refused = await post(clerk, "/ship-and-close/do", data=form | bad)
            assert refused.status_code == 400, (bad, text_of(refused))
            assert "<script>alert" not in refused.text
        assert shop.town.desk.started == []

        # The warehouse or Prefect is away: nothing is lost, and nothing is sent.
        shop.town.desk.trouble = Unavailable("Prefect is away", system="Prefect", operation="start")
        away = await post(clerk, "/ship-and-close/do", data=form)
        assert (away.status_code, "Prefect is away" in away.text) == (400, True)
        assert values(away.text, f"tracking-{shop.rows[0]}") == [tracking(0)]
        assert (await clerk.get("/ship-and-close/run?id=1")).status_code == 503
        lost = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert (lost.status_code, "Prefect is away" in lost.text) == (400, True)
        shop.town.desk.trouble = None

        await shop.town.ledger.register(OTHER, now=NOW)
        await created(
            shop.town.ledger, 4711, order(order_id=AmazonOrderId("222-0000001-0000001")), which=OTHER
        )
        (other,) = await rows_of(shop.town, ["222-0000001-0000001"])
        both = await clerk.get("/ship-and-close", params={"pk": [*shop.rows, other]})
        assert "acme-us: 1 order" in text_of(both)
        (mine, _) = re.findall(r'href="([^"]*ship-and-close\?pk=[^"]*)"', both.text)
        assert values((await clerk.get(html.unescape(mine))).text, "pk") == [str(row) for row in shop.rows]
