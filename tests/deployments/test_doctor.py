"""The doctor reads an installation, names what is broken in it and changes nothing."""

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from packaging.requirements import Requirement
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deployments.checking import clocks, databases, files, packages, prefect_seen, schedules
from deployments.checking.finding import Finding, fine
from deployments.checking.installation import examine
from dockwire.bootstrap import opened_ledger
from dockwire.clock import ManualClock, SystemClock
from dockwire.keys import KEY_FILE
from dockwire.ledger.tables import outbox
from dockwire.sealing import Sealer
from dockwire.settings import Settings
from dockwire.warehouse import Warehouse
from tests.builders import NOW, connection
from tests.deployments.pages import Pages
from tests.deployments.refusing import stored
from tests.deployments.town import Said, Town

VERSIONS = {"prefect": "3.8.8", "fastapi": "0.150.0", "sqlalchemy": "2.0.58", "httpx": "0.28.1"}
PAUSED = {"order-import": True, "tracking-update": False, "ship-and-close": False}


@pytest.mark.parametrize(
    ("python", "changed", "ok", "words"),
    [
        ("3.11.7", {}, True, "fastapi 0.150.0"),
        ("3.10.2", {}, False, "Python is 3.10.2"),
        ("3.13.0", {"fastapi": "0.165.1"}, False, "fastapi is 0.165.1 and has to be <0.151"),
        ("3.13.0", {"sqlalchemy": "2.1.0"}, False, "nothing runs by itself"),
        ("3.13.0", {"prefect": "3.9.1"}, False, "prefect is 3.9.1"),
        ("3.13.0", {"httpx": ""}, False, "httpx is missing"),
    ],
)
def test_versions_that_break_prefect_are_named(
    python: str, changed: dict[str, str], ok: bool, words: str
) -> None:
    found = packages.judge(python, VERSIONS | changed)
    assert found.ok is ok
    assert words in found.detail


def test_the_limits_are_those_of_the_project() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {need.name: need.specifier for need in map(Requirement, project["dependencies"])}
    assert {name: required[name] for name in packages.LIMITS} == packages.LIMITS
    assert project["requires-python"] == str(packages.PYTHON)


@pytest.mark.parametrize(
    ("found", "ok", "words"),
    [
        (files.judge_disk(100 * 1024**2, Path("/")), False, "0.1 GB"),
        (files.judge_disk(1024**3, Path("/")), None, "1.0 GB"),
        (databases.judge_schema("0004", ["0004", "0003"]), True, "newest"),
        (databases.judge_schema("0003", ["0004", "0003"]), None, "this dockwire has 0004"),
        (databases.judge_schema("0009", ["0004", "0003"]), False, "a later one"),
        (prefect_seen.judge_version("3.8.8", "3.8.8"), True, "3.8.8"),
        (prefect_seen.judge_version("3.9.0", "3.8.8"), False, "3.9.0"),
        (prefect_seen.judge_pages("http://127.0.0.1:4200/api", "http://127.0.0.1:4300/api"), False, ":4300"),
        (prefect_seen.judge_pages("http://127.0.0.1:4200/api", "http://prefect:4200/api"), False, "empty"),
        (prefect_seen.judge_pages("http://localhost:4200/api", "http://127.0.0.1:4200/api"), True, "4200"),
        (prefect_seen.judge_pages("https://flows.example/api", "http://10.0.0.7:4200/api"), True, "example"),
        (clocks.judge({"A": timedelta(seconds=29), "B": None}), True, "29 s behind A"),
        (clocks.judge({"A": timedelta(seconds=-31)}), False, "31 s ahead of A"),
        (clocks.judge({"A": None}), None, "nobody"),
    ],
)
def test_judgements(found: Finding, ok: bool | None, words: str) -> None:
    assert found.ok is ok
    assert words in found.detail


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Mon, 02 Nov 2026 09:00:00 GMT", 0),
        ("Mon, 02 Nov 2026 09:01:00 GMT", 56.5),
        ("Mon, 02 Nov 2026 08:59:00 GMT", -59.5),
        ("yesterday", None),
        (None, None),
    ],
)
def test_what_lies_within_the_wait_for_an_answer_is_no_difference(
    date: str | None, seconds: float | None
) -> None:
    ahead = clocks.ahead(date, NOW, NOW + timedelta(seconds=4))
    assert (ahead and ahead.total_seconds()) == seconds or ahead == timedelta()


