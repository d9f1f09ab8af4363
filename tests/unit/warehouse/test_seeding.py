"""Seeds: complete, repeatable, and precise about what is wrong."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import pytest

from dockwire.warehouse import SeedError, Warehouse, load_seed
from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.signing_in import TokenRequest
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS, ROLES
from tests.unit.warehouse.houses import CREDENTIALS, SEED, line, open_house, order


def _stock(house: Warehouse) -> dict[str, tuple[float, float]]:
    rows = house.read(IN_PROCESS, read_state)["stock"]
    return {f"{row['customerId']} {row['sku']}": (row["received"], row["allocated"]) for row in rows}


def test_a_seed_tells_how_much_it_held_and_doing_it_again_changes_nothing(house: Warehouse) -> None:
    house.create_order(IN_PROCESS, order("R-1", line("MUG", 3)))
    before = house.read(IN_PROCESS, read_state)
    items = house.items(IN_PROCESS, 11, Parameters({})).entries
    assert load_seed(house, SEED) == {"facilities": 2, "customers": 2, "items": 5, "receipts": 3}
    assert house.read(IN_PROCESS, read_state) == before
    assert house.items(IN_PROCESS, 11, Parameters({})).entries == items


def test_a_changed_seed_changes_what_it_names_and_nothing_else(house: Warehouse) -> None:
    changed = {
        "customers": [{"name": "Acme", "external_id": "A-1", "facilities": ["Hamburg"]}],
        "items": [
            {"customer": "Acme", "sku": "OLD", "active": True},
            {"customer": "Acme", "sku": "SET", "kit": [{"sku": "TEA", "qty": 3}]},
        ],
        "receipts": [
            {"customer": "Acme", "facility": "Reno", "reference": "IN-1", "sku": "MUG", "qty": 99},
            {"customer": "Acme", "facility": "Reno", "reference": "IN-8", "sku": "MUG", "qty": 1},
        ],
    }
    load_seed(house, changed)
    customer, _ = house.customer(IN_PROCESS, 11)
    assert (customer["externalId"], [f["name"] for f in customer["facilities"]]) == ("A-1", ["Hamburg"])
    items = {item["sku"]: item for item in house.items(IN_PROCESS, 11, Parameters({})).entries}
    assert not items["OLD"]["readOnly"]["deactivated"]
    assert [part["itemIdentifier"]["sku"] for part in items["SET"]["kit"]["components"]] == ["TEA"]
    # A receipt that was booked is not booked again, whatever its quantity says now.
    rows = house.read(IN_PROCESS, read_state)["stock"]
    assert [row["received"] for row in rows if row["sku"] == "MUG" and row["customerId"] == 11] == [10, 1]


def test_rows_without_numbers_get_ones_that_no_seed_has_taken(database_url: str) -> None:
    house = open_house(database_url)
    load_seed(
        house,
        {
            "facilities": [{"name": "Tulsa", "time_zone": "America/Chicago"}],
            "customers": [{"name": "Cedar", "facilities": ["Tulsa"]}],
        },
    )
    (tulsa,) = house.facilities(IN_PROCESS, Parameters({"customerid": "13"})).entries
    assert (tulsa["facilityId"], tulsa["timeZoneName"]) == (5, "Central Standard Time")
    house.close()


def test_two_who_seed_at_once_seed_once(database_url: str) -> None:
    houses = [open_house(database_url, seed=False) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: load_seed(houses[n % 2], SEED), range(4)))
    assert _stock(houses[0]) == {"11 MUG": (10, 0), "11 TEA": (4, 0), "12 MUG": (5, 0)}
    for house in houses:
        house.close()


def test_a_secret_is_kept_unreadable_and_can_be_changed(house: Warehouse) -> None:
    load_seed(house, CREDENTIALS)
    kept = house._database.read(lambda link: link.exec_driver_sql("SELECT * FROM credentials").all())
    load_seed(house, CREDENTIALS)
    assert house._database.read(lambda link: link.exec_driver_sql("SELECT * FROM credentials").all()) == kept
    assert not {"s1", "s2"} & {str(value) for row in kept for value in row}
    row = CREDENTIALS["credentials"][0]
    load_seed(house, {"credentials": [row | {"client_secret": "new"}]})
    request = TokenRequest("all", "new", "client_credentials", user_login="integration")
    assert house.sign_in(request)


WRONG: dict[str, tuple[str, int, dict[str, Any], str]] = {
    "zone": ("facilities", 1, {"time_zone": "Reno"}, "facilities, row 1, time_zone: "),
    "name": ("facilities", 2, {"name": ""}, "facilities, row 2, name: "),
    "taken": ("facilities", 2, {"name": "Tulsa", "id": 3}, "facilities, row 2, id: belongs to"),
    "moved": ("facilities", 1, {"id": 8}, "facilities, row 1, id: is 3 already"),
    "unknown field": ("customers", 1, {"sized": 1}, "customers, row 1, sized: "),
    "facility": (
        "customers",
        2,
        {"facilities": ["Mars"]},
        "customers, row 2, facilities: there is no 'Mars'",
    ),
    "customer": ("items", 3, {"customer": "Nix"}, "items, row 3, customer: there is no 'Nix'"),
    "component": ("items", 3, {"kit": [{"sku": "X", "qty": 1}]}, "items, row 3, kit: the customer has no"),
    "component qty": ("items", 3, {"kit": [{"sku": "X", "qty": 0}]}, "items, row 3, kit.0.qty: "),
    "own part": ("items", 3, {"kit": [{"sku": "SET", "qty": 1}]}, "items, row 3, kit: a kit cannot"),
    "quantity": ("receipts", 2, {"qty": 0.00001}, "receipts, row 2, qty: "),
    "sku": ("receipts", 3, {"sku": "TEA"}, "receipts, row 3, sku: the customer has no item 'TEA'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_unusable_row_is_named_and_nothing_of_the_seed_is_kept(house: Warehouse, name: str) -> None:
    table, row, changes, told = WRONG[name]
    seed = deepcopy(SEED)
    seed["receipts"].append(
        {"customer": "Acme", "facility": "Reno", "reference": "IN-5", "sku": "TEA", "qty": 1}
    )
    seed[table][row - 1].update(changes)
    before = house.read(IN_PROCESS, read_state)
    with pytest.raises(SeedError) as caught:
        load_seed(house, seed)
    assert str(caught.value).startswith(told)
    assert house.read(IN_PROCESS, read_state) == before


def test_a_wrong_credential_is_told_without_its_secret(house: Warehouse) -> None:
    row = {"client_id": "x", "client_secret": {"do not": "tell"}, "user_login": "u"}
    with pytest.raises(SeedError) as caught:
        load_seed(house, {"credentials": [row]})
    assert str(caught.value).startswith("credentials, row 1, client_secret: ")
    assert "tell" not in str(caught.value)
    twice = [
        {"client_id": name, "client_secret": "s", "user_login": "u", "user_login_id": 5} for name in "ab"
    ]
    with pytest.raises(SeedError, match="credentials, row 2, user_login_id: belongs to another"):
        load_seed(house, {"credentials": twice})


def test_a_role_that_does_not_exist_is_told_with_those_that_do(house: Warehouse) -> None:
    row = {"client_id": "x", "client_secret": "s", "user_login": "u", "roles": ["OrderView", "OrderConfrim"]}
    with pytest.raises(SeedError) as caught:
        load_seed(house, {"credentials": [row]})
    told = str(caught.value)
    assert told.startswith("credentials, row 1, roles.1: ")
    assert "did you mean OrderConfirm?" in told
    assert "ReceiverEdit" in told
    load_seed(house, {"credentials": [row | {"roles": list(ROLES)}]})


@pytest.mark.parametrize("data", [{"item": []}, {"items": {"sku": "x"}}, {"items": ["x"]}])
def test_a_table_that_does_not_exist_is_named(house: Warehouse, data: dict[str, Any]) -> None:
    with pytest.raises(SeedError, match=r"^item"):
        load_seed(house, data)
