"""A connection's check names each fault by itself, with the next step, and changes nothing."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import AuthResult
from prefect_email import EmailServerCredentials
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from deployments.checking.amazon import others
from deployments.checking.bench import impatient
from deployments.checking.connection import check_all
from deployments.checking.finding import failed
from deployments.checking.mail import mail, trial_mail
from dockwire.bootstrap import opened_desk, opened_ledger, order_import
from dockwire.faults.rules import Rule
from dockwire.mail.folder import keep_mail
from dockwire.model.marketplaces import Region
from dockwire.pacing import Pacer
from dockwire.simulators.amazon.accounts import Role
from dockwire.simulators.amazon.tokens import FOREIGN_REFRESH_TOKEN
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.town import SELLER
from tests.deployments.trying import Trial, opened_trial
from tests.stage import run_steps

Fault = Callable[[Trial], Any]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with opened_trial(tmp_path_factory.mktemp("trial")) as trial:
        yield trial


@pytest.fixture
def trial(servers: Trial, tmp_path: Path) -> Trial:
    """Give the running servers as they were at first, with a ledger that does not exist yet."""
    return servers.anew(tmp_path)


async def test_what_is_right_is_told_in_one_order_and_nothing_is_changed(trial: Trial) -> None:
    trial.set(stock_sync=True)
    before = trial.warehouse.read(IN_PROCESS, read_state)
    found = await trial.check()
    assert [what for what, each in found.items() if each.ok is not True] == ["ledger", "closing"]
    assert "is not there yet" in found["ledger"].detail
    assert found["warehouse sign-in"].detail == "the warehouse takes the credential, which sees 1 customer"
    assert not (trial.folder / "state").exists()
    assert list(found) == [
        "settings", "ledger", "amazon sign-in", "amazon", "personal data", "amazon listings", "amazon feeds",
        "warehouse sign-in", "warehouse", "warehouse orders", "items", "ship methods", "warehouse stock",
        "closing", "clock", "mail",
    ]  # fmt: skip
    asked = {(entry.method, entry.operation) for entry in trial.world.journal.entries}
    assert {operation for method, operation in asked if method != "GET"} == {"token"}
    assert {line for line in trial.journal if not line.startswith("GET")} == {"POST /AuthServer/api/Token"}
    assert trial.warehouse.read(IN_PROCESS, read_state) == before


def _participation(*, participating: bool = True, suspended: bool = False) -> Fault:
    def change(trial: Trial) -> None:
        standing = trial.world.sellers[SELLER].participations["US"]
        standing.participating, standing.suspended = participating, suspended

    return change


def _roles(trial: Trial) -> None:
    trial.world.application.roles = {Role.ORDER_TRACKING}


def _revoked(trial: Trial) -> None:
    trial.world.sellers[SELLER].consent = False


def _shifted(trial: Trial) -> None:
    trial.clock.shift = timedelta(seconds=45)


def _renamed_sku(trial: Trial) -> None:
    trial.set(sku_map={"ANY": "NOT-THERE"})


def _german_host(trial: Trial) -> None:
    trial.region("EU")
    trial.set(marketplace="DE")


def _german_account(trial: Trial) -> None:
    trial.seller(region=Region.EU)
    trial.set(marketplace="DE")


FAULTS: list[tuple[str, Fault, str, str, str, str]] = [
    ("wrong secret", lambda trial: trial.seller(client_secret=SecretStr("guessed-wrongly")), "amazon sign-in",
     "does not accept the client id and secret", "developer console", "engineer"),
    ("revoked", _revoked, "amazon sign-in", "the seller took the consent back", "Seller Central", "merchant"),
    ("of another application", lambda trial: trial.seller(refresh_token=SecretStr(FOREIGN_REFRESH_TOKEN)),
     "amazon sign-in", "given to another application", "the application that the seller authorised", "engineer"),
    ("wrong host", _german_host, "amazon sign-in",
     "the refresh token is of region NA, and the seller account says EU", 'region = "NA"', "engineer"),
    ("no right at all", lambda trial: trial.denied("GET", "^/(na/)?(sellers|orders)"), "amazon sign-in",
     "gives a token and then denies the call", "roles and secret", "engineer"),
    ("wrong region", _german_account, "amazon",
     "consent is of another region: DE lies in region EU, and the seller account has US, CA, MX, BR",
     "sellercentral-europe.amazon.com", "engineer"),
    ("not there", lambda trial: trial.world.sellers[SELLER].participations.pop("US"), "amazon",
     "has no marketplace US; it has: CA, MX, BR", "correct the connection's marketplace", "engineer"),
    ("not taking part", _participation(participating=False), "amazon", "does not sell on US",
     "sellercentral.amazon.com", "merchant"),
    ("suspended", _participation(suspended=True), "amazon", "are suspended", "Account Health", "merchant"),
    ("no role", _roles, "personal data", "without its address", "consent given after it", "engineer"),
    ("no listings", lambda trial: trial.denied("GET", "^/listings"), "amazon listings", "Product Listing",
     "add the role", "engineer"),
    ("no feeds", lambda trial: trial.denied("GET", "^/feeds"), "amazon feeds", "denies access to feeds",
     "add the role", "engineer"),
    ("wrong credential", lambda trial: trial.house(client_secret=SecretStr("guessed-wrongly")),
     "warehouse sign-in", "does not accept the credential", "Manage Credentials", "engineer"),
    ("no orders", lambda trial: trial.denied("GET", "^/orders", at="warehouse"), "warehouse orders",
     "lacks the role OrderView", "Manage Credentials", "engineer"),
    ("no stock", lambda trial: trial.denied("GET", "^/inventory", at="warehouse"), "warehouse stock",
     "lacks the role InventoryDetailView", "Manage Credentials", "engineer"),
    ("no customer", lambda trial: trial.set(customer_id=88), "warehouse", "there are: 1 (Harbour Goods)",
     "correct the connection", "engineer"),
    ("no facility", lambda trial: trial.set(facility_id=88), "warehouse", "there are: 1 (Dock One)",
     "correct the connection", "engineer"),
    ("no item", _renamed_sku, "items", "NOT-THERE", "connections file", "engineer"),
    ("clock ahead", _shifted, "clock", "this machine is 45 s ahead of Amazon", "NTP", "engineer"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "what", "detail", "do", "fixer"),
    [case[1:] for case in FAULTS],
    ids=[case[0] for case in FAULTS],
)
async def test_a_fault_is_named_alone_with_the_way_out(
    trial: Trial, fault: Fault, what: str, detail: str, do: str, fixer: str
) -> None:
    trial.set(stock_sync=True)
    fault(trial)
    found = await trial.check()
    bad = {name: each for name, each in found.items() if each.ok is False}
    assert list(bad) == [what], bad
    assert detail in bad[what].detail
    assert do in bad[what].do
    assert bad[what].fixer == fixer
    assert "guessed-wrongly" not in str(found)


def asked(trial: Trial) -> list[str]:
    """Return the operations that Amazon was asked for since the last call, sign-ins apart."""
    told = [
        entry.operation
        for entry in trial.world.journal.entries
        if entry.operation not in {"token", "unsupported"}
    ]
    trial.world.journal.entries.clear()
    return sorted(told)


async def imported(trial: Trial) -> None:
    """Let the ledger know Amazon's orders, as an import does."""
    connection = trial.block.connection("trial-us")
    async with opened_desk(
        connection,
        amazon=trial.block.seller_account.access(),
        warehouse=trial.block.warehouse.access("main"),
        settings=trial.settings,
        owner="test",
    ) as desk:
        await run_steps(order_import(desk, trial.settings))


