"""A connections file is checked whole, and every mistake is named by file, table and field."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks import AmazonApplication, AmazonSellerAccount, MarketplaceConnection
from deployments.connections_file import ConnectionsFile
from deployments.connections_sections import Entry
from dockwire.errors import ConsentNeeded, SettingsError
from dockwire.model.connection import Connection
from dockwire.model.consent import ClientSecret

ENVIRONMENT = {
    "SELLER_SECRET": "s3cret",
    "SELLER_TOKEN": "Atzr|token",
    "WMS_SECRET": "w4rehouse",
    "EMPTY": "",
    "MWS_TOKEN": "amzn.mws.0123-4567",
}

TEXT = """
[sellers.acme-na]
application_id = "amzn1.sp.solution.acme"
client_id      = "amzn1.application-oa2-client.acme"
client_secret  = { env = "SELLER_SECRET" }
refresh_token  = { env = "SELLER_TOKEN" }
seller_id      = "A2EXAMPLE"
region         = "NA"

[warehouses.main]
base_url      = "https://warehouse.example"
client_id     = "rest"
client_secret = { env = "WMS_SECRET" }
user_login    = "dockwire"

[mail.office]
smtp_server = "smtp.example.com"

[connections.acme-us]
seller       = "acme-na"
warehouse    = "main"
mail         = "office"
marketplace  = "US"
customer_id  = 17
facility_id  = 1
import_since = 2026-11-01T00:00:00Z
sku_map      = { "RED-S" = "1001" }

[connections.acme-us.ship_methods]
STANDARD  = { carrier = "UPS", service = "03", scac = "UPSN" }

