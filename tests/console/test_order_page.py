"""The page of one order: its whole story in one list, what is kept of answers, and what can be done."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dockwire.console.app import build_console
from dockwire.console.link_settings import LinkSettings
from dockwire.console.parts import SHIP_ASKED
from dockwire.decisions.remedies import Way
from dockwire.errors import Fixer, Unanswered
from dockwire.mail.compose import compose
from dockwire.model.console import Audited, Role
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, Fact, FactKind, OrderState, Problem, Verdict
from dockwire.model.status import RunOutcome, RunRecord
from tests.builders import NOW, connection, malformed
from tests.console.orders import HELD, NEW, SCRIPT, SHIPPED, TO_SHIP, four_orders
from tests.console.town import PREFECT, Town, opened_town, post
from tests.unit.ledger.acts import ACME, number, read, state_of
from tests.unit.ledger.shipments import LATER, charge, claimed, due, outcome, plan

PERSONAL = ("Ann Example", "Sample Street", "Springfield", "62701", "555 0100")


async def page(town: Town, order_id: str, role: Role = Role.CLERK) -> str:
    """Return an order's page as a user of this role sees it."""
    browser = await town.signed_in(role)
    answer = await browser.get(f"/orders/detail?pk={row_of(town, order_id)}")
    assert answer.status_code == 200, answer.text
    assert not [word for word in PERSONAL if word in answer.text]
    return answer.text


def row_of(town: Town, order_id: str) -> int:
    from sqlalchemy import select

    from dockwire.ledger.tables import orders

    with town.ledger.reading_sessions()() as session:
        return int(
            session.execute(select(orders.c.id).where(orders.c.amazon_order_id == order_id)).scalar_one()
        )


def story(page: str) -> list[tuple[str, str]]:
    """Return who did what, in the order of the page."""
    table = page.partition('id="order-story"')[2].partition("</table>")[0]
    rows = re.findall(
        r"<tr>\s*<td>(?:<time.*?)</td>\s*<td>(.*?)</td>\s*<td>(.*?)(?:<div>.*?)?</td>", table, re.DOTALL
    )
    return [(who.strip(), what.strip()) for who, what in rows]


async def _shipped(town: Town) -> None:
    """Ship one order with charges, by runs that are written down; Amazon refuses its package; mails tell of it."""
    ledger = town.ledger
    await four_orders(ledger)
    for name, flow, began in (("run-i", "order-import", NOW), ("run-t", "tracking-update", LATER)):
        run = RunRecord(ACME.slug, flow, name, began)
        await ledger.begin_run(run)
        ended = replace(run, ended=began + timedelta(minutes=1), outcome=RunOutcome.COMPLETED)
        await ledger.end_run(ended)
    (closing,) = await ledger.begin_submission(ACME, plan(17, charges=(charge(),)), now=NOW)
    closing = await claimed(ledger, closing, before=(charge("1", "Box"),))
    closed = replace(closing, state=ClosingState.CLOSED, total=Decimal("12.25"))
    await ledger.record_closing(ACME, closed, now=NOW + timedelta(minutes=30))
    (parcel,) = await due(ledger)
    refusal = Problem("wrong_tracking", f"Amazon says: {SCRIPT} is no number", Fixer.CLERK)
    refused = outcome(parcel, ParcelState.REFUSED, problem=refusal)
    await ledger.record_parcels(ACME, [refused], now=LATER)
    facts = await ledger.untold_facts(ACME.slug, limit=100)
    await ledger.post_mail(compose(ACME, facts), [fact.id for fact in facts], now=LATER)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_order_tells_its_story_from_amazon_to_the_refusal(
    request: pytest.FixtureRequest, kind: str
) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await _shipped(town)
    shown = await page(town, SHIPPED)
    assert story(shown) == [
        ("dockwire", "Mail that its shipment was refused"),
        ("dockwire", "Mail that it was created"),
        ("Amazon", "Did not take the shipment"),
        ("warehouse", "Shipped and closed"),
        ("warehouse", "A package is known"),
        ("dockwire", "Created in the warehouse"),
        ("dockwire", "Read for the first time"),
        ("Amazon", "Changed last"),
        ("Amazon", "Ordered"),
    ]
    runs = re.findall(rf'href="{PREFECT}/runs/flow-run/(.*?)"', shown)
    assert runs == ["run-t", "run-i"]
    assert SCRIPT not in shown
    assert "way=cancel" not in shown
    assert "Amazon says: &lt;script&gt;" in shown
    for told in (
        ">5.00<",
        ">12.25<",
        ">5.25<",
        "what else was on the order",
        "2 x SKU-1",
        "Send its packages to Amazon again",
        "1 of the connection",
    ):
        assert told in shown, told
    assert "dock@example.com" not in shown
    assert "dock@example.com" in await page(town, SHIPPED, Role.ENGINEER)
    for client in town.clients:
        await client.aclose()
    await town.ledger.close()


