"""Wrong and hostile input at every endpoint: no page breaks, runs what it was given, or changes the ledger."""

import asyncio
import csv
import html
import io
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from urllib.parse import quote, quote_from_bytes

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from dockwire.console.auth import COOKIE
from dockwire.errors import Fixer
from dockwire.model.console import Role, SavedView
from dockwire.model.record import OrderState, Problem, Verdict
from tests.builders import NOW, line, order
from tests.console.all_pages import routes_of, something_of_everything
from tests.console.hostile import FORMULAS, SCRIPTS, rows_of, scripts_in
from tests.console.town import HOST, Town, opened_town, post
from tests.unit.ledger.acts import ACME, number, read

Run = Callable[[Coroutine[Any, Any, Any]], Any]
ACTS = ("retry", "release", "skip", "fix", "export", "delete", "view")
WORDS = (
    *SCRIPTS, *FORMULAS, "\0", "", " ", "-1", "0", "9" * 30, "1e999", "nan", "inf", "%", "_", "\u202e", "\ufeff", "ß" * 300,
    "a" * 5_000, "(" * 1_500, "NOT " * 1_500, "state__in=held AND " * 400 + "state__in=held", "{" * 2_000, "[" * 2_000,
    '{"and": [', "null", "../../etc/passwd", "' OR 1=1 --", "sealed__eq=1", "state__in=", "ship_by__within_hours=1e400",
    "ship_by__between=..", "ship_by__before=9999-12-31T23:59:59+14:00", "ship_by__from=0001-01-01T00:00-14:00", "skus__eq=\0",
    "ship_by__asc", "ship_by__desc", "nothing__asc", "amazon_order_id,nothing", "acme-us,A", "https://evil.example/", "//evil.example",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=30))
RAW = st.one_of(
    TEXTS.map(quote),
    st.binary(max_size=20).map(quote_from_bytes),
    st.just("%"),
    st.just("%zz"),
    st.just("%ff"),
)
ASKED = (
    "q",
    "page",
    "page_size",
    "sort",
    "filter",
    "cols",
    "pk",
    "pks",
    "name",
    "all",
    "_list_query",
    "_origin",
    "next",
    "skip",
    "limit",
    "field",
)
FIELDS = (
    "way", "pk", "import", "amazon_sku", "warehouse_sku", "item_id", "carrier", "service", "scac", "reason", "line1", "city", "country",
    "postal_code", "connection", "view", "query", "shared", "id", "username", "password", "format", "scope", "columns",
)  # fmt: skip
WAYS = (
    "map_sku",
    "set_line",
    "ship_method",
    "address",
    "amazon_address",
    "release",
    "retry",
    "skip",
    "unskip",
)
FORMULA_SIGNS = tuple("=+-@\t\r")


@pytest.fixture
def run() -> Iterable[Run]:
    """Give one loop for all examples."""
    with asyncio.Runner() as runner:
        yield runner.run


async def _town(url: str) -> Town:
    town = await opened_town(url)
    await something_of_everything(town.ledger)
    await hostile_rows(town)
    return town


async def hostile_rows(town: Town) -> None:
    """Add orders, holds and a view whose words are scripts and formulas."""
    for place, word in enumerate((*SCRIPTS, *FORMULAS), start=50):
        lines = (line(sku=word),)
        await read(town.ledger, order(order_id=number(place), lines=lines, service_level=word))
        found = await town.ledger.due_orders(ACME, now=NOW)
        version = next(each.version for each in found if each.order.order_id == number(place))
        reason = Problem("unmapped_sku", word, Fixer.CLERK)
        await town.ledger.record_verdicts(
            ACME, [Verdict(number(place), version, OrderState.HELD, (reason,))], now=NOW
        )
    for word in SCRIPTS:
        await town.ledger.save_view(SavedView(word, "clerk", True, "orders", f"q={quote(word)}"))


