"""Signing in and out of the console, who may do what, and what every answer carries."""

import re
from datetime import timedelta

import pytest

from dockwire.console.auth import COOKIE
from dockwire.console.signing_in import IDLE, LONGEST, TRIES_BY_ADDRESS, TRIES_BY_NAME, WINDOW
from dockwire.errors import SettingsError
from dockwire.model.console import Role
from tests.console.orders import HELD, four_orders
from tests.console.town import PASSWORD, Town, post, sign_in

LIST = "/orders/list"


async def test_a_session_begins_with_the_password_and_ends_with_the_log_out(town: Town) -> None:
    browser = town.browser()
    strange = await browser.get(LIST)
    assert (strange.status_code, strange.headers["location"].split("?")[0]) == (
        303,
        "http://127.0.0.1:8092/login",
    )
    assert (await sign_in(browser, "clerk", "wrong horse battery")).status_code == 400
    assert (await browser.get(LIST)).status_code == 303
    assert (await sign_in(browser, " Clerk ")).status_code == 303
    assert (await browser.get(LIST)).status_code == 200

    stolen = browser.cookies[COOKIE]
    assert (await post(browser, "/logout")).status_code == 303
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, stolen)
    assert (await browser.get(LIST)).status_code == 303
    acts = [(user, act) for user, act, _ in await town.trail() if user != "tests"]
    assert acts == [("clerk", "sign_in_refused"), ("clerk", "signed_in"), ("clerk", "signed_out")]


async def test_who_signs_in_goes_nowhere_else(town: Town) -> None:
    for wanted, found in (
        ("http://127.0.0.1:8092/audit/list", "http://127.0.0.1:8092/audit/list"),
        ("https://evil.example/", "http://127.0.0.1:8092/"),
        ("//evil.example/", "http://127.0.0.1:8092/"),
        ("javascript:alert(1)", "http://127.0.0.1:8092/"),
    ):
        answer = await sign_in(town.browser(), "engineer", next=wanted)
        assert answer.headers["location"] == found, wanted


