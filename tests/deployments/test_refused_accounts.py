"""Accounts that Amazon or the warehouse refuses are told with the way out; nothing is left half-done."""

import pytest

from dockwire.simulators.amazon.accounts import Role
from tests.deployments.pages import Pages
from tests.deployments.refusing import imported, nothing_happened, refused, stored
from tests.deployments.town import SELLER, Town


def test_a_fresh_prefect_server_has_no_connections_and_says_how_to_get_some(town: Town) -> None:
    said = town.dockwire("run", "order-import", "nobody-us")
    refused(said, "nobody-us", "dockwire apply")
    refused(town.dockwire("orders", "list", "--state", "odd"), "state", code=2)


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


def test_a_refused_file_leaves_what_was_stored_before_as_it_was(town: Town) -> None:
    stored(town, name="kept-us")
    before = town.dockwire("connection", "list", "--json").data
    refused(
        town.dockwire("apply", str(town.connections("new-us", customer="customer_id = 0.5"))),
        "new-us",
    )
    assert town.dockwire("connection", "list", "--json").data == before