async def _paths(town: Town, method: str) -> list[str]:
    """Return every path of the console, with the key of each list in it."""
    menu = (await (await town.signed_in(Role.ENGINEER)).get("/connections")).text
    keys = set(re.findall(r'href="[^"]*/(\w+)/list"', menu))
    assert {"orders", "stock", "audit"} <= keys
    found = set()
    for path, _ in routes_of(town.app.routes, method):
        for key in keys if "{key}" in path else {""}:
            found.add(path.replace("{key}", key).replace("{storage}", "x").replace("{path:path}", "y"))
    return sorted(found - {"/logout", "/login"})


async def test_nobody_does_what_the_role_does_not_allow(town: Town) -> None:
    await something_of_everything(town.ledger)
    before = rows_of(town.ledger)
    looks, acts = await _paths(town, "GET"), await _paths(town, "POST")
    stranger = town.browser()
    await stranger.get("/login")
    for path in looks:
        answer = await stranger.get(path)
        assert (answer.status_code, "/login" in answer.headers.get("location", "")) == (303, True), path
    for path in acts:
        answer = await post(stranger, path, name="retry", pks="1", data={"connection": "acme-us", "pk": "1"})
        assert answer.status_code == 303, path
        assert "/login" in answer.headers["location"], path
    for role in Role:
        browser = await town.signed_in(role)
        for path in acts:
            assert (await browser.post(path, data={"connection": "acme-us"})).status_code == 403, (role, path)
    viewer, clerk = await town.signed_in(Role.VIEWER), await town.signed_in()
    form = {"connection": "acme-us", "pk": "1", "way": "retry", "reason": "x", "import": "on"}
    for path in acts:
        for name in ACTS if path.endswith("action") else ("",):
            answer = await post(viewer, path, name=name, pks="1", pk="1", data=form)
            assert answer.status_code < 500, (path, name)
            if "audit" in path or path.startswith("/connections"):
                answer = await post(clerk, path, name=name, pks="1", pk="1", data=form)
                assert answer.status_code in {400, 403, 404, 405}, (path, name)
    for path in looks:
        assert (await viewer.get(path, params={"pk": "1"})).status_code < 500, path
    assert rows_of(town.ledger) == before
    assert (town.desk.started, town.desk.stopped) == ([], set())
    # Of the viewer: nobody's data was seen, and no act on an order is in the trail.
    assert {act for user, act, order_id in await town.trail() if user == "viewer" and order_id} == set()


def test_no_question_breaks_a_page_or_changes_the_ledger(sqlite_url: str, run: Run) -> None:
    town = run(_town(sqlite_url))
    browser, paths, before = (
        run(town.signed_in(Role.ENGINEER)),
        run(_paths(town, "GET")),
        rows_of(town.ledger),
    )
    pages = [each for each in paths if each.endswith(("/list", "/detail"))]

    @settings(max_examples=90)
    @given(
        path=st.one_of(st.sampled_from(pages), st.sampled_from(paths)),
        asked=st.lists(st.tuples(st.sampled_from(ASKED), RAW), min_size=1, max_size=4),
    )
    def ask(path: str, asked: list[tuple[str, str]]) -> None:
        answer = run(browser.get(f"{HOST}{path}?{'&'.join(f'{name}={value}' for name, value in asked)}"))
        _harmless(answer)

    ask()
    assert rows_of(town.ledger) == before
    run(_close(town))