def _as_file(folder: Path) -> None:
    folder.write_text("a file where a folder should be")


def _for_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def _key(content: str, mode: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        folder.mkdir(mode=0o700)
        (folder / KEY_FILE).write_text(content)
        (folder / KEY_FILE).chmod(mode)

    return make


@pytest.mark.parametrize(
    ("make", "states", "words"),
    [
        (lambda folder: None, (None, None), "is not there yet"),
        (_as_file, (False, None), "is a file"),
        (_for_all, (False, None), "chmod go-w"),
        (_key(Sealer.new_key(), 0o600), (True, True), "owner only"),
        (_key(Sealer.new_key(), 0o640), (True, False), "chmod 600"),
        (_key("no-key-at-all", 0o600), (True, False), "from your backup"),
        (_key("", 0o600), (True, False), "from your backup"),
    ],
    ids=["fresh", "file", "open", "right", "readable", "nonsense", "empty"],
)
async def test_state_folders_and_keys(
    tmp_path: Path, make: Callable[[Path], None], states: tuple[bool | None, bool | None], words: str
) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    make(settings.state_dir)
    before = sorted(tmp_path.rglob("*"))
    found = [await files.state_folder(settings), await files.keys(settings)]
    assert tuple(each.ok for each in found) == states
    assert words in str(found)
    assert sorted(tmp_path.rglob("*")) == before


async def look(url: str, judge: Callable[[databases.Place], Any]) -> Finding:
    place = databases.ledger_place(url)
    return await databases.look(place, judge(place))


async def test_a_ledger_is_read_and_what_is_wrong_with_it_is_named(tmp_path: Path, database_url: str) -> None:
    settings = Settings(state_dir=tmp_path / "state", ledger_url=database_url)
    empty = await look(database_url, databases.schema)
    assert empty.ok is None
    async with opened_ledger(settings):
        pass
    right = Sealer((settings.state_dir / KEY_FILE).read_text().split())
    assert (await look(database_url, databases.schema)).ok
    assert (await look(database_url, lambda place: databases.sealed_values(place, right))).ok
    other = await look(database_url, lambda place: databases.sealed_values(place, Sealer([Sealer.new_key()])))
    assert (other.ok, "backup" in other.do) == (False, True)
    assert (await look(database_url, lambda _: databases.clock_of(SystemClock()))).ok
    ahead = await look(database_url, lambda _: databases.clock_of(ManualClock()))
    assert ahead.ok is database_url.startswith("sqlite")
    with pytest.raises(AssertionError, match="written"):
        await look(database_url, lambda _: _writes)


def _writes(link: sa.Connection) -> Finding:
    try:
        link.execute(sa.text("DELETE FROM keys"))
    except DBAPIError:
        raise AssertionError("what is only looked at cannot be written") from None
    return fine("written")


async def test_mail_that_waits_too_long_is_told_with_its_reason(tmp_path: Path, database_url: str) -> None:
    async with opened_ledger(Settings(state_dir=tmp_path / "state", ledger_url=database_url)):
        pass
    waiting = databases.mail_waiting(NOW)
    assert (await look(database_url, lambda _: waiting)).ok
    row = {
        "connection": "acme-us", "kind": "run_failed", "recipients": "[]", "subject": "", "text": "", "html": "",
        "not_before": NOW,
    }  # fmt: skip
    engine = sa.create_engine(make_url(database_url))
    posted = {"fresh": NOW - timedelta(minutes=30), "old": NOW - timedelta(hours=5)}
    with engine.begin() as book:
        book.execute(
            sa.insert(outbox), [row | {"message_id": name, "posted": when} for name, when in posted.items()]
        )
    untried = await look(database_url, lambda _: waiting)
    assert (untried.ok, "since 5 hours" in untried.detail) == (False, True)
    assert "nobody has tried" in untried.detail
    with engine.begin() as book:
        book.execute(sa.update(outbox).values(attempts=3, last_error="the mail server is not found"))
    engine.dispose()
    tried = await look(database_url, lambda _: waiting)
    assert "1 mails wait, the oldest since 5 hours: the mail server is not found" in tried.detail


async def test_the_embedded_warehouse_is_looked_at_likewise(tmp_path: Path, database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    Warehouse.open(database_url, sealer=sealer, clock=SystemClock()).close()
    place = databases.warehouse_place(database_url)
    assert (await databases.look(place, databases.schema(place))).ok
    assert (await databases.look(place, databases.sealed_values(place, sealer))).ok


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://keeper:hush-hush@127.0.0.1:9/books", "does not answer (OperationalError)"),
        ("oracle://keeper:hush-hush@host/books", "no usable address"),
        ("keeper:hush-hush", "no usable address"),
        ("sqlite:///README.md", "does not answer (DatabaseError)"),
    ],
)
async def test_a_database_that_cannot_be_read_is_told_without_its_password(url: str, words: str) -> None:
    found = await look(url, databases.schema)
    assert found.ok is False
    assert words in found.detail
    assert "hush-hush" not in str(found)


