"""What the page of ship and close warns of before anything is sent."""

import re
from dataclasses import replace
from pathlib import Path

from dockwire.decisions.acts import Hold
from dockwire.errors import Unavailable
from dockwire.model.console import Role
from tests.console.closing_shop import UPS, US, opened_shop, text_of, values
from tests.console.town import post
from tests.e2e.persons import decide
from tests.e2e.shipping import close, placed, request, tracking
from tests.stage import sim_connection

MIXED = sim_connection(
    "US",
    ship_methods={
        "STANDARD": {"carrier": "UPS", "service": "03", "scac": "UPSN"},
        "EXPEDITED": {"carrier": "UPS", "service": "02"},
    },
)


async def test_a_number_of_an_order_that_shipped_is_named_once_and_sent_on_request(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        assert (await close(shop.stage, US, request(shop.ids[:1]))).done
        clerk = await shop.town.signed_in()
        spaced = f" {tracking(0)[:2]} {tracking(0)[2:].lower()}"
        form = shop.form(["", spaced, tracking(2)], pk=shop.rows[1:])
        doubted = await post(clerk, "/ship-and-close/do", data=form)
        at = f"{shop.stage.clock.now():%Y-%m-%d %H:%M} UTC"
        told = f"stands on order {shop.ids[0]} already, which shipped on {at}; right only where they go in one parcel. {shop.ids[1]} clerk"
        assert told in text_of(doubted)
        assert f'href="#tracking-{shop.rows[1]}"' in doubted.text
        assert shop.town.desk.started == []
        only_checked = await post(clerk, "/ship-and-close/do", data=form | {"do": "check"})
        assert told in text_of(only_checked)
        assert "Nothing is in the way" not in only_checked.text
        form["warned"] = values(doubted.text, "warned")[0]
        assert (await post(clerk, "/ship-and-close/do", data=form)).status_code == 303
        noted = (
            "Warned of, and sent all the same: the tracking number stands on an order that shipped before."
        )
        engineer = await shop.town.signed_in(Role.ENGINEER)
        assert text_of(await engineer.get("/audit/list")).count(noted) == 1
        stories = [text_of(await clerk.get(f"/orders/detail?pk={row}")) for row in shop.rows]
        assert [noted in story for story in stories] == [False, True, False]
        await shop.works()
        # The blanks are gone, the letters as typed.
        assert placed(shop.stage, shop.ids[1])["tracking"] == tracking(0)[:2] + tracking(0)[2:].lower()
        # The same request again doubts nothing of its own.
        async with shop.opened(US.slug) as steps:
            plan = await steps.plan(request(shop.ids[:1]))
        assert (plan.problems, plan.warnings) == ({}, {})


async def test_each_order_says_how_it_is_to_travel_and_a_slower_way_is_doubted(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3, which=MIXED, levels=("STANDARD", "EXPEDITED")) as shop:
        clerk = await shop.town.signed_in()
        page = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert "STANDARD UPS 03 Ground" in text_of(page)
        assert "EXPEDITED UPS 02 2nd Day Air" in text_of(page)
        assert [values(page.text, name) for name in UPS] == [["UPS"], [""], ["UPSN"]]
        assert '<option value="03">Ground</option>' in page.text

        # One way after the other, by a button.
        ways = dict(re.findall(r'value="(only-\d+)">(Only \d+ by [^<]*)<', page.text))
        assert list(ways.values()) == ["Only 2 by UPS 03 Ground", "Only 1 by UPS 02 2nd Day Air"]
        form = shop.form([tracking(n) for n in range(3)], service="", do=list(ways)[1])
        only = await post(clerk, "/ship-and-close/do", data=form)
        assert [values(only.text, name) for name in UPS] == [["UPS"], ["02"], ["UPSN"]]
        assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', only.text) == [str(shop.rows[1])]
        assert values(only.text, f"tracking-{shop.rows[0]}") == [tracking(0)]

        slow = await post(clerk, "/ship-and-close/do", data=form | {"service": "03", "do": "send"})
        told = "The buyer paid for EXPEDITED, which travels by UPS 02; the request says UPS 03."
        assert f"{told} {shop.ids[1]} clerk" in text_of(slow)
        assert shop.town.desk.started == []

        # What is left of the selection is offered beside the result, also after another try.
        first = shop.form([tracking(0), "", tracking(2)], pk=[shop.rows[0], shop.rows[2]])
        sent = await post(clerk, "/ship-and-close/do", data=first)
        assert sent.status_code == 303, text_of(sent)
        page = await clerk.get(sent.headers["location"])
        assert "One order of the selection was not ticked." in text_of(page)
        assert f'ship-and-close?pk={shop.rows[1]}&amp;left=1"' in page.text
        (run_id,) = shop.town.desk.runs
        shop.town.desk.runs[run_id] = replace(shop.town.desk.runs[run_id], ended=True, state="Crashed")
        page = await clerk.get(sent.headers["location"])
        again = {"id": run_id, "once": "again-1", "other": values(page.text, "other")}
        repeated = await post(clerk, "/ship-and-close/repeat", data=again)
        assert repeated.headers["location"].endswith(f"&other={shop.rows[1]}")
        assert "One order" not in text_of(
            await clerk.get(f"/ship-and-close/run?id={run_id}&other=99&other=x")
        )


async def test_every_field_that_is_blank_is_marked_and_the_eye_is_led_to_what_is_next(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        clerk = await shop.town.signed_in()
        opened = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert focus(opened.text) == f"tracking-{shop.rows[0]}"
        refused = await post(clerk, "/ship-and-close/do", data=shop.form(["", tracking(1), ""]))
        red = re.findall(r'is-invalid" id="(tracking-\d+)"', refused.text)
        assert red == [f"tracking-{shop.rows[0]}", f"tracking-{shop.rows[2]}"]
        assert f'<a href="#tracking-{shop.rows[2]}">{shop.ids[2]}</a>' in refused.text
        assert focus(refused.text) == "ship-faults"
        numbers = [tracking(n) for n in range(3)]
        blank = shop.form(numbers, carrier="", service="", do="more")
        assert focus((await post(clerk, "/ship-and-close/do", data=blank)).text) == "carrier"
        whole = shop.form(numbers, do="check")
        assert focus((await post(clerk, "/ship-and-close/do", data=whole)).text) == "ship-send"


async def test_an_order_that_is_not_in_the_warehouse_leaves_the_routing_of_the_others(tmp_path: Path) -> None:
    levels = ("STANDARD", "STANDARD", "SCHEDULED")  # nobody said how the last one travels, so it is held
    async with opened_shop(tmp_path, 3, which=MIXED, levels=levels) as shop:
        clerk = await shop.town.signed_in()
        page = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert [values(page.text, name) for name in UPS] == [["UPS"], ["03"], ["UPSN"]]
        # It is not ticked, says why it waits, and takes no share of the charges.
        assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', page.text) == [
            str(row) for row in shop.rows[:2]
        ]
        why = "The order is not in the warehouse: it is held. "
        assert re.search(rf"{why}[^.]*SCHEDULED", text_of(page))
        small = shop.form([], charge={"label": "Box", "price_per_unit": "10.01"}, apply="evenly")
        seen = (await post(clerk, "/ship-and-close/preview", data=small)).json()
        assert (seen["sum"], len(seen["rows"])) == ("10.01 USD", 2)
        refused = await post(clerk, "/ship-and-close/do", data=shop.form([tracking(n) for n in range(3)]))
        assert why in text_of(refused)
        assert "dockwire holds" not in text_of(refused)
        # What is held in the warehouse is in no way to travel.
        await shop.hold(shop.ids[0])
        page = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', page.text) == [str(shop.rows[1])]
        only = await post(clerk, "/ship-and-close/do", data=shop.form([], do=f"only-{shop.rows[1]}"))
        assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', only.text) == [str(shop.rows[1])]


async def test_what_hinders_an_order_stays_beside_it_whatever_is_done_on_the_page(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        await decide(shop.stage, shop.ids[0], Hold("the buyer asked to wait"))
        clerk = await shop.town.signed_in()
        begun = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        acts = (
            {"do": "fill", "pasted": tracking(1)},
            {"do": "more"},
            {"do": "check", f"tracking-{shop.rows[1]}": tracking(1)},
        )
        chosen = shop.form([], pk=shop.rows[1:])
        pages = [begun, *[await post(clerk, "/ship-and-close/do", data=chosen | act) for act in acts]]
        for page in pages:
            told = text_of(page)
            assert told.count("do not ship it. A person holds it: the buyer asked to wait. Releasing it") == 1
            assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', page.text) == [str(shop.rows[1])]
        assert "Nothing is in the way." in text_of(pages[-1])


async def test_what_keeps_an_order_from_being_ticked_is_told_also_while_the_warehouse_is_away(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        await shop.hold(shop.ids[0])
        clerk = await shop.town.signed_in()
        await clerk.get("/ship-and-close", params={"pk": shop.rows})
        shop.town.desk.trouble = Unavailable("Prefect is away", system="Prefect", operation="closing")
        away = await clerk.get("/ship-and-close", params={"pk": shop.rows})
        assert "Prefect is away" in away.text
        assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', away.text) == [str(shop.rows[1])]
        assert "is on hold; release it first." in text_of(away)


async def test_a_pasted_column_is_not_trusted_blindly(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        clerk = await shop.town.signed_in()
        numbers = [tracking(n) for n in range(3)]
        column, few = "\n".join(numbers), f"{numbers[0][:2]} {numbers[0][2:]}"
        mapped = "\n".join(f"{order}\t{number}" for order, number in zip(shop.ids, numbers, strict=True))
        for pasted, filled, words in (
            (
                f"TRACKING\n{column}",
                numbers,
                "3 tracking numbers are filled in. The heading 'TRACKING' is left out.",
            ),
            (f"\nOrder\tTracking\n{mapped}", numbers, "The heading 'Order Tracking' is left out."),
            (
                few,
                [numbers[0], "", ""],
                "1 tracking number is filled in. There is 1 line for 3 ticked orders: look",
            ),
            (f"{shop.ids[1]}\t{few}", ["", numbers[0], ""], "2 ticked orders have no number."),
            (f"{column}\n1Z9", ["", "", ""], "Nothing was filled in: this is in the way"),
            (f"{numbers[0]}\nOrder\tTracking", ["", "", ""], "'Order' is none of the orders of this page."),
        ):
            page = await post(clerk, "/ship-and-close/do", data=shop.form([], pasted=pasted, do="fill"))
            assert [values(page.text, f"tracking-{row}")[0] for row in shop.rows] == filled, pasted
            assert words in text_of(page), pasted
            assert "Nothing was sent" not in page.text


def focus(page: str) -> str:
    """Return the id of what has the focus when the page opens."""
    (tag,) = re.findall(r"<[^>]* autofocus[^>]*>", page)
    return str(re.findall(r' id="([^"]*)"', tag)[0])
