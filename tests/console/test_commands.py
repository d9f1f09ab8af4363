"""``dockwire user`` and the console's server, as an engineer uses them."""

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from deployments.console_serving import Place, serving_console
from dockwire.bootstrap import sealer
from dockwire.cli.user import app
from dockwire.clock import SystemClock
from dockwire.console.auth import COOKIE
from dockwire.settings import read_settings
from dockwire.warehouse import Warehouse

PASSWORD = "correct horse battery"
LIMIT = 60.0
"""Seconds an answer may take: the first one makes the ledger's tables, which takes its time on a busy machine."""


def dockwire(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, words, input=typed)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder of its own."""
    for name in ("DOCKWIRE_LEDGER_URL", "DOCKWIRE_ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


def test_users_come_change_and_go(state: Path) -> None:
    assert "no users" in dockwire("list").output
    added = dockwire("add", "Kim", "--role", "clerk", "--password-stdin", "--json", typed=f"{PASSWORD}\n")
    assert json.loads(added.stdout) | {"since": "", "changed": ""} == {
        "user": "kim", "role": "clerk", "since": "", "changed": "",
    }  # fmt: skip
    for words, typed, told in (
        (("add", "kim", "--role", "viewer", "--password-stdin"), PASSWORD, "exists already"),
        (("add", "lee", "--role", "viewer", "--password-stdin"), "short", "it needs 12 to 200"),
        (("add", "lee", "--role", "viewer"), PASSWORD, "--password-stdin"),
        (("password", "lee", "--password-stdin"), PASSWORD, "there is no user lee"),
        (("role", "lee", "viewer"), "", "there is no user lee"),
        (("remove", "lee"), "", "there is no user lee"),
        (("add", "a b", "--role", "viewer", "--password-stdin"), PASSWORD, "the user's name"),
    ):
        refused = dockwire(*words, typed=f"{typed}\n")
        assert (refused.exit_code > 0, told in refused.output) == (True, True), (words, refused.output)
        assert typed not in refused.output or not typed
    assert dockwire("role", "kim", "engineer").exit_code == 0
    assert dockwire("password", "kim", "--password-stdin", typed="another horse battery\n").exit_code == 0
    assert [row["role"] for row in json.loads(dockwire("list", "--json").stdout)] == ["engineer"]
    assert dockwire("remove", "kim").exit_code == 0
    assert json.loads(dockwire("list", "--json").stdout) == []


def test_the_server_believes_named_proxies_only_and_takes_small_forms(state: Path) -> None:
    dockwire("add", "kim", "--role", "engineer", "--password-stdin", typed=f"{PASSWORD}\n")
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Host": "wms.example"}
    for proxies, scheme in (((), "http"), (("127.0.0.1",), "https")):
        place = Place(port=0, root_path="/dockwire", proxies=proxies)
        with serving_console(read_settings(), place) as address:
            where = address.removesuffix("/dockwire")
            page = httpx.get(f"{where}/", headers=told, timeout=LIMIT)
            assert page.headers["location"].startswith(f"{scheme}://wms.example/dockwire/login"), proxies
            form = httpx.get(f"{where}/login", headers=told, timeout=LIMIT)
            assert f"{scheme}://wms.example/dockwire/static/" in form.text
            csrf = form.cookies["starlette_admin_csrftoken"]
            cookie = {"Cookie": f"starlette_admin_csrftoken={csrf}"}
            typed = {"username": "kim", "password": PASSWORD, "csrftoken": csrf}
            signed = httpx.post(f"{where}/login", data=typed, headers=told | cookie, timeout=LIMIT)
            (session,) = [each for each in signed.headers.get_list("set-cookie") if each.startswith(COOKIE)]
            assert "Path=/dockwire" in session
            # No browser on this machine asks for wms.example: without TLS the cookie stays away.
            assert "Secure" in session
            assert httpx.post(f"{where}/login", content=b"x" * 2_000_000, timeout=LIMIT).status_code == 413
            assert httpx.post(f"{where}/login", content=iter([b"x"]), timeout=LIMIT).status_code == 413


def test_a_ledger_that_cannot_be_opened_is_told_and_tried_again(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / "encryption.key").write_text("no key\n")
    with serving_console(read_settings(), Place(port=0)) as address:
        broken = httpx.get(f"{address}/login", timeout=LIMIT)
        assert (broken.status_code, "encryption key" in broken.text) == (503, True)
        (state / "encryption.key").unlink()
        assert httpx.get(f"{address}/login", timeout=LIMIT).status_code == 200


def test_the_embedded_warehouses_pages_come_once_it_is_in_use(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dockwire("add", "kim", "--role", "viewer", "--password-stdin", typed=f"{PASSWORD}\n")
    with (
        serving_console(read_settings(), Place(port=0)) as address,
        httpx.Client(base_url=address, timeout=LIMIT) as browser,
    ):
        browser.get("/login")
        csrf = browser.cookies["starlette_admin_csrftoken"]
        browser.post("/login", data={"username": "kim", "password": PASSWORD, "csrftoken": csrf})
        assert browser.get("/warehouse-items/list").status_code == 404
        Warehouse.open(
            read_settings().warehouse_database, sealer=sealer(read_settings()), clock=SystemClock()
        ).close()
        assert browser.get("/warehouse-items/list").status_code == 200

    monkeypatch.setenv("DOCKWIRE_WAREHOUSE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with serving_console(read_settings(), Place(port=0)) as address:
        assert httpx.get(f"{address}/login", timeout=LIMIT).status_code == 200
