"""What the page of a request tells: why each order did not close, what is left of it, what was charged."""

import re
from dataclasses import replace
from pathlib import Path

import httpx

from dockwire.console.ship_reasons import reasons_in
from dockwire.errors import Unanswered
from dockwire.model.record import ClosingState
from tests.console.closing_shop import Shop, began_elsewhere, opened_shop, text_of, values
from tests.console.town import post
from tests.e2e.shipping import placed, tracking


def whys(answer: httpx.Response) -> list[str]:
    """Return the column of reasons, order by order."""
    table = answer.text.partition('id="ship-outcomes"')[2].partition("</table>")[0]
    return re.findall(r'<td class="console-detail">(.*?)</td>', table)


def ends(shop: Shop, message: str) -> None:
    """Let the last run fail with these words."""
    number, run = list(shop.town.desk.runs.items())[-1]
    shop.town.desk.runs[number] = replace(run, ended=True, state="Failed", message=message)


async def test_why_a_run_failed_stands_beside_each_order(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 3) as shop:
        clerk = await shop.town.signed_in()
        form = shop.form([tracking(n) for n in range(3)])
        where = (await post(clerk, "/ship-and-close/do", data=form)).headers["location"]
        assert whys(await clerk.get(where)) == ["", "", ""]
        await shop.hold(shop.ids[1])
        await shop.works()
        left = await clerk.get(where)
        first, second, third = whys(left)
        assert (
            first
            == third
            == "Nothing was written, because something is in the way of other orders of the request."
        )
        assert "is on hold; release it first. [clerk]" in second
        assert text_of(left).count("is on hold") == 1
        assert "<pre" not in left.text

        ends(shop, f"Amazon order {shop.ids[0]}, the warehouse does not answer. 0 of 3 orders are closed")
        first, second, third = whys(await clerk.get(where))
        assert first.startswith(f"Amazon order {shop.ids[0]}, the warehouse does not answer")
        assert second == third == "The run ended before it came to this order."


def test_each_line_of_a_message_belongs_to_its_order() -> None:
    told = reasons_in(
        "1 closed, 2 not closed:\nA: Held. [clerk]\nA: Odd.\nBB: x\n\nrequest: y", ["A", "B", "C"]
    )
    assert told.by_name == {"A": "Held. [clerk] Odd."}
    assert told.lines == ("1 closed, 2 not closed:", "BB: x", "request: y")
    assert told.of("B", "111", ClosingState.CLOSING).startswith(
        "The run ended before the warehouse had answered"
    )
    assert told.of("B", "111", ClosingState.PLANNED) == "The run ended before it came to this order."


def test_the_last_order_of_a_long_message_is_told_its_own_reason() -> None:
    names = [f"111-{n:07}-0000001" for n in range(1000)]
    lines = [f"{name}: It is on hold in the warehouse; release it there first. [clerk]" for name in names]
    told = reasons_in("\n".join(["Nothing was written.", *lines]), names)
    assert {told.of(name, name, None) for name in names} == {
        "It is on hold in the warehouse; release it there first. [clerk]"
    }
    assert len(reasons_in("x" * 100_000, names).lines[0]) < 100_000