def _asks_for_a_sign_in(request: Request) -> Response:
    if request.headers.get("authorization") != "Basic ZG9jazp3aXJl":
        return Response(status_code=401)
    return JSONResponse("3.8.8")


async def test_a_server_that_asks_for_a_sign_in_is_signed_in_to(server: Callable[[Any], str]) -> None:
    url = server(Starlette(routes=[Route("/api/admin/version", _asks_for_a_sign_in)])) + "/api"
    right, without = prefect_seen.Server(url, "dock:wire"), prefect_seen.Server(url)
    assert (await prefect_seen.reachable(right, "3.8.8")).ok
    assert (await prefect_seen.guarded(right)).detail == "it asks for a sign-in"
    refused = await prefect_seen.reachable(without, "3.8.8")
    assert (refused.ok, "PREFECT_API_AUTH_STRING" in refused.do) == (False, True)
    silent = await prefect_seen.reachable(prefect_seen.Server("http://127.0.0.1:9/api"), "3.8.8")
    assert "does not answer" in silent.detail


def test_the_doctor_signs_in_with_the_string_of_the_environment(
    server: Callable[[Any], str], lone_town: Town
) -> None:
    url = server(Starlette(routes=[Route("/api/admin/version", _asks_for_a_sign_in)])) + "/api"
    said = by_name(
        lone_town.dockwire("doctor", "--json", PREFECT_API_URL=url, PREFECT_API_AUTH_STRING="dock:wire")
    )
    assert said["prefect"]["ok"], said
    assert said["prefect sign-in"]["detail"] == "it asks for a sign-in"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:4200/api", True),
        ("http://localhost:4200/api", True),
        ("http://[::1]:4200/api", True),
        ("http://10.0.0.7:4200/api", False),
        ("http://prefect.example/api", False),
    ],
)
def test_loopback_is_told_from_what_others_reach(url: str, own: bool) -> None:
    assert prefect_seen.is_loopback(url) is own


def by_name(said: Said) -> dict[str, Any]:
    return {row["what"]: row for row in said.data}


def test_the_doctor_makes_nothing_in_a_fresh_folder(lone_town: Town) -> None:
    said = lone_town.dockwire("doctor")
    assert said.code == 0, said
    assert not (lone_town.folder / "state").exists()


