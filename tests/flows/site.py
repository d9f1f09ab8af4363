"""Servers on loopback and the blocks that point to them: what a flow's test works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect_email import EmailServerCredentials
from pydantic import SecretStr

from blocks import AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from dockwire.clock import SystemClock
from dockwire.faults import FaultRules, Faults
from dockwire.mail.folder import keep_mail
from dockwire.model.connection import ShipMethod
from dockwire.model.contacts import Contacts
from dockwire.model.marketplaces import Region
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World, build_app
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from flows.order_import import order_import
from tests.servers import serve
from tests.stage import CREDENTIAL, LEVELS, warehouse_seed


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

    async def use_mail(self, server: EmailServerCredentials) -> None:
        """Store another mail server in the connection."""
        self.block.mail_server = server
        await self.block.asave(self.slug, overwrite=True)

    def mails(self) -> list[EmailMessage]:
        """Return what the mail server took, in order."""
        return [_parsed(file) for file in sorted(self.mail.glob("*.eml"))]


def _parsed(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@contextmanager
def opened_site(folder: Path) -> Iterator[Site]:
    """Start the servers and store the connection; stop them when the block ends."""
    clock = SystemClock()
    world = World(7, clock=clock, quota="documented")
    warehouse = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}", sealer=Sealer([Sealer.new_key()]), clock=clock
    )
    load_seed(warehouse, warehouse_seed())
    faults = FaultRules()
    slug = f"t-{folder.name.replace('_', '-')}"[:60].strip("-")
    mail = keep_mail(folder / "mail")
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
            import_since=clock.now() - timedelta(days=365),
            ship_methods={level: ShipMethod(carrier="UPS", service="03", scac="UPSN") for level in LEVELS},
            contacts=Contacts(
                orders_created=("clerk@example.com",),
                orders_held=("engineer@example.com", "owner@example.com"),
                run_failed=("engineer@example.com",),
            ),
        )
        block.save(slug, overwrite=True)
        yield Site(world, warehouse, folder, faults, block, slug)
    mail.stop()
    warehouse.close()


async def numbers(state: State[Any]) -> dict[str, int]:
    """Return what a completed run counted."""
    assert state.is_completed(), state.message
    found: dict[str, int] = await state.aresult()
    return found