async def test_an_order_that_the_ledger_knows_is_looked_at_instead_of_searching(trial: Trial) -> None:
    await trial.check()
    assert asked(trial).count("searchOrders") == 1
    await imported(trial)
    asked(trial)
    assert (await trial.check())["personal data"].ok
    assert asked(trial) == ["getMarketplaceParticipations", "getOrder"]
    trial.world.application.roles = {Role.ORDER_TRACKING}
    missing = (await trial.check())["personal data"]
    assert (missing.ok, "searchOrders" in asked(trial)) == (False, False)
    # The order that is looked at has left: only another one can tell.
    for order in trial.world.orders:
        if order.body["fulfillment"]["fulfillmentStatus"] in {"UNSHIPPED", "PARTIALLY_SHIPPED"}:
            order.body["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
    left = (await trial.check())["personal data"]
    assert left.ok is None
    assert "first import" in left.do
    assert asked(trial).count("searchOrders") == 1


async def test_a_quota_that_is_used_up_is_told_and_not_waited_for(trial: Trial) -> None:
    async with opened_ledger(trial.settings) as ledger:
        account = trial.block.connection("trial-us").account
        pacer = Pacer(ledger, trial.clock)
        await pacer.penalise(account, "searchOrders")
    found = (await trial.check())["personal data"]
    assert found.ok is None
    assert "the quota for searching has none left for 1" in found.detail
    assert "searchOrders" not in asked(trial)


async def test_servers_that_say_nothing_are_told_and_hold_up_nothing_else(
    trial: Trial, mute_port: int
) -> None:
    hang = Rule(path="^/(sellers|customers)", effect={"kind": "hang"})
    trial.amazon_faults.replace([hang])
    trial.warehouse_faults.replace([hang])
    trial.set(mail_server=_mail_server(mute_port))
    found = await trial.check(at_most=4.0)
    bad = {name: each.detail for name, each in found.items() if each.ok is False}
    assert bad == dict.fromkeys(["amazon sign-in", "warehouse sign-in", "mail"], "no answer within 4 s")
    assert {name for name, each in found.items() if "comes first" in each.detail} == {
        "amazon", "personal data", "warehouse", "warehouse orders", "items", "ship methods",
    }  # fmt: skip
    assert found["ledger"].ok is None
    assert found["clock"].ok


def _mail_server(port: int, password: str = "") -> EmailServerCredentials:
    return EmailServerCredentials(
        smtp_server="127.0.0.1",
        smtp_type="INSECURE",
        smtp_port=port,
        username="dockwire" if password else None,
        password=SecretStr(password),
    )


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def test_without_a_ledger_the_rest_is_tried_all_the_same(trial: Trial) -> None:
    trial.ledger_url = "postgresql+psycopg://keeper:hush-hush@127.0.0.1:9/books"
    found = await trial.check()
    assert [what for what, each in found.items() if each.ok is False] == ["ledger"]
    assert found["personal data"].ok is None
    assert "hush-hush" not in str(found)
    assert "searchOrders" not in asked(trial)


async def test_a_ledger_of_an_older_dockwire_is_told_and_left_as_it_is(
    trial: Trial, database_url: str
) -> None:
    trial.ledger_url = database_url
    assert (await trial.check())["ledger"].ok is None
    async with opened_ledger(trial.settings):
        pass
    assert (await trial.check())["ledger"].ok
    engine = sa.create_engine(make_url(database_url))
    version = sa.text("SELECT version_num FROM ledger_schema")
    with engine.begin() as link:
        newest = link.scalar(version)
        link.execute(sa.text("UPDATE ledger_schema SET version_num = '0001'"))
        link.execute(sa.text("DROP TABLE approvals"))
    told = await trial.check()
    with engine.begin() as link:
        assert link.scalar(version) == "0001"
    engine.dispose()
    assert (told["ledger"].ok, newest in told["ledger"].detail) == (None, True)
    assert "back it up; the next command brings it up to date" in told["ledger"].do
    assert told["personal data"].detail == "not tried: 'ledger' comes first"


async def test_sibling_connections_ask_for_their_seller_account_once(trial: Trial) -> None:
    blocks = {
        "trial-us": trial.block,
        "trial-ca": trial.block.model_copy(update={"marketplace": "CA"}),
        "trial-br": trial.block.model_copy(update={"marketplace": "BR"}),
    }
    found = await check_all(blocks, settings=trial.settings, clock=trial.clock, prefect=False)
    assert [slug for slug, each in found.items() if failed(each)] == ["trial-br"]
    assert asked(trial).count("getMarketplaceParticipations") == 1


async def test_the_clock_of_a_postgresql_database_counts(trial: Trial, postgresql_url: str) -> None:
    trial.ledger_url = postgresql_url
    async with opened_ledger(trial.settings):
        pass
    assert "the ledger's database has the same time" in (await trial.check())["clock"].detail
    trial.clock.shift = -timedelta(minutes=6)
    told = (await trial.check())["clock"]
    assert told.ok is False
    assert "360 s behind the ledger's database" in told.detail
    assert "certificates" in told.detail


async def test_the_mail_server_is_signed_in_to_and_gets_a_trial_mail_when_asked_to(trial: Trial) -> None:
    words = {"right": True, "wrong": False}

    def knows(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=words[data.password.decode()], handled=False)

    connection = trial.block.connection("trial-us")
    server = keep_mail(trial.folder / "mail", authenticator=knows, auth_require_tls=False)
    try:
        for word, ok in words.items():
            trial.set(mail_server=_mail_server(server.port, word))
            found = await mail(trial.block, connection, None, trial.clock)
            assert found.ok is ok, found
        assert "user name or password" in found.detail
        assert not list((trial.folder / "mail").iterdir())
        trial.set(mail_server=_mail_server(server.port, "right"))
        trying = trial_mail(connection, "dock@example.com", trial.clock)
        assert (await mail(trial.block, connection, trying, trial.clock)).ok
        (kept,) = (trial.folder / "mail").iterdir()
        assert "a trial mail" in kept.read_text()
    finally:
        server.stop()


def test_the_other_regions_are_asked_only_where_the_address_names_a_region(trial: Trial) -> None:
    def hosts(**changes: str) -> dict[str, str]:
        trial.seller(**changes)
        return {region: there.base_url for region, there in others(trial.block.seller_account.access())}

    assert hosts(endpoint="") == {
        "EU": "https://sellingpartnerapi-eu.amazon.com",
        "FE": "https://sellingpartnerapi-fe.amazon.com",
    }
    assert hosts(endpoint="http://sim/na/") == {"EU": "http://sim/eu", "FE": "http://sim/fe"}
    assert hosts(endpoint="http://sim/nasa") == {}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://keeper:hush@host/books", "postgresql+psycopg://keeper:hush@host/books?connect_timeout=10"),
        ("postgresql+psycopg://host/books?connect_timeout=3", "postgresql+psycopg://host/books?connect_timeout=3"),
        ("sqlite:///books.db", "sqlite:///books.db"),
        ("keeper:hush", "keeper:hush"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_database_server_that_does_not_answer_is_given_up_after_seconds(url: str, told: str) -> None:
    assert impatient(url) == told