async def test_only_the_mails_that_tell_of_an_order_are_in_its_story(town: Town) -> None:
    await four_orders(town.ledger)
    for kind, order_id in (
        (FactKind.ORDER_FAILED, HELD),
        (FactKind.HELD_IN_WAREHOUSE, SHIPPED),
        (FactKind.ORDER_FAILED, HELD),
    ):
        await town.ledger.add_fact(Fact(kind, NOW, ACME.slug, order_id))
    facts = await town.ledger.untold_facts(ACME.slug, limit=100)
    orders_held = {"to": ["engineer@example.com"], "escalate": ["boss@example.com"]}
    # What gets worse goes to more people: the mail of the others lies around its number.
    mails = compose(connection(contacts={"orders_held": orders_held}), facts)
    assert len(mails) == 2
    await town.ledger.post_mail(mails, [fact.id for fact in facts], now=NOW)
    told = {each: await page(town, each, Role.ENGINEER) for each in (HELD, SHIPPED)}
    assert {each: text.count("Mail that it needs a look") for each, text in told.items()} == {
        HELD: 1,
        SHIPPED: 1,
    }
    assert ("boss@example.com" in told[SHIPPED], "boss@example.com" in told[HELD]) == (True, False)


async def test_everybody_sees_who_asked_to_ship_and_close(town: Town) -> None:
    await four_orders(town.ledger)
    await town.ledger.audit(Audited(LATER, "kim", "clerk", SHIP_ASKED, ACME.slug, TO_SHIP, ""))
    for role in Role:
        told = story(await page(town, TO_SHIP, role))
        assert told.count(("kim", "Asked to ship and close it")) == 1, role
        assert not any(SHIP_ASKED.replace("_", " ") in what for _, what in told)


async def test_holds_begin_and_end_in_the_story(town: Town) -> None:
    await four_orders(town.ledger)
    held = story(await page(town, HELD))
    assert held[0] == ("dockwire", "Held")
    assert ("dockwire", "Waits") not in held
    (known,) = await town.ledger.waiting_orders(HELD)
    again = Verdict(HELD, known.row.version, OrderState.NEW)
    await town.ledger.record_verdicts(ACME, [again], now=NOW + timedelta(hours=1))
    told = story(await page(town, HELD))
    assert told[:2] == [("dockwire", "Nothing holds it any more"), ("dockwire", "A reason ended")]