[connections.acme-us.contacts]
orders_held = ["engineer@example.com"]
"""


def read(folder: Path, text: str = TEXT, **known: Any) -> dict[str, Entry]:
    path = folder / "connections.toml"
    path.write_text(text)
    return {entry.place: entry for entry in ConnectionsFile(path).entries(ENVIRONMENT, **known)}


def connection_of(entries: dict[str, Entry], name: str) -> Connection:
    block = entries[f"connections.{name}"].block
    assert isinstance(block, MarketplaceConnection)
    return block.connection(name)


def test_a_whole_file_becomes_blocks_with_secrets_from_the_environment(tmp_path: Path) -> None:
    entries = read(tmp_path)
    block = entries["connections.acme-us"].block
    assert isinstance(block, MarketplaceConnection)
    assert block.seller_account.refresh_token == SecretStr("Atzr|token")
    assert block.warehouse_name == "main"
    assert block.mail_server is not None
    connection = connection_of(entries, "acme-us")
    assert (connection.customer_id, connection.marketplace_code) == (17, "US")
    assert connection.sku_map == {"RED-S": "1001"}
    assert connection.contacts.orders_held.to == ("engineer@example.com",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"US"', '"XX"', ["connections.acme-us", "marketplace: ", "XX"]),
        ('"US"', '"DE"', ["connections.acme-us", "DE", "region EU", "region NA"]),
        ('"NA"', '"MOON"', ["sellers.acme-na", "region"]),
        ("customer_id  = 17", 'customer_id = "one"', ["connections.acme-us", "customer_id"]),
        ("customer_id  = 17", "", ["connections.acme-us", "customer_id", "required"]),
        ("customer_id  = 17", "customer_id = -3", ["connections.acme-us", "customer_id"]),
        ("2026-11-01T00:00:00Z", '"yesterday"', ["connections.acme-us", "import_since"]),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00", ["connections.acme-us", "import_since", "time zone"]),
        ('warehouse    = "main"', 'warehouse = "there"', ["connections.acme-us.warehouse", "there", "main"]),
        ('seller       = "acme-na"', "", ["connections.acme-us.seller", "acme-na"]),
        ('seller       = "acme-na"', 'selller = "acme-na"', ["acme-us.selller", "did you mean seller?"]),
        ('mail         = "office"', 'mail = "home"', ["connections.acme-us.mail", "home", "office"]),
        ('{ env = "SELLER_SECRET" }', '"hush"', ["sellers.acme-na.client_secret", "{ env ="]),
        ('"SELLER_TOKEN"', '"ELSEWHERE"', ["sellers.acme-na.refresh_token", "ELSEWHERE", "not set"]),
        ("facility_id  = 1", "facility = 1", ["connections.acme-us.facility: ", "not known", "facility_id"]),
        ('carrier = "UPS"', 'carrier = ""', ["connections.acme-us", "ship_methods", "carrier"]),
        ('scac = "UPSN"', 'scac = "U"', ["connections.acme-us", "ship_methods", "scac"]),
        ("engineer@example.com", "engineer", ["connections.acme-us", "orders_held"]),
        ('"https://warehouse.example"', '"warehouse.example"', ["warehouses.main", "base_url"]),
        ('"WMS_SECRET"', '"EMPTY"', ["warehouses.main", "client_secret"]),
        (
            '"SELLER_TOKEN"',
            '"MWS_TOKEN"',
            ["sellers.acme-na", "refresh_token", "MWS auth token", "authorise"],
        ),
        ("[mail.office]", "[post.office]", ["post", "known"]),
        ("[connections.acme-us]", "[connections.'Acme US!']", ["Acme US!"]),
        ("[sellers.acme-na]", "sellers = 5\n[elsewhere]", ["sellers"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in TEXT
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, TEXT.replace(old, new))
    for word in ["connections.toml:", *words]:
        assert word in str(refusal.value)
    for secret in ("hush", *filter(None, ENVIRONMENT.values())):
        assert secret not in str(refusal.value)


def test_all_mistakes_are_told_at_once_each_on_its_line(tmp_path: Path) -> None:
    text = TEXT
    for old, new in [
        ('"SELLER_TOKEN"', '"ELSEWHERE"'),
        ('"https://warehouse.example"', '"warehouse.example"'),
        ("smtp_server =", "smtp_sever ="),
        ("customer_id  = 17", "customer_id  = -3"),
        ("facility_id  = 1\n", ""),
        ('"engineer@example.com"', '\n  "clerk@example.com",\n  "engineer",\n'),
    ]:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, text)
    lines = text.splitlines()
    told = [mistake.removeprefix(f"{tmp_path}/").split(": ") for mistake in str(refusal.value).splitlines()]
    assert [(place, lines[int(file.partition(":")[2]) - 1].split()[0]) for file, place, *_ in told] == [
        ("sellers.acme-na.refresh_token", "refresh_token"),
        ("warehouses.main.base_url", "base_url"),
        # The server's name has a default.
        ("mail.office.smtp_sever", "smtp_sever"),
        ("connections.acme-us.facility_id", "[connections.acme-us]"),
        ("connections.acme-us.customer_id", "customer_id"),
        ("connections.acme-us.contacts.orders_held.1", '"engineer",'),
    ]


TENTH = """
[connections.acme-ca]
like        = "acme-us"
marketplace = "CA"
"""


def test_a_further_marketplace_takes_three_lines(tmp_path: Path) -> None:
    entries = read(tmp_path, TEXT + TENTH)
    first, second = (connection_of(entries, name) for name in ("acme-us", "acme-ca"))
    same = second.model_copy(update={"slug": "acme-us", "marketplace_code": "US"})
    assert (second.marketplace_code, same) == ("CA", first)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # What is inherited is wrong once, where it stands.
        ("customer_id  = 17", "customer_id  = -3", ["connections.acme-us.customer_id"]),
        ('like        = "acme-us"', 'like = "acme"', ["connections.acme-ca.like", "acme is no connection"]),
        ('marketplace  = "US"', 'marketplace = "US"\nlike = "acme-ca"', [".like", "back to itself"]),
        ('"CA"', '"US"', ["connections.acme-ca.marketplace", "US", "acme-us"]),
        ("base_url      =", 'like = "x"\nbase_url =', ["warehouses.main.like", "not known"]),
    ],
)
def test_a_mistake_in_what_is_alike_is_told(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in TEXT + TENTH
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, (TEXT + TENTH).replace(old, new, 1))
    told = str(refusal.value).splitlines()
    assert all(word in told[0] for word in words)
    assert len({line for line in told if words[0] in line}) == len(told)


VAULT = {"secret/acme": {"value": "s3cret"}, "amazon-seller-account/old": {"refresh_token": "Atzr|token"}}


def test_secrets_come_from_stored_blocks_too(tmp_path: Path) -> None:
    text = TEXT.replace('{ env = "SELLER_SECRET" }', '{ block = "secret/acme" }')
    text = text.replace('{ env = "SELLER_TOKEN" }', '{ block = "amazon-seller-account/old" }')
    assert read(tmp_path, text, vault=VAULT)["sellers.acme-na"] == read(tmp_path)["sellers.acme-na"]
    assert ConnectionsFile(tmp_path / "connections.toml").blocks_referred_to() == set()
    (tmp_path / "connections.toml").write_text(text)
    assert ConnectionsFile(tmp_path / "connections.toml").blocks_referred_to() == set(VAULT)
    with pytest.raises(
        SettingsError, match=r":5: sellers.acme-na.client_secret: there is no block secret/acme"
    ):
        read(tmp_path, text)
    with pytest.raises(SettingsError, match="the block amazon-seller-account/old has no refresh_token"):
        read(tmp_path, text, vault=VAULT | {"amazon-seller-account/old": {}})


APPLICATION = """
[applications.house]
application_id = "amzn1.sp.solution.house"
client_id      = "amzn1.application-oa2-client.house"
client_secret  = { env = "SELLER_SECRET" }
redirect_uri   = "http://127.0.0.1:8765/callback"
draft          = true
regions        = ["NA"]
secret_changed = 2026-10-01
"""

NAMED = """
[sellers.acme-na]
application = "house"
region      = "NA"
"""


def named(text: str = TEXT, seller: str = NAMED, application: str = APPLICATION) -> str:
    """Return the file with an application of its own and a seller who has not consented yet."""
    return application + seller + "[warehouses.main]" + text.partition("[warehouses.main]")[2]


def test_a_seller_may_name_an_application_and_wait_for_consent(tmp_path: Path) -> None:
    connection = read(tmp_path, named())["connections.acme-us"].block
    assert isinstance(connection, MarketplaceConnection)
    seller = connection.seller_account
    assert isinstance(seller.application, AmazonApplication)
    assert seller.application.secret_changed == date(2026, 10, 1)
    house = "amzn1.sp.solution.house"
    assert seller.dated_secret() == ClientSecret(house, house, date(2026, 10, 1))
    assert (seller.acting_application, seller.waits) == ("amzn1.sp.solution.house", True)
    # Everything that can be checked was, and it is no connection yet.
    for use in (seller.access, lambda: connection.connection("acme-us")):
        with pytest.raises(ConsentNeeded, match="'dockwire consent receive"):
            use()
    known = NAMED + 'seller_id = "A1"\nrefresh_token = { env = "SELLER_TOKEN" }\n'
    entries = read(tmp_path, named(seller=known))
    whole = entries["connections.acme-us"].block
    assert isinstance(whole, MarketplaceConnection)
    assert whole.connection("acme-us").secret_changed == date(2026, 10, 1), "the status tells when it ends"
    consented = entries["sellers.acme-na"].block
    assert isinstance(consented, AmazonSellerAccount)
    access = consented.access()
    assert (access.application_id, access.seller_id) == ("amzn1.sp.solution.house", "A1")
    assert access.client_secret == SecretStr("s3cret")


ELSEWHERE = NAMED.replace('"NA"', '"EU"')
OF_A1 = NAMED + 'seller_id = "A1"\n'
TWIN = '\n[connections.twin-us]\nlike = "acme-us"\nseller = "twin-na"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (named(seller=NAMED.replace("house", "home")), ["sellers.acme-na.application", "home", "house"]),
        (named(seller=NAMED + 'client_id = "c"\n'), ["sellers.acme-na", "either application"]),
        (named(seller='[sellers.acme-na]\nregion = "NA"\n'), ["sellers.acme-na", "either application"]),
        (
            named(seller=ELSEWHERE),
            ["sellers.acme-na.application", "region EU", "house does not serve", "make an app"],
        ),
        (
            named(seller=ELSEWHERE) + APPLICATION.replace("house", "europe").replace('["NA"]', '["EU"]'),
            ["sellers.acme-na", "house does not serve", "name application europe"],
        ),
        (named(application=APPLICATION.replace('["NA"]', "[]")), ["applications.house.regions"]),
        (
            named(application=APPLICATION.replace("callback", "call#back")),
            ["applications.house.redirect_uri", "MD5110"],
        ),
        (
            named(application=APPLICATION.replace('{ env = "SELLER_SECRET" }', '"hush"')),
            ["applications.house.client_secret", "{ env ="],
        ),
        (
            named(seller=NAMED + 'refresh_token = { env = "MWS_TOKEN" }\n'),
            ["sellers.acme-na.refresh_token", "MWS auth token", "authorise"],
        ),
        (
            named(TEXT.replace("customer_id  = 17", "customer_id = -3")),
            ["connections.acme-us.customer_id"],
        ),
        (named(TEXT.replace('"US"', '"DE"')), ["connections.acme-us.marketplace", "DE", "region NA"]),
        (
            named(seller=OF_A1 + OF_A1.replace("acme-na", "twin-na")) + TWIN,
            ["connections.twin-us.marketplace", "US of this seller has a connection already: acme-us"],
        ),
    ],
)
def test_a_mistake_about_an_application_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, text)
    for word in ["connections.toml:", *words]:
        assert word in str(refusal.value)
    # Nor does a seller repeat what is wrong with its application, or a connection what is wrong with its seller.
    assert len(str(refusal.value).splitlines()) == 1
    for secret in ("hush", *filter(None, ENVIRONMENT.values())):
        assert secret not in str(refusal.value)


def test_a_file_without_connections_is_a_file_of_accounts(tmp_path: Path) -> None:
    entries = read(tmp_path, TEXT.partition("[connections.acme-us]")[0])
    assert list(entries) == ["sellers.acme-na", "warehouses.main", "mail.office"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe", "not TOML"), (b"\n[sellers", ":2: not TOML"), (b"a = 1\na = 2\n", ":2: not TOML")],
)
def test_what_is_no_toml_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "connections.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        ConnectionsFile(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        ConnectionsFile(tmp_path)
