"""Stock: every SKU with what it is to be offered at, and why."""

import html
import re

import pytest
from markupsafe import escape

from dockwire.model.console import Role
from tests.builders import NOW
from tests.console.town import Town, opened_town
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.stocks import listed, want

FOUND = [
    ("", {"AAA", "BBB", "CCC"}),
    ("q=AA", {"AAA"}),
    ("q=%25", set()),
    ("filter=wanted__in=withheld", {"CCC"}),
    ("filter=wanted__in=different", {"BBB"}),
    ("filter=sku__eq=AAA", {"AAA"}),
    ("filter=connection__in=other", set()),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_stock_is_found_and_each_sku_says_why(request: pytest.FixtureRequest, kind: str) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await town.ledger.register(ACME, now=NOW)
    await listed(town.ledger, AAA=5, BBB=5, CCC=5)
    await want(town.ledger, AAA=5, BBB=7, CCC=None)
    browser = await town.signed_in(Role.VIEWER)
    for query, wanted in FOUND:
        page = (await browser.get(f"/stock/list?{query}")).text
        assert {each for each in ("AAA", "BBB", "CCC") if f">{each}<" in page} == wanted, query
    one = await browser.get("/stock/detail", params={"pk": "acme-us,BBB"})
    assert one.status_code == 200
    assert "nothing is on its way" in one.text
    for bad in ("acme-us", "1", "a,b,c", "acme-us,NOBODY"):
        assert (await browser.get("/stock/detail", params={"pk": bad})).status_code == 404, bad
    await browser.aclose()
    await town.ledger.close()


async def test_a_sku_of_any_signs_has_its_page(town: Town) -> None:
    await town.ledger.register(ACME, now=NOW)
    skus = [
        "a,b",
        "a/b",
        "100%",
        "%2F",
        "a b",
        "Größe 38",
        "漢字",
        '"q"',
        "it's",
        "a&b=c",
        "#1",
        "?x",
        "..",
        ",",
        ".",
        "a.b",
        "a\\,b",
        "<b>",
        "+1",
    ]
    await listed(town.ledger, **dict.fromkeys(skus, 5))
    browser = await town.signed_in(Role.VIEWER)
    page = (await browser.get("/stock/list")).text
    links = [html.unescape(each) for each in re.findall(r'data-sa-href="([^"]+)"', page)]
    assert len(links) == len(skus)
    shown = set()
    for link in links:
        one = await browser.get(link)
        assert one.status_code == 200, link
        cells = [
            html.unescape(each).strip() for each in re.findall(r"<td[^>]*>(.*?)</td>", one.text, re.DOTALL)
        ]
        shown |= {each for each in skus if each in cells}
    assert shown == set(skus)
    for sku in skus:
        found = (await browser.get("/stock/list", params={"q": sku})).text
        assert str(escape(f">{sku}<"))[4:-4] in found, sku