async def test_the_address_is_shown_to_those_who_ship_and_it_is_written_down(town: Town) -> None:
    await four_orders(town.ledger)
    row = row_of(town, SHIPPED)
    viewer, clerk = await town.signed_in(Role.VIEWER), await town.signed_in()
    assert "Show the ship-to address" not in (await viewer.get(f"/orders/detail?pk={row}")).text
    assert "Show the ship-to address" in (await clerk.get(f"/orders/detail?pk={row}")).text
    assert (await post(viewer, "/order/address", data={"pk": row})).status_code == 403
    assert (await post(viewer, "/order/packages", data={"pk": row})).status_code == 403
    forged = await clerk.post("/order/address", data={"pk": row})
    assert forged.status_code == 403
    assert [act for _, act, order_id in await town.trail() if order_id] == []

    seen = await post(clerk, "/order/address", data={"pk": row})
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
    assert [word for word in PERSONAL if word in seen.text] == list(PERSONAL)
    assert ("clerk", "personal_data_seen", SHIPPED) in await town.trail()
    for wrong in ("99", "x", "9" * 40, ""):
        assert (await post(clerk, "/order/address", data={"pk": wrong})).status_code == 404, wrong
    assert (await clerk.get("/order")).headers["location"].endswith("/orders/list")
    told = story(await page(town, SHIPPED, Role.ENGINEER))
    assert told[0] == ("clerk", "At the console: looked at personal data")
    assert all("console" not in what for _, what in story(await page(town, SHIPPED)))


async def test_an_order_in_the_warehouse_is_cancelled_by_a_wish_that_somebody_confirmed(town: Town) -> None:
    await four_orders(town.ledger)
    clerk, row = await town.signed_in(), row_of(town, TO_SHIP)
    shown = (await clerk.get(f"/orders/detail?pk={row}")).text
    assert [way for way in Way if f"pk={row}&amp;way={way}" in shown] == [Way.HOLD, Way.CANCEL]
    assert f'/ship-and-close?pk={row}"' in shown
    assert "/ship-and-close" not in (await clerk.get(f"/orders/detail?pk={row_of(town, HELD)}")).text
    form = (await clerk.get(f"/waiting?pk={row}&way=cancel")).text
    assert form.count('name="way" value=') == form.count('name="way" value="cancel"') == 1
    assert 'name="way"' not in (await clerk.get(f"/waiting?pk={row}&way=skip")).text
    assert 'name="way"' not in (await clerk.get(f"/waiting?pk={row}&way=%00")).text

    typed = {"way": "cancel", "pk": row, "reason": f"wrong item {SCRIPT}", "import": "on"}
    unsure = await post(clerk, "/waiting/decide", data=typed)
    assert (unsure.status_code, "wrong item" in unsure.text, SCRIPT in unsure.text) == (400, True, False)
    done = await post(clerk, "/waiting/decide", data=typed | {"sure": "on"})
    assert ">done<" in done.text
    assert town.desk.started == [("order-import", "acme-us")]
    (due,) = [each for each in await town.ledger.due_orders(ACME, now=NOW) if each.order.order_id == TO_SHIP]
    assert (due.state, due.overrides.cancel) == (OrderState.CREATED, f"wrong item {SCRIPT}")
    shown = await page(town, TO_SHIP)
    assert "Decided: cancel in the warehouse, by clerk" in shown
    assert "/ship-and-close?pk=" not in shown, "it would be refused"
    assert story(shown)[0] == ("clerk", "Decided")
    assert SCRIPT not in shown
    # Seen at once, everywhere, and wanted once.
    assert 'card-title">to be held or cancelled<' in shown
    for path, sees in (
        ("/orders/list?filter=state__in=to_stop", True),
        ("/orders/list?filter=state__in=to_ship", False),
        ("/holds/list?filter=code__in=to_be_cancelled", True),
        ("/board/list?filter=state__in=to_stop&cols=amazon_order_id,need,fixer", True),
    ):
        listed = (await clerk.get(path)).text
        assert (TO_SHIP in listed) is sees, path
    assert "To be cancelled with the next import: do not ship it." in listed
    assert 'title="nobody"' in listed
    desk = (await clerk.get(f"/waiting?pk={row}")).text
    assert "To be cancelled in the warehouse" in desk
    assert 'name="way" value="cancel"' not in desk
    again = await post(clerk, "/waiting/decide", data=typed | {"sure": "on", "reason": "again"})
    assert ">unchanged<" in again.text
    acts = [act for _, act, order in await town.trail() if order]
    assert sorted(acts) == ["cancel_done", "cancel_unchanged"]
    town.clock.advance(50 * 60)
    late = await town.signed_in()
    assert "The import is late: run the order import." in (await late.get(path)).text