@pytest.mark.parametrize("how", ["idle", "long", "password", "role", "removed"])
async def test_a_session_ends(town: Town, how: str) -> None:
    browser = await town.signed_in()
    other = await town.signed_in(Role.VIEWER)
    if how == "idle":
        town.clock.advance((IDLE - timedelta(minutes=2)).total_seconds())
        assert (await browser.get(LIST)).status_code == 200
        town.clock.advance((IDLE + timedelta(minutes=2)).total_seconds())
    elif how == "long":
        for _ in range(LONGEST // IDLE * 2):
            assert (await browser.get(LIST)).status_code == 200
            town.clock.advance((IDLE / 2).total_seconds())
    elif how == "password":
        await town.users.change_password("clerk", "another horse battery")
    elif how == "role":
        await town.users.change_role("clerk", Role.ENGINEER)
    else:
        await town.users.remove("clerk")
    assert (await browser.get(LIST)).status_code == 303
    if how in ("password", "role", "removed"):
        assert (await other.get(LIST)).status_code == 200


async def test_few_tries_are_allowed_for_a_name_and_for_an_address(town: Town) -> None:
    for number in range(TRIES_BY_NAME):
        # The name's tries count together, wherever they come from.
        await sign_in(town.browser(f"192.0.2.{number}"), "clerk", "wrong horse battery")
    refused = await sign_in(town.browser("192.0.2.99"), "clerk")
    assert (refused.status_code, "Too many failed sign-ins" in refused.text) == (400, True)
    town.clock.advance(WINDOW.total_seconds() + 1)
    assert (await sign_in(town.browser("192.0.2.99"), "clerk")).status_code == 303

    attacker = town.browser("198.51.100.7")
    for number in range(TRIES_BY_ADDRESS):
        await sign_in(attacker, f"nobody-{number}", "wrong horse battery")
    assert "Too many" in (await sign_in(attacker, "viewer")).text
    assert (await sign_in(town.browser("192.0.2.99"), "viewer")).status_code == 303
    # What is typed as a name may be a password: no name that nobody has is kept.
    assert not [user for user, _, _ in await town.trail() if user.startswith("nobody")]


async def test_forms_without_their_token_are_refused(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in()
    act = {"name": "retry", "pks": "1"}
    for headers in ({}, {"X-CSRFToken": "forged"}):
        answer = await browser.post("/_api/orders/action", headers=headers, params=act)
        assert answer.status_code == 403, headers
    for path in ("/logout", "/views/save", "/views/drop"):
        assert (await browser.post(path, data={"view": "orders"})).status_code == 403
    other = (await town.signed_in(Role.VIEWER)).cookies["starlette_admin_csrftoken"]
    assert (await browser.post("/logout", data={"csrftoken": other})).status_code == 403
    assert (await browser.get(LIST)).status_code == 200
    assert [act for _, act, order in await town.trail() if order == HELD] == []


async def test_roles_decide_who_acts_and_who_sees_the_trail(town: Town) -> None:
    await four_orders(town.ledger)
    for role, acts, trail in ((Role.VIEWER, 400, 403), (Role.CLERK, 200, 403), (Role.ENGINEER, 200, 200)):
        browser = await town.signed_in(role)
        answer = await post(browser, "/_api/orders/action", name="retry", pks=["1"])
        assert answer.status_code == acts, (role, answer.text)
        assert ("Try again" in (await browser.get(LIST)).text) is (acts == 200)
        assert (await browser.get("/audit/list")).status_code == trail
        for path in ("/orders/create", "/orders/edit?pk=1", "/audit/create"):
            assert (await browser.get(path)).status_code == 403, (role, path)
        assert (await post(browser, "/_api/orders/action", name="delete", pks=["1"])).status_code == 400
    trail_rows = [row for row in await town.trail() if row[2] == HELD]
    assert [user for user, _, _ in trail_rows] == ["clerk", "engineer"]


async def test_the_cookie_is_for_this_site_alone(town: Town) -> None:
    for host, secure in (
        ("http://127.0.0.1:8092", False),
        ("http://[::1]:8092", False),
        ("http://localhost", False),
        ("http://wms.example", True),
        ("https://wms.example", True),
    ):
        answer = await sign_in(town.browser(host=host), "clerk")
        (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE)]
        flags = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, host
        assert ("secure" in flags) is secure, host


async def test_pages_run_their_own_scripts_and_fetch_nothing_from_elsewhere(town: Town) -> None:
    await four_orders(town.ledger)
    browser = await town.signed_in(Role.ENGINEER)
    for path in ("/login", LIST, "/orders/detail?pk=1", "/audit/list", "/orders/detail?pk=99", "/nowhere"):
        answer = await (town.browser() if path == "/login" else browser).get(path)
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["frame-ancestors"] == policy["default-src"] == policy["base-uri"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        (nonce,) = re.findall(r"'nonce-([^']+)'", policy["script-src"])
        scripts = re.findall(r"<script\b[^>]*>", answer.text)
        assert all(f'nonce="{nonce}"' in script for script in scripts), path
        assert set(re.findall(r"""(?:src|href|action)=["']?(https?://[^/"']+)""", answer.text)) <= {
            "http://127.0.0.1:8092"
        }, path
        assert "url(http" not in answer.text.replace("'", "").replace('"', "")
        assert "<script>alert" not in answer.text


async def test_a_password_that_is_easily_guessed_is_refused(town: Town) -> None:
    for password in ("short", "a" * 20, "my-clerk2-password", "x" * 201):
        with pytest.raises(SettingsError, match="the password"):
            await town.users.add("clerk2", Role.CLERK, password)
    with pytest.raises(SettingsError, match="exists already"):
        await town.users.add("Clerk", Role.VIEWER, PASSWORD)
    with pytest.raises(SettingsError, match="the user's name"):
        await town.users.add("clerk two", Role.CLERK, PASSWORD)