def test_no_form_breaks_a_page(sqlite_url: str, run: Run) -> None:
    town = run(_town(sqlite_url))
    browser, paths = run(town.signed_in(Role.ENGINEER)), run(_paths(town, "POST"))
    headers = {"X-CSRFToken": browser.cookies["starlette_admin_csrftoken"]}
    kinds = st.sampled_from(
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data",
         "multipart/form-data; boundary=x", "application/json", "text/xml", "")
    )  # fmt: skip
    fields = st.one_of(
        st.tuples(st.just("way"), st.sampled_from(WAYS)),
        st.tuples(st.just("pk"), st.sampled_from(("1", "5", "6"))),
        st.tuples(st.sampled_from(FIELDS), RAW),
    )

    @settings(max_examples=70)
    @given(
        path=st.sampled_from(paths),
        name=st.sampled_from(ACTS),
        said=st.lists(fields, max_size=8),
        raw=st.one_of(st.none(), st.binary(max_size=60)),
        kind=kinds,
    )
    def send(path: str, name: str, said: list[tuple[str, str]], raw: bytes | None, kind: str) -> None:
        body = raw if raw is not None else "&".join(f"{key}={value}" for key, value in said).encode()
        told = headers | {"Content-Type": kind if raw is not None else "application/x-www-form-urlencoded"}
        _harmless(run(browser.post(path, params={"name": name, "pks": "5"}, content=body, headers=told)))

    send()
    run(_close(town))


def test_no_header_breaks_a_page(sqlite_url: str, run: Run) -> None:
    town = run(_town(sqlite_url))
    token = run(town.signed_in()).cookies[COOKIE]
    names = (
        "Cookie",
        "Host",
        "Accept-Language",
        "Content-Type",
        "Origin",
        "Referer",
        "X-Forwarded-For",
        "Range",
        "X-CSRFToken",
    )
    cookies = (
        "",
        f"{COOKIE}={token}; ",
        f"{COOKIE}=",
        "starlette_admin_csrftoken=",
        "session=",
        "flash=",
        "timezone=",
        "language=",
    )

    @settings(max_examples=40)
    @given(
        name=st.sampled_from(names),
        cookie=st.sampled_from(cookies),
        value=st.one_of(
            st.sampled_from([*SCRIPTS, "a" * 5_000, "[::1", "x:99999", "a b", "=;=;", "%00"]),
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30),
        ),
        path=st.sampled_from(("/orders/list", "/login", "/", "/connections")),
    )
    @example(name="Cookie", cookie="timezone=", value="../zone", path="/login")
    @example(name="Cookie", cookie="timezone=", value="a" * 5_000, path="/login")
    def ask(name: str, cookie: str, value: str, path: str) -> None:
        said = cookie + value if name == "Cookie" else value
        signed = [] if name == "Cookie" else [(b"Cookie", f"{COOKIE}={token}".encode())]
        browser = town.browser()
        _harmless(run(browser.get(path, headers=[(name.encode(), said.encode("latin-1")), *signed])))

    ask()
    run(_close(town))


async def test_words_of_others_stay_words(sqlite_url: str) -> None:
    town = await _town(sqlite_url)
    browser, before = await town.signed_in(Role.ENGINEER), rows_of(town.ledger)
    for path in await _paths(town, "GET"):
        if path.endswith("/list"):
            page = await browser.get(path)
            _harmless(page)
            for row in re.findall(r'data-sa-href="([^"]+)"', page.text):
                _harmless(await browser.get(html.unescape(row)))
    _harmless(await browser.get("/waiting", params={"pk": [str(row) for row in range(1, 40)]}))
    shown = (await browser.get("/orders/list")).text
    assert [word for word in SCRIPTS if str(escape(word)) not in shown] == []
    for key in ("orders", "board", "holds", "stock"):
        query = {"name": "export", "all": "1", "_list_query": ""}
        export = await post(
            browser, f"/_api/{key}/action", data={"format": "csv", "scope": "selected"}, **query
        )
        cells = [
            cell
            for row in csv.reader(io.StringIO(export.content.decode("utf-8-sig"), newline=""))
            for cell in row
        ]
        assert len(cells) > 20, key
        assert [cell for cell in cells if cell.lstrip(" ")[:1] in FORMULA_SIGNS and cell.strip()] == [], key
    assert rows_of(town.ledger) == before
    await _close(town)


def _harmless(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text[:500]
    assert "Traceback" not in answer.text
    assert scripts_in(answer) == []


async def _close(town: Town) -> None:
    for client in town.clients:
        await client.aclose()
    await town.ledger.close()
