"""Settings, files, words and a Prefect that make no sense are named in one sentence with the way out."""

import pytest

from tests.deployments.refusing import refused
from tests.deployments.town import Town


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DOCKWIRE_WAREHOUSE_CONNECTIONS", "many"),
        ("DOCKWIRE_WAREHOUSE_CONNECTIONS", "0"),
        ("DOCKWIRE_QUOTA_WAIT_SECONDS", "-1"),
        ("DOCKWIRE_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(resting_town: Town, variable: str, value: str) -> None:
    refused(resting_town.dockwire("connection", "list", **{variable: value}), variable)


def test_a_file_that_is_none_is_named(resting_town: Town) -> None:
    refused(resting_town.dockwire("apply", "nowhere.toml"), "nowhere.toml", "No such file")
    (resting_town.folder / "odd.toml").write_text("[sellers\n")
    refused(resting_town.dockwire("apply", "odd.toml"), "odd.toml", "not TOML")


def test_an_unknown_option_is_misuse_and_not_a_failure(resting_town: Town) -> None:
    assert resting_town.dockwire("apply").code == 2
    assert resting_town.dockwire("run", "order-import", "town-us", "--fast").code == 2


def test_a_prefect_server_that_does_not_answer_is_named(resting_town: Town) -> None:
    for words in (["connection", "list"], ["deploy"], ["run", "order-import", "town-us"], ["up"]):
        said = resting_town.dockwire(
            *words, PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES="0"
        )
        refused(said, "Prefect", "http://127.0.0.1:9/api")


def test_a_state_folder_that_cannot_be_written_is_named(resting_town: Town) -> None:
    blocked = resting_town.folder / "blocked"
    blocked.write_text("a file where a folder should be")
    refused(resting_town.dockwire("orders", "list", DOCKWIRE_STATE_DIR=str(blocked / "state")), "blocked")
