"""Holds: what waits is listed in words, explained, and decided about by forms that the service takes."""

import re

import pytest

from dockwire.console.hold_items import AT_ONCE
from dockwire.errors import Fixer, Unanswered
from dockwire.ledger import SqlLedger
from dockwire.model.console import Role
from dockwire.model.override import HoldSelection
from dockwire.model.record import OrderState, Problem, Verdict
from dockwire.model.warehouse import Item
from dockwire.services.holds import Holds
from tests.builders import NOW, line, order
from tests.console.orders import HELD, SCRIPT, four_orders
from tests.console.town import Town, opened_town, post
from tests.unit.ledger.acts import ACME, number, read, state_of

ADDRESSLESS, ALIKE = number(20), number(21)
FOUND = [
    ("", {HELD, ADDRESSLESS, ALIKE}),
    ("q=111-0000020", {ADDRESSLESS}),
    ("q=%25", set()),
    ("filter=code__in=unmapped_sku", {HELD, ALIKE}),
    ("filter=code__in=address_incomplete,filtered", {ADDRESSLESS}),
    ("filter=fixer__in=merchant", {ADDRESSLESS}),
    ("filter=connection__in=acme-us", {HELD, ADDRESSLESS, ALIKE}),
    ("filter=connection__in=other", set()),
    ("filter=skus__eq=NOBODY", {HELD, ALIKE}),
    ("filter=since__before=2026-11-02T00:00", set()),
    ("filter=ship_by__within_hours=25 AND code__in=unmapped_sku", {HELD, ALIKE}),
]


async def _held(ledger: SqlLedger) -> None:
    """Add to the four orders one without a street and a second one without an item."""
    await four_orders(ledger)
    await ledger.store_items(ACME.warehouse, ACME.customer_id, [Item("RED-S")], now=NOW)
    await read(ledger, order(order_id=ADDRESSLESS), order(order_id=ALIKE, lines=(line(sku="NOBODY"),)))
    due = {each.order.order_id: each.version for each in await ledger.due_orders(ACME, now=NOW)}
    address = Problem("address_incomplete", "the street is missing", Fixer.MERCHANT)
    sku = Problem("unmapped_sku", "no item for NOBODY", Fixer.ENGINEER)
    for order_id, reason in ((ADDRESSLESS, address), (ALIKE, sku)):
        verdict = Verdict(order_id, due[order_id], OrderState.HELD, (reason,))
        await ledger.record_verdicts(ACME, [verdict], now=NOW)


async def _row(town: Town, order_id: str) -> int:
    (found,) = [row for row, each in (await _rows(town)).items() if each == order_id]
    return found