async def test_an_order_on_hold_in_the_warehouse_is_shown_so_and_released_by_a_wish(town: Town) -> None:
    await four_orders(town.ledger)
    clerk, row = await town.signed_in(), row_of(town, TO_SHIP)
    (known,) = await town.ledger.waiting_orders(TO_SHIP)
    why = {"code": "buyer_asked_to_cancel", "reason": f"The buyer asked to cancel {SCRIPT}."}
    assert await town.ledger.record_follow(
        ACME, TO_SHIP, version=known.row.version, fact=FactKind.HELD_IN_WAREHOUSE, detail=why, now=NOW
    )
    shown = await page(town, TO_SHIP)
    assert 'card-title">on hold in the warehouse<' in shown
    assert "On hold in the warehouse: The buyer asked to cancel" in shown
    assert SCRIPT not in shown
    assert "/ship-and-close?pk=" not in shown
    assert "Decided" not in shown
    assert [way for way in Way if f"pk={row}&amp;way={way}" in shown] == [Way.RELEASE, Way.CANCEL]
    for state, there in (("on_hold", True), ("to_ship", False)):
        listed = (await clerk.get("/orders/list", params={"filter": f"state__in={state}"})).text
        assert (TO_SHIP in listed) is there, state
    assert "release or cancel it" in (await clerk.get("/board/list")).text
    holds = (await clerk.get("/holds/list", params={"filter": "code__in=on_hold_in_warehouse"})).text
    assert TO_SHIP in holds
    assert HELD not in holds
    assert TO_SHIP in (await clerk.get("/holds/list")).text
    assert "on_hold_in_warehouse" in (await clerk.get("/")).text
    assert [each for each in story(shown) if each[1] == "Waits"] == []

    form = (await clerk.get(f"/waiting?pk={row}&way=release")).text
    assert "The next import takes it off hold in the warehouse" in form
    assert "It waits for nobody" not in form
    done = await post(clerk, "/waiting/decide", data={"way": "release", "pk": row, "import": "on"})
    assert ">done<" in done.text
    assert town.desk.started == [("order-import", "acme-us")]
    for path in ("/holds/list", "/board/list"):
        assert "Released here: the next import takes it off hold" in (told := (await clerk.get(path)).text)
        assert "release or cancel it" not in told
    query = {"all": "1", "_list_query": "?filter=code__in=to_be_released"}
    assert (await post(clerk, "/_api/holds/action", name="release", **query)).status_code == 200
    assert "There was nothing left to do." in (await clerk.get("/holds/list")).text
    shown = await page(town, TO_SHIP)
    assert "Decided: release in the warehouse, by clerk" in shown
    assert [way for way in Way if f"pk={row}&amp;way={way}" in shown] == [Way.HOLD, Way.CANCEL]


async def test_a_person_holds_a_new_order_and_releases_it(town: Town) -> None:
    await four_orders(town.ledger)
    clerk, row = await town.signed_in(), row_of(town, NEW)
    for way, state in (("hold", OrderState.HELD), ("release", OrderState.HELD)):
        assert f"way={way}" in (await clerk.get(f"/orders/detail?pk={row}")).text
        done = await post(clerk, "/waiting/decide", data={"way": way, "pk": row, "reason": "look first"})
        assert ">done<" in done.text, way
        assert await state_of(town.ledger, NEW) is state
    (known,) = await town.ledger.waiting_orders(NEW)
    # Its SKUs have no item: that alone holds it now.
    assert {each.code for each in known.row.problems} == {"unmapped_sku"}
    assert known.overrides.hold is None


async def test_refused_packages_are_sent_again(town: Town) -> None:
    await _shipped(town)
    clerk, row = await town.signed_in(), row_of(town, SHIPPED)
    done = await post(clerk, "/order/packages", data={"pk": row})
    assert done.headers["location"].endswith(f"/orders/detail?pk={row}")
    assert town.desk.started == [("tracking-update", "acme-us")]
    (parcel,) = await town.ledger.order_parcels(SHIPPED)
    assert parcel.state is ParcelState.TO_SEND
    assert "Send its packages" not in (await clerk.get(f"/orders/detail?pk={row}")).text
    assert ("clerk", "packages_retried", SHIPPED) in await town.trail()


