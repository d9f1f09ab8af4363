"""The ship-by board and the connections: the same numbers as ``dockwire status``, and the orders behind them."""

import re
from datetime import timedelta

import pytest

from dockwire.errors import Fixer, Unavailable
from dockwire.model.console import Role
from dockwire.model.ids import ConnectionSlug
from dockwire.model.order import Window
from dockwire.model.status import Level, Reason, Standing
from dockwire.services.seeing import judged
from tests.builders import NOW, order
from tests.console.orders import HELD, NEW, SHIPPED, TO_SHIP, four_orders
from tests.console.town import Town, opened_town, post
from tests.unit.ledger.acts import number, read

SOON = number(30)
EVERY = {HELD, NEW, SHIPPED, TO_SHIP, SOON}
BOARD = [
    ("", [SOON, HELD, SHIPPED, TO_SHIP, NEW]),
    ("filter=stage__in=late", [SOON]),
    ("filter=stage__in=at_risk", [HELD, SHIPPED, TO_SHIP, NEW]),
    ("filter=stage__in=later", []),
    ("filter=state__in=held", [HELD]),
    ("filter=connection__in=other", []),
    (f"q={SOON}", [SOON]),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_has_to_ship_comes_soonest_first_and_leads_to_find_orders(
    request: pytest.FixtureRequest, kind: str
) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await four_orders(town.ledger)
    await read(town.ledger, order(order_id=SOON, ship_by=Window(NOW, NOW + timedelta(hours=1))))
    closed = "/board/list?filter=state__in=to_confirm&cols=need,fixer"
    early = await town.signed_in(Role.VIEWER)
    told = (await early.get(closed)).text
    await early.aclose()
    assert "It is closed: the next tracking update tells Amazon." in told
    assert re.findall(r'<td data-column="fixer".*?title="(\w+)"', told, re.DOTALL) == ["nobody"]
    town.clock.advance(4 * 3600)
    browser = await town.signed_in(Role.VIEWER)
    for query, wanted in BOARD:
        page = (await browser.get(f"/board/list?{query}")).text
        shown = [each for each in re.findall(r">\s*(111-\d{7}-0000001)\s*<", page) if each in EVERY]
        assert (sorted(shown), shown[:1]) == (sorted(wanted), wanted[:1]), query
    page = (await browser.get("/board/list")).text
    assert ">3 h late<" in re.sub(r">\s+|\s+<", lambda cut: cut[0].strip(), page)
    # Late by now.
    assert "run the tracking update" in (await browser.get(closed)).text
    # A held order needs what its reason says.
    assert "no item for &lt;script&gt;" in page
    # Whoever ends the reason, not whoever looks after orders outside the warehouse.
    held = (await browser.get("/board/list?filter=state__in=held")).text
    assert re.findall(r'<td data-column="fixer".*?title="(\w+)"', held, re.DOTALL) == ["clerk"]
    (late, due) = re.findall(r'href="[^"]*(/orders/list\?[^"]*)" aria-label="(\d+) (?:late|due) orders', page)
    for (link, count), behind in ((late, {SOON}), (due, EVERY)):
        found = (await browser.get(link.replace("&amp;", "&"))).text
        assert {each for each in EVERY if f">{each}<" in found} == behind
        assert int(count) == len(behind)
    await browser.aclose()
    await town.ledger.close()


async def test_engineers_pause_and_resume_a_connection_and_others_see_it(town: Town) -> None:
    await four_orders(town.ledger)
    engineer, clerk = await town.signed_in(Role.ENGINEER), await town.signed_in()
    data = {"connection": "acme-us"}
    assert (await post(clerk, "/connections/pause", data=data)).status_code == 403
    assert (await post(engineer, "/connections/pause", data={"connection": "no"})).status_code == 404
    why = Reason(Level.LOOK, "never_ran", "It is stored and not deployed.", Fixer.ENGINEER)
    town.desk.stored = [judged(Standing(ConnectionSlug("acme-ca"), None, NOW, NOW, never_ran=why))]
    assert "It is stored and not deployed." in (shown := (await engineer.get("/connections")).text)
    assert "Yes, pause acme-ca" not in shown
    assert "Yes, pause" not in (await clerk.get("/connections")).text
    assert "Yes, pause acme-us" in (await engineer.get("/connections")).text
    assert (await post(engineer, "/connections/pause", data=data)).status_code == 303
    assert town.desk.stopped == {"acme-us"}
    page = (await engineer.get("/connections")).text
    assert "acme-us is paused." in page
    assert "Yes, resume acme-us" in page
    # Whatever else is to say of it: it is not fine.
    assert re.findall(r'badge bg-(\w+)-lt">([^<]*paused[^<]*)<', (await clerk.get("/connections")).text)
    assert "bg-green-lt" not in (await clerk.get("/connections")).text
    await post(engineer, "/connections/resume", data=data)
    assert town.desk.stopped == set()
    acts = [act for user, act, _ in await town.trail() if user == "engineer" and act.startswith("connection")]
    assert acts == ["connection_paused", "connection_resumed"]

    town.desk.trouble = Unavailable("Prefect is away", system="Prefect", operation="pause")
    page = (await engineer.get("/connections")).text
    assert "not known: Prefect is away" in page
    await post(engineer, "/connections/pause", data=data)
    assert "acme-us is not paused: Prefect is away" in (await engineer.get("/connections")).text