async def _rows(town: Town) -> dict[int, str]:
    from sqlalchemy import select

    from dockwire.ledger.tables import orders

    with town.ledger.reading_sessions()() as session:
        return {row.id: row.amazon_order_id for row in session.execute(select(orders))}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_holds_are_found_by_what_they_are_about(request: pytest.FixtureRequest, kind: str) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await _held(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    for query, wanted in FOUND:
        answer = await browser.get(f"/holds/list?{query}")
        assert answer.status_code == 200, query
        assert {each for each in await _ids(town) if f">{each}<" in answer.text} == wanted, query
    page = (await browser.get("/holds/list?sort=ship_by__desc")).text
    assert "SKU without an item" in page
    assert SCRIPT not in page
    await browser.aclose()
    await town.ledger.close()


async def _ids(town: Town) -> set[str]:
    return set((await _rows(town)).values())


async def test_a_sku_is_mapped_for_all_that_wait_for_it_and_each_order_is_told(town: Town) -> None:
    await _held(town.ledger)
    clerk = await town.signed_in()
    rows = [await _row(town, HELD), await _row(town, ALIKE), await _row(town, ADDRESSLESS)]
    page = (await clerk.get("/waiting", params={"pk": rows})).text
    assert f"helps 2 of 3 orders: {HELD}, {ALIKE}<" in page
    assert "helps all 3 orders" in page
    alone = re.findall(r'To ([^<]+), <a href="[^"]*/waiting\?pk=(\d+)"', page)
    a_line = "name the item of a line"
    assert alone == [(a_line, str(rows[0])), (a_line, str(rows[1])), ("enter the address", str(rows[2]))]
    # Of one order alone, or refused by the service: not offered for many, or not at all.
    assert 'value="address"' not in page
    assert 'value="release"' not in page
    told = await post(
        clerk,
        "/waiting/decide",
        data={
            "way": "map_sku",
            "amazon_sku": "NOBODY",
            "warehouse_sku": "RED-S",
            "pk": rows[:2],
            "import": "on",
        },
    )
    assert told.status_code == 200, told.text
    outcomes = re.findall(
        r"<td><a [^>]*>(111-[\d-]+)</a></td><td>acme-us</td>\s*<td><span[^>]*>(\w+)<", told.text
    )
    assert outcomes == [(HELD, "done"), (ALIKE, "done")]
    assert town.desk.started == [("order-import", "acme-us")]
    # By its id: a run takes another name when it begins.
    page = town.desk.run_page("1")
    assert f'acme-us: its import was asked for <a href="{page}"' in told.text
    engineer = await town.signed_in(Role.ENGINEER)
    trail = (await engineer.get("/audit/list")).text
    assert f'<span>order-import of acme-us: run 1</span> <a href="{page}"' in trail
    assert trail.count(page) == 1
    assert await town.ledger.aliases(ACME.warehouse, ACME.customer_id) == {"NOBODY": "RED-S"}
    assert [each for each in await town.trail() if each[2]] == [
        ("clerk", "mapsku_done", HELD),
        ("clerk", "mapsku_done", ALIKE),
    ]


async def test_an_import_that_may_have_been_started_is_not_told_as_none(town: Town) -> None:
    await _held(town.ledger)
    clerk = await town.signed_in()
    town.desk.lost = Unanswered("it may have been asked for", system="Prefect", operation="start")
    form = {"way": "skip", "reason": "sold twice", "pk": await _row(town, HELD), "import": "on"}
    told = await post(clerk, "/waiting/decide", data=form)
    assert "acme-us: the next import takes it up; it may have been asked for" in told.text
    assert "no import was started" not in told.text


async def test_a_line_is_named_by_what_the_clerk_sees_and_what_was_typed_stays(town: Town) -> None:
    await _held(town.ledger)
    clerk = await town.signed_in()
    row = await _row(town, ALIKE)
    page = (await clerk.get(f"/waiting?pk={row}")).text
    item_id = line().item_id
    said = f"The line: seller SKU <b>NOBODY</b>, {line().title}, quantity 2, Amazon item <b>{item_id}</b>"
    assert said in " ".join(page.split())
    assert '<option value="RED-S">' in page
    assert "data-more" not in page
    assert "order-import" not in page

    form = {"way": "set_line", "pk": row, "item_id": item_id, "warehouse_sku": "RED-X"}
    refused = await post(clerk, "/waiting/decide", data=form)
    assert "the warehouse has no item" in refused.text
    assert "--refresh" not in refused.text
    (kept,) = re.findall(r'<input[^>]*value="RED-X"', refused.text)
    assert 'id="set_line-warehouse_sku-' in kept
    # Nor is an import asked for that nobody ticked; the other forms propose it.
    boxes = re.findall(r'name="import"( checked)?>', refused.text)
    assert boxes.count("") == 1 < len(boxes)
    ticked = await post(clerk, "/waiting/decide", data=form | {"import": "on"})
    assert 'name="import">' not in ticked.text
    wrong = await post(clerk, "/waiting/decide", data=form | {"warehouse_sku": "x" * 401})
    assert (wrong.status_code, "x" * 401 in wrong.text) == (400, True)

    new = await post(clerk, "/waiting/items", data=form)
    assert "items are read again" in new.text
    assert 'value="RED-X"' in new.text
    assert town.desk.started == [("order-import", "acme-us")]
    assert [seen.parameters["refresh"] for seen in town.desk.runs.values()] == [True]
    viewer = await town.signed_in(Role.VIEWER)
    assert (await post(viewer, "/waiting/items", data=form)).status_code == 403
    assert (await viewer.get(f"/waiting/items?pk={row}")).status_code == 403


async def test_items_are_suggested_while_one_types_where_they_are_many(town: Town) -> None:
    await _held(town.ledger)
    many = [Item(f"SKU-{n}") for n in range(250)] + [Item("50%-OFF"), Item("OLD-50%", active=False)]
    await town.ledger.store_items(ACME.warehouse, ACME.customer_id, [*many, Item("A-SKU-7")], now=NOW)
    clerk, row = await town.signed_in(), await _row(town, ALIKE)
    page = (await clerk.get(f"/waiting?pk={row}")).text
    assert page.count("<option value=") == AT_ONCE
    (more,) = re.findall(r'data-more="([^"]+)"', page)
    for said, found in (("sku-24", ["SKU-24", *(f"SKU-24{n}" for n in range(10))]), ("50%", ["50%-OFF"])):
        assert (await clerk.get(more, params={"pk": row, "q": said})).json() == found, said
    assert (await clerk.get(more, params={"pk": row, "q": "sku-7"})).json()[-1] == "A-SKU-7"
    assert (await clerk.get("/waiting/items?pk=99&q=x")).json() == []


async def test_an_address_is_seen_and_entered_by_those_who_ship_and_it_is_written_down(town: Town) -> None:
    await _held(town.ledger)
    clerk, viewer = await town.signed_in(), await town.signed_in(Role.VIEWER)
    row = await _row(town, ADDRESSLESS)
    page = (await clerk.get(f"/waiting?pk={row}")).text
    assert 'value="address"' in page
    assert "Sample Street" not in page
    assert (await viewer.get(f"/waiting?pk={row}")).status_code == 403
    assert (await post(viewer, "/waiting/address", data={"pk": row})).status_code == 403
    assert ("viewer", "personal_data_seen", ADDRESSLESS) not in await town.trail()
    seen = (await post(clerk, "/waiting/address", data={"pk": row})).text
    assert "Sample Street" in seen
    assert ("clerk", "personal_data_seen", ADDRESSLESS) in await town.trail()

    typed = {"way": "address", "pk": row, "name": "Zoe Zebra", "line1": "9 New Road", "country": "US"}
    wrong = await post(clerk, "/waiting/decide", data=typed)
    assert (wrong.status_code, "city: is missing" in wrong.text, "9 New Road" in wrong.text) == (
        400,
        True,
        True,
    )
    whole = typed | {"city": "Salem", "state": "OR", "postal_code": "97301"}
    done = await post(clerk, "/waiting/decide", data=whole)
    assert ">done<" in done.text
    (known,) = await town.ledger.waiting_orders(ADDRESSLESS)
    assert known.overrides.address is not None
    assert known.overrides.address.address.name == "Zoe Zebra"
    with town.ledger.reading_sessions()() as session:
        from sqlalchemy import select

        from dockwire.ledger.console_tables import console_audit

        trail = str(session.execute(select(console_audit)).all())
    assert "Zebra" not in trail
    assert "New Road" not in trail


async def test_ways_that_fit_are_offered_and_every_one_of_them_is_taken(town: Town) -> None:
    await _held(town.ledger)
    clerk = await town.signed_in()
    row = await _row(town, HELD)
    forms = {
        "retry": {},
        "skip": {"reason": "made by hand"},
        "unskip": {},
        "set_line": {"item_id": line().item_id, "warehouse_sku": "RED-S"},
        "ship_method": {"carrier": "UPS", "service": "01", "scac": "UPSN"},
    }
    for way, more in forms.items():
        page = (await clerk.get(f"/waiting?pk={row}")).text
        if way != "retry":
            assert f'name="way" value="{way}"' in page, way
        answer = await post(clerk, "/waiting/decide", data={"way": way, "pk": row, **more})
        assert ">done<" in answer.text, (way, answer.text)
    assert await state_of(town.ledger, HELD) is OrderState.NEW
    row = await _row(town, ALIKE)
    for bad in ({"way": "skip", "reason": " "}, {"way": "nothing"}, {"way": "ship_method", "carrier": ""}):
        refused = await post(clerk, "/waiting/decide", data=bad | {"pk": row})
        assert refused.status_code == 400, bad
    assert (await clerk.get("/waiting?pk=99&pk=x&pk=" + "9" * 40)).status_code == 404


async def test_many_holds_are_decided_about_from_the_list(town: Town) -> None:
    await _held(town.ledger)
    clerk = await town.signed_in()
    to_page = await post(clerk, "/_api/holds/action", name="fix", pks=["1", "2", "3"])
    assert to_page.status_code == 303
    assert (await clerk.get(to_page.headers["location"])).status_code == 200
    data = {"way": "skip", "reason": "made by hand"}
    query = {"name": "skip", "all": "1", "_list_query": "?filter=code__in=unmapped_sku"}
    answer = await post(clerk, "/_api/holds/action", data=data, **query)
    assert answer.status_code == 200, answer.text
    left = await Holds(town.ledger, town.clock).rows(HoldSelection(ACME.slug), limit=10)
    assert [each.order_id for each in left] == [ADDRESSLESS]
    page = (await clerk.get("/holds/detail?pk=2")).text
    assert "Decide" in page


async def test_holds_are_tried_again_and_released_from_the_list(town: Town) -> None:
    await _held(town.ledger)
    clerk, viewer = await town.signed_in(), await town.signed_in(Role.VIEWER)
    query = {"all": "1", "_list_query": "?filter=code__in=unmapped_sku"}
    for name in ("retry", "release"):
        assert (await post(viewer, "/_api/holds/action", name=name, **query)).status_code == 400
    tried = await post(clerk, "/_api/holds/action", data={"import": "on"}, name="retry", **query)
    assert tried.status_code == 200, tried.text
    assert "Done for 2 of 2 orders." in (await clerk.get("/holds/list")).text
    assert town.desk.started == [("order-import", "acme-us")]
    assert {each.order.order_id for each in await town.ledger.due_orders(ACME, now=NOW)} >= {HELD, ALIKE}

    # To release what lacks an item helps nobody: the service says so, and nothing is done.
    refused = await post(clerk, "/_api/holds/action", name="release", **query)
    assert (refused.status_code, "Nothing was done" in refused.text) == (400, True)
    asked = number(22)
    await read(town.ledger, order(order_id=asked, lines=(line(cancel_requested=True),)))
    version = next(
        x.version for x in await town.ledger.due_orders(ACME, now=NOW) if x.order.order_id == asked
    )
    reason = Problem("buyer_asked_to_cancel", "the buyer asked to cancel", Fixer.MERCHANT)
    await town.ledger.record_verdicts(ACME, [Verdict(asked, version, OrderState.HELD, (reason,))], now=NOW)
    query["_list_query"] = "?filter=code__in=buyer_asked_to_cancel,unmapped_sku"
    released = await post(clerk, "/_api/holds/action", name="release", **query)
    assert released.status_code == 200, released.text
    assert "Done for 1 of 3 orders." in (await clerk.get("/holds/list")).text
    (known,) = await town.ledger.waiting_orders(asked)
    assert known.overrides.released
    assert [act for _, act, order_id in await town.trail() if order_id == asked] == ["release_done"]
