"""The flow as Prefect runs it: real blocks, real servers on loopback, a real mail server."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.client.schemas.objects import State
from prefect_email import EmailServerCredentials
from pydantic import SecretStr

from blocks import AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from dockwire.clock import SystemClock
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.mail.folder import keep_mail
from dockwire.model.connection import Contacts, ShipMethod
from dockwire.model.marketplaces import Region
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World, build_app
from dockwire.simulators.amazon.accounts import Role
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from flows.order_import import order_import
from tests.servers import serve
from tests.stage import CREDENTIAL, LEVELS, warehouse_seed

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

NAMES = re.compile(r"(?i)\bSecret Buyer\b|Hidden Street|555 0123")


@dataclass
class Site:
    """Servers on loopback and the blocks that point to them."""

    world: World
    warehouse: Warehouse
    folder: Path
    faults: FaultRules
    block: MarketplaceConnection
    slug: str
    mail: Path = field(init=False)

    def __post_init__(self) -> None:
        self.mail = self.folder / "mail"

    async def run(self, **options: Any) -> State[Any]:
        """Run the flow and return its final state."""
        state: State[Any] = await order_import(self.slug, return_state=True, **options)
        return state

    def mails(self) -> list[EmailMessage]:
        """Return what the mail server took, in order."""
        return [_parsed(file) for file in sorted(self.mail.glob("*.eml"))]


def _parsed(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("DOCKWIRE_HARVEST_FRESH_SECONDS", "0")
    clock = SystemClock()
    world = World(7, clock=clock, quota="documented")
    warehouse = Warehouse.open(
        f"sqlite:///{tmp_path / 'warehouse.db'}", sealer=Sealer([Sealer.new_key()]), clock=clock
    )
    load_seed(warehouse, warehouse_seed())
    faults = FaultRules()
    slug = f"t-{tmp_path.name.replace('_', '-')}"[:60].strip("-")
    mail = keep_mail(tmp_path / "mail")
    with (
        serve(build_app(world)) as amazon,
        serve(Faults(build_warehouse(warehouse), faults, clock=clock)) as stock,
    ):
        block = MarketplaceConnection(
            seller_account=AmazonSellerAccount(
                application_id=world.application.application_id,
                client_id=world.application.client_id,
                client_secret=SecretStr(world.application.client_secret),
                refresh_token=SecretStr(world.sellers["A3SIMNORTHAM01"].refresh_token),
                seller_id="A3SIMNORTHAM01",
                region=Region.NA,
                endpoint=amazon,
                token_url=f"{amazon}/auth/o2/token",
            ),
            warehouse=WarehouseAccount(
                base_url=stock,
                client_id=CREDENTIAL["client_id"],
                client_secret=SecretStr(CREDENTIAL["client_secret"]),
                user_login=CREDENTIAL["user_login"],
            ),
            warehouse_name="main",
            mail_server=EmailServerCredentials(
                smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=mail.port
            ),
            mail_from="dockwire@example.com",
            marketplace="US",
            customer_id=1,
            facility_id=1,
            import_since=clock.now().replace(year=2025),
            ship_methods={level: ShipMethod(carrier="UPS", service="03", scac="UPSN") for level in LEVELS},
            contacts=Contacts(
                orders_created=("clerk@example.com",),
                orders_held=("engineer@example.com", "owner@example.com"),
                run_failed=("engineer@example.com",),
            ),
        )
        block.save(slug, overwrite=True)
        yield Site(world, warehouse, tmp_path, faults, block, slug)
    mail.stop()
    warehouse.close()


async def numbers(state: State[Any]) -> dict[str, int]:
    assert state.is_completed(), state.message
    found: dict[str, int] = await state.aresult()
    return found


async def test_a_run_imports_tells_people_and_a_second_run_does_nothing(site: Site) -> None:
    site.world.populate(60, [("US", 1)])
    first = await numbers(await site.run())
    assert first["created"] > 20
    assert first["held"] > 0
    subjects = [mail["subject"] for mail in site.mails()]
    assert len(subjects) == 2
    created, held = site.mails()
    assert created["to"] == "clerk@example.com"
    assert held["to"] == "engineer@example.com, owner@example.com"
    assert created["message-id"] != held["message-id"]
    body = created.get_body(("plain",))
    assert body is not None
    assert len(re.findall(r"\d{3}-\d{7}-\d{7}", body.get_content())) == first["created"]
    again = await numbers(await site.run(refresh=True))
    assert (again["created"], again["adopted"], again["changed"]) == (0, 0, 0)
    assert len(site.mails()) == 2


async def test_a_run_leaves_a_table_of_orders_with_reasons_and_no_personal_data(site: Site) -> None:
    site.world.populate(30, [("US", 1)])
    for order in site.world.orders:
        address = order.body.get("recipient", {}).get("deliveryAddress", {})
        address |= {"name": "Secret Buyer", "addressLine1": "Hidden Street 1", "phone": "555 0123"}
    await numbers(await site.run())
    artifacts = [await Artifact.aget(key) for key in (f"orders-{site.slug}", f"order-import-{site.slug}")]
    text = " ".join(str(artifact.data) for artifact in artifacts if artifact)
    assert "held" in text
    assert re.search(r"order import of", text, re.IGNORECASE)
    assert not NAMES.search(text)


async def test_an_outage_fails_the_run_with_a_sentence_and_the_next_run_finishes_the_job(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.world.populate(20, [("US", 1)])
    site.faults.replace([Rule(method="GET", path="^/customers", effect={"kind": "status", "status": 403})])
    with caplog.at_level(logging.INFO):
        state = await site.run()
    assert state.is_failed()
    assert "the warehouse denies it" in (state.message or "")
    assert "Traceback" not in caplog.text
    (mail,) = site.mails()
    assert "a run failed" in mail["subject"]
    assert mail["to"] == "engineer@example.com"
    site.faults.replace([])
    assert (await numbers(await site.run()))["created"] > 5


@pytest.mark.parametrize("trouble", ["consent", "secret", "customer", "facility", "roles"])
async def test_troubles_that_need_a_person_are_told_in_one_sentence(site: Site, trouble: str) -> None:
    site.world.populate(12, [("US", 1)])
    words = await _make_trouble(site, trouble)
    state = await site.run()
    assert state.is_failed()
    assert words in (state.message or "")
    assert "Traceback" not in (state.message or "")
    assert all("failed" in mail["subject"] or "held" in mail["subject"] for mail in site.mails())


async def _make_trouble(site: Site, trouble: str) -> str:
    if trouble == "consent":
        site.world.sellers["A3SIMNORTHAM01"].consent = False
        return "let the seller authorise the application again"
    if trouble == "secret":
        site.block.seller_account.client_secret = SecretStr("wrong")
    if trouble == "customer":
        site.block.customer_id = 77
    if trouble == "facility":
        site.block.facility_id = 77
    if trouble == "roles":
        site.world.application.roles = {Role.ORDER_TRACKING}
        return "personal-data role"
    await site.block.asave(site.slug, overwrite=True)
    return {
        "secret": "check both, and whether the secret is older",
        "customer": "choose one of: 1 (Harbour Goods)",
        "facility": "choose one of: 1 (Dock One)",
    }[trouble]


async def test_an_unknown_connection_is_told_with_the_way_forward(site: Site) -> None:
    state = await order_import("nobody-knows", return_state=True)
    assert state.is_failed()
    assert "dockwire apply" in (state.message or "")


async def test_an_unreachable_ledger_is_told_without_its_password(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKWIRE_LEDGER_URL", "postgresql+psycopg://u:hush@127.0.0.1:9/none")
    state = await site.run()
    assert state.is_failed()
    assert "does not answer" in (state.message or "")
    assert "hush" not in (state.message or "")
