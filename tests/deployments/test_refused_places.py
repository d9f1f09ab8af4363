"""Places and ledgers that cannot be used are told in one sentence; what is right imports."""

import pytest

from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.refusing import imported, nothing_happened, refused, stored
from tests.deployments.town import Town


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


def test_what_is_right_imports(town: Town) -> None:
    stored(town)
    checked = town.dockwire("connection", "check", "town-us")
    assert checked.code == 0, checked
    said = imported(town)
    assert said.code == 0, said
    assert "created" in said.out
    assert len(town.warehouse.read(IN_PROCESS, read_state)["orders"]) > 3


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