async def test_a_tracking_update_that_may_have_been_started_is_not_told_as_none(town: Town) -> None:
    await _shipped(town)
    clerk, row = await town.signed_in(), row_of(town, SHIPPED)
    town.desk.lost = Unanswered("it may have been asked for", system="Prefect", operation="start")
    await post(clerk, "/order/packages", data={"pk": row})
    told = (await clerk.get(f"/orders/detail?pk={row}")).text
    assert "1 packages are due with the next tracking update; it may have been asked for" in told


async def test_what_amazon_cancelled_is_not_open_there_and_not_sent_again(town: Town) -> None:
    await _shipped(town)
    await town.ledger.retry_parcels(ACME.slug, SHIPPED)
    (parcel,) = await due(town.ledger)
    gone = Problem("cancelled_at_amazon", "Amazon has no open line any more.", Fixer.MERCHANT)
    await town.ledger.record_parcels(ACME, [outcome(parcel, ParcelState.REFUSED, problem=gone)], now=LATER)
    shown = await page(town, SHIPPED)
    units = re.findall(r'<td class="text-end">(\d+)</td>', shown.partition('id="order-packages"')[0])
    assert units == ["2", "2", "0"], "ordered, packed, open at Amazon"
    assert "Amazon has no open line any more." in shown
    assert "Send its packages" not in shown


async def test_amazon_is_told_of_a_package_before_it_takes_and_shows_it(town: Town) -> None:
    await four_orders(town.ledger)
    (parcel,) = await due(town.ledger)
    for again, state in enumerate((ParcelState.ACCEPTED, ParcelState.VISIBLE)):
        taken = outcome(replace(parcel, version=parcel.version + again), state, taken=True)
        await town.ledger.record_parcels(ACME, [taken], now=LATER + timedelta(minutes=20 * again))
    (known,) = await town.ledger.order_parcels(SHIPPED)
    assert known.state is ParcelState.VISIBLE
    assert story(await page(town, SHIPPED))[:3] == [
        ("Amazon", "Took the shipment"),
        ("dockwire", "Told Amazon of the package"),
        ("warehouse", "A package is known"),
    ]


async def test_what_cannot_be_read_shows_its_structure_and_names_nobody(town: Town) -> None:
    bad = number(30)
    raw = {
        "orderId": bad,
        "orderItems": [{"quantityOrdered": "two", "product": {"title": "For Ann Example"}}],
        "recipient": {"deliveryAddress": {"name": "Ann Example", "phone": 15550100, SCRIPT: "Springfield"}},
    }
    await town.ledger.register(ACME, now=NOW)
    await read(town.ledger, bad=(malformed(order_id=bad, raw=json.dumps(raw)),))
    shown = await page(town, bad)
    for told in ("deliveryAddress", "&#34;quantityOrdered&#34;: &#34;two&#34;", "(hidden)"):
        assert told in shown, told
    assert "15550100" not in shown
    assert SCRIPT not in shown
    deep = number(31)
    await read(town.ledger, bad=(malformed(order_id=deep, raw="[" * 100_000),))
    assert "signs, (hidden)" in await page(town, deep)


async def test_an_order_leads_to_its_pages_elsewhere_where_somebody_set_them(town: Town) -> None:
    await four_orders(town.ledger)
    assert "opens a new tab" not in await page(town, SHIPPED)
    links = LinkSettings("{seller_central}/orders/{order}", "https://warehouse.test/orders/{warehouse_order}")
    town.app = await build_console(town.ledger, desk=town.desk, clock=town.clock, links=links)
    shown = await page(town, SHIPPED)
    assert f'href="https://sellercentral.amazon.com/orders/{SHIPPED}"' in shown
    assert 'href="https://warehouse.test/orders/17"' in shown
    assert "warehouse.test" not in await page(town, HELD)