async def test_names_that_are_unknown_or_told_twice_mislead_nobody(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        clerk = await shop.town.signed_in()
        first, known = shop.ids[0], placed(shop.stage, shop.ids[0])
        began_elsewhere(shop, first, str(known["orderId"]), "12")
        ends(shop, f"Amazon order {first}, the warehouse does not answer. 0 of 12 orders are closed")
        told = whys(await clerk.get("/ship-and-close/run", params={"id": "elsewhere"}))
        assert told[2] == "The run ended before it came to this order."
        rest = await clerk.get("/ship-and-close", params={"again": "elsewhere"})
        assert len(values(rest.text, f"tracking-{shop.rows[0]}")) == 1
        assert "has no orders by the names 12; look up what they are" in text_of(rest)


async def test_a_lost_answer_is_not_told_as_nothing_sent_and_the_same_form_finds_the_run(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path, 1) as shop:
        clerk = await shop.town.signed_in()
        form = shop.form([tracking(0)])
        shop.town.desk.lost = Unanswered(
            "the answer was lost; ask again", system="Prefect", operation="start"
        )
        unheard = await post(clerk, "/ship-and-close/do", data=form)
        assert (unheard.status_code, "the answer was lost; ask again" in unheard.text) == (400, True)
        assert values(unheard.text, "once") == ["form-1"]
        story = text_of(await clerk.get(f"/orders/detail?pk={shop.rows[0]}"))
        assert "Asked to ship and close it" in story
        assert "nothing was sent" not in story
        shop.town.desk.lost = None
        assert (await post(clerk, "/ship-and-close/do", data=form)).status_code == 303
        assert len(shop.town.desk.started) == 1


async def test_the_rest_is_asked_for_once_where_the_answer_is_lost(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 1) as shop:
        clerk = await shop.town.signed_in()
        form = shop.form([tracking(0)])
        where = (await post(clerk, "/ship-and-close/do", data=form)).headers["location"]
        ends(shop, "it crashed")

        async def repeats(page: str) -> str:
            shown = (await clerk.get(page)).text
            again = {"id": values(shown, "id")[0], "once": values(shown, "once")[0]}
            return (await post(clerk, "/ship-and-close/repeat", data=again)).headers["location"]

        shop.town.desk.lost = Unanswered("ask again", system="Prefect", operation="start")
        unheard = await repeats(where)
        shop.town.desk.lost = None
        await repeats(unheard)
        assert len(shop.town.desk.started) == 2, "the first one, and one of the rest"


async def test_nothing_of_a_run_under_way_is_asked_for_again(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 1) as shop:
        clerk = await shop.town.signed_in()
        await post(clerk, "/ship-and-close/do", data=shop.form([tracking(0)]))
        (run_id,) = shop.town.desk.runs
        refused = "The run is still under way, so nothing was asked for"
        repeated = await post(clerk, "/ship-and-close/repeat", data={"id": run_id, "once": "x"})
        assert refused in text_of(await clerk.get(repeated.headers["location"]))
        changed = await clerk.get(f"/ship-and-close?again={run_id}")
        assert refused in text_of(await clerk.get(changed.headers["location"]))
        assert len(shop.town.desk.started) == 1


async def test_the_rest_of_a_request_that_names_orders_otherwise_is_offered(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 2) as shop:
        clerk = await shop.town.signed_in()
        numbers = [str(placed(shop.stage, each)["orderId"]) for each in shop.ids]
        run_id = began_elsewhere(shop, *numbers)
        shown = await clerk.get(f"/ship-and-close/run?id={run_id}")
        assert all(each in text_of(shown) for each in shop.ids)
        offered = await clerk.get(f"/ship-and-close?again={run_id}")
        assert values(offered.text, "pk") == [str(row) for row in shop.rows]
        assert values(offered.text, f"tracking-{shop.rows[1]}") == [tracking(1)]

        run_id = began_elsewhere(shop, "NOBODY")
        nothing = await clerk.get(f"/ship-and-close?again={run_id}")
        assert "has no orders by the names NOBODY" in text_of(await clerk.get(nothing.headers["location"]))


async def test_the_page_of_an_order_lists_what_the_warehouse_itself_charged(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, 1) as shop:
        clerk = await shop.town.signed_in()
        box = {"label": "Box", "price_per_unit": "10.00"}
        await post(clerk, "/ship-and-close/do", data=shop.form([tracking(0)], charge=box))
        await shop.works()
        shown = text_of(await clerk.get(f"/orders/detail?pk={shop.rows[0]}"))
        assert "Box special added by this request 1 10.00 10.00" in shown
        assert "Pick auto handling the warehouse's own 1 1.25 1.25" in shown
        assert "what else was on the order" not in shown
        assert "the warehouse's own included 11.25" in shown
