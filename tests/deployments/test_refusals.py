"""What is wrong is said in one sentence that names the way out; nothing is left half-done."""

import sqlite3

import pytest

from dockwire.simulators.amazon.accounts import Role
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.pages import Pages
from tests.deployments.town import SELLER, Said, Town


def refused(said: Said, *words: str, code: int = 1) -> None:
    """Check that a command was refused in a sentence with these words and without a traceback."""
    assert said.code == code, said
    told = " ".join(said.err.split())
    for word in words:
        assert word in told
    assert "Traceback" not in said.out + said.err
    assert 'File "' not in said.out + said.err


def nothing_happened(town: Town) -> None:
    """Check that the warehouse has no order and the ledger none under way."""
    assert town.warehouse.read(IN_PROCESS, read_state)["orders"] == []
    ledger = town.folder / "state" / "ledger.db"
    if ledger.exists():
        with sqlite3.connect(ledger) as book:
            assert book.execute("SELECT count(*) FROM orders WHERE state = 'claimed'").fetchone() == (0,)


def stored(town: Town, name: str = "town-us", **replaced: str) -> None:
    said = town.dockwire("apply", str(town.connections(name, **replaced)))
    assert said.code == 0, said


def imported(town: Town, **environment: str) -> Said:
    return town.dockwire("run", "order-import", "town-us", **environment)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DOCKWIRE_WAREHOUSE_CONNECTIONS", "many"),
        ("DOCKWIRE_WAREHOUSE_CONNECTIONS", "0"),
        ("DOCKWIRE_QUOTA_WAIT_SECONDS", "-1"),
        ("DOCKWIRE_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(town: Town, variable: str, value: str) -> None:
    refused(town.dockwire("connection", "list", **{variable: value}), variable)


def test_a_refused_file_leaves_what_was_stored_before_as_it_was(town: Town) -> None:
    stored(town, name="kept-us")
    before = town.dockwire("connection", "list", "--json").data
    refused(town.dockwire("apply", str(town.connections("new-us", customer="customer_id = 0.5"))), "new-us")
    assert town.dockwire("connection", "list", "--json").data == before


def test_a_file_that_is_none_is_named(town: Town) -> None:
    refused(town.dockwire("apply", "nowhere.toml"), "nowhere.toml", "No such file")
    (town.folder / "odd.toml").write_text("[sellers\n")
    refused(town.dockwire("apply", "odd.toml"), "odd.toml", "not TOML")


def test_an_unknown_option_is_misuse_and_not_a_failure(town: Town) -> None:
    assert town.dockwire("apply").code == 2
    assert town.dockwire("run", "order-import", "town-us", "--fast").code == 2


def test_a_fresh_prefect_server_has_no_connections_and_says_how_to_get_some(town: Town) -> None:
    said = town.dockwire("run", "order-import", "nobody-us")
    refused(said, "nobody-us", "dockwire apply")
    refused(town.dockwire("orders", "list", "--state", "odd"), "state", code=2)


def test_a_prefect_server_that_does_not_answer_is_named(town: Town) -> None:
    for words in (["connection", "list"], ["deploy"], ["run", "order-import", "town-us"], ["up"]):
        said = town.dockwire(*words, PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES="0")
        refused(said, "Prefect", "http://127.0.0.1:9/api")


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("SELLER_SECRET", ["client id and secret"]),
        ("SELLER_TOKEN", ["authorise"]),
        ("WMS_SECRET", ["warehouse", "client_id, client_secret"]),
    ],
)
def test_credentials_that_are_refused_are_told_and_nothing_is_imported(
    town: Town, variable: str, words: list[str]
) -> None:
    said = town.dockwire("apply", str(town.connections()), **{variable: "guessed-wrongly"})
    assert said.code == 0
    said = imported(town)
    refused(said, *words)
    assert "guessed-wrongly" not in said.out + said.err
    nothing_happened(town)


def test_consent_that_the_seller_took_back_is_told(town: Town) -> None:
    stored(town)
    town.world.sellers[SELLER].consent = False
    refused(imported(town), "authorise the application again", "refresh token")
    # The terminal tells it once; Prefect's pages have every line of the run.
    logged = Pages(town).post("logs/filter", {"logs": {"level": {"ge_": 40}}})
    assert any("refresh token" in line["message"] for line in logged)
    nothing_happened(town)


def test_a_role_without_personal_data_is_told_and_the_orders_wait(town: Town) -> None:
    stored(town)
    town.world.application.roles = {Role.ORDER_TRACKING}
    refused(imported(town), "personal-data role", "held")
    nothing_happened(town)


@pytest.mark.parametrize(
    ("replaced", "words"),
    [
        ({"customer": "customer_id = 88"}, ["customer_id 88", "1 (Harbour Goods)"]),
        ({"facility": "facility_id = 88"}, ["facility_id 88", "1 (Dock One)"]),
    ],
)
def test_a_place_that_the_warehouse_does_not_know_is_told_with_those_it_knows(
    town: Town, replaced: dict[str, str], words: list[str]
) -> None:
    stored(town, **replaced)
    refused(imported(town), *words)
    nothing_happened(town)


def test_ship_methods_that_the_warehouse_cannot_carry_out_are_told_by_the_check(town: Town) -> None:
    file = town.connections()
    file.write_text(
        file.read_text().replace('carrier = "UPS", service = "03"', 'carrier = "UPX", service = "03"', 1)
    )
    assert town.dockwire("apply", str(file)).code == 0
    said = town.dockwire("connection", "check", "town-us", "--json")
    assert said.code != 0
    (told,) = [row["detail"] for row in said.data if row["ok"] is False]
    assert told == "STANDARD names the carrier 'UPX'; there are: Harbour Couriers, UPS"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://keeper:hush-hush@127.0.0.1:9/books", ["ledger", "does not answer"]),
        ("sqlite:////proc/nowhere/ledger.db", ["ledger"]),
        ("oracle://keeper:hush-hush@host/books", ["DOCKWIRE_LEDGER_URL"]),
        ("keeper:hush-hush", ["DOCKWIRE_LEDGER_URL"]),
    ],
    ids=["silent", "unwritable", "foreign", "no-address"],
)
def test_a_ledger_that_cannot_be_used_is_told_without_its_password(
    town: Town, url: str, words: list[str]
) -> None:
    stored(town)
    said = imported(town, DOCKWIRE_LEDGER_URL=url)
    refused(said, *words)
    assert "hush-hush" not in said.out + said.err
    nothing_happened(town)


def test_a_state_folder_that_cannot_be_written_is_named(town: Town) -> None:
    blocked = town.folder / "blocked"
    blocked.write_text("a file where a folder should be")
    refused(town.dockwire("orders", "list", DOCKWIRE_STATE_DIR=str(blocked / "state")), "blocked")


def test_what_is_right_imports(town: Town) -> None:
    stored(town)
    checked = town.dockwire("connection", "check", "town-us")
    assert checked.code == 0, checked
    said = imported(town)
    assert said.code == 0, said
    assert "created" in said.out
    assert len(town.warehouse.read(IN_PROCESS, read_state)["orders"]) > 3