def test_settings_that_cannot_be_understood_are_told_among_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKWIRE_LOG_LEVEL", "LOUD")
    settings, python = examine()
    assert (settings["ok"], settings["fixer"], python["ok"]) == (False, "engineer", True)
    assert "DOCKWIRE_LOG_LEVEL" in settings["detail"]


@pytest.mark.parametrize(
    ("there", "refusal", "ok", "words"),
    [
        ({}, "", None, "nothing is deployed"),
        ({"order-import": False}, "", False, "tracking-update/acme-us, ship-and-close/acme-us"),
        (PAUSED, "", False, "order-import/acme-us"),
        (PAUSED, "the 3PL has not answered", None, "until the 3PL approves the connection: order-import/acme-us"),
        (dict.fromkeys(PAUSED, False), "", True, "3 deployments"),
    ],
)  # fmt: skip
def test_deployments_are_all_there_and_none_is_paused(
    there: dict[str, bool], refusal: str, ok: bool | None, words: str
) -> None:
    found = schedules.judge_deployments(connection(), there, refusal=refusal)
    assert ("connection resume" in found.do) is (there is PAUSED and not refusal), found
    assert (found.ok, words in found.detail) == (ok, True), found


@pytest.mark.parametrize(
    ("ready", "consent", "approval", "ok", "detail", "do"),
    [
        ([], [], [], None, ["no connection is stored"], ["'dockwire apply FILE'"]),
        (["a"], [], [], True, ["1 connections are stored, all with deployments"], []),
        (["a", "b"], [], [], None, ["2 connections", "without deployments: b"], ["'dockwire deploy'"]),
        (["a"], ["c"], [], None, ["2 connections", "the seller's consent: c"], ["'dockwire consent url"]),
        (["a"], [], ["a"], None, ["the 3PL's approval: a"], ["'dockwire run onboarding NAME'"]),
        (["a", "b"], ["c"], ["b"], None, ["consent: c", "approval: b", "deployments: b"], ["consent url", "deploy'"]),
    ],
)  # fmt: skip
def test_a_connection_is_told_with_what_it_waits_for(
    ready: list[str],
    consent: list[str],
    approval: list[str],
    ok: bool | None,
    detail: list[str],
    do: list[str],
) -> None:
    found = schedules.judge_all(ready, {"a"}, consent, approval)
    assert found.ok is ok
    assert all(words in found.detail for words in detail), found
    assert all(words in found.do for words in do), found
    assert ("dockwire deploy" in found.do) is ("b" in ready)


def test_a_served_installation_is_told_with_what_stops_it(town: Town) -> None:
    stored(town)
    assert town.dockwire("deploy").code == 0
    pages = Pages(town)
    ours = pages.deployment("order-import/town-us")["id"]
    due = SystemClock().now() - timedelta(minutes=25)
    late = {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}
    pages.post(f"deployments/{ours}/create_flow_run", {"state": late})
    # A check does not make the ledger.
    assert town.dockwire("orders", "list").code == 0
    checked = by_name(town.dockwire("connection", "check", "town-us", "--json"))
    told = checked.pop("runs")
    assert [what for what, row in checked.items() if row["ok"] is False] == []
    assert "3 deployments" in checked["deployments"]["detail"]
    assert (told["ok"], told["fixer"]) == (False, "engineer")
    assert "a scheduled run waits since 2" in told["detail"]
    assert "dockwire up" in told["do"]

    (town.folder / "state" / KEY_FILE).write_text(Sealer.new_key())
    said = town.dockwire("doctor", "--json")
    assert said.code == 1
    found = by_name(said)
    assert [what for what, row in found.items() if row["ok"] is False] == ["ledger keys"]
    for what in ("ledger", "prefect", "prefect sign-in", "prefect analytics", "prefect pages", "connections"):
        assert found[what]["ok"] is True, found[what]
    assert "all with deployments" in found["connections"]["detail"]
