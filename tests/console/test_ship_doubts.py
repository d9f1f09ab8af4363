"""What the page of ship and close warns of before anything is sent."""

from pathlib import Path

from tests.console.closing_shop import US, opened_shop, text_of, values
from tests.console.town import post
from tests.e2e.shipping import close, request, tracking


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
        form["warned"] = values(doubted.text, "warned")[0]
        assert (await post(clerk, "/ship-and-close/do", data=form)).status_code == 303
        await shop.works()
        # The same request again doubts nothing of its own.
        async with shop.opened(US.slug) as steps:
            plan = await steps.plan(request(shop.ids[:1]))
        assert (plan.problems, plan.warnings) == ({}, {})
