"""The only assembler: settings and access become a ledger, clients and the steps of a run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial

import anyio.to_thread
import httpx

from dockwire.access import EMBEDDED, AmazonAccess, ApplicationAccess, WarehouseAccess
from dockwire.amazon import AmazonAccount, AmazonConsent, AmazonCredentials
from dockwire.clock import Clock, SystemClock
from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.errors import SettingsError
from dockwire.extensiv import WarehouseClient, WarehouseCredentials
from dockwire.keys import KeyFile
from dockwire.ledger import SqlLedger
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy
from dockwire.pacing import Pacer
from dockwire.ports import PersonalStore, QuotaStore, SellerAccount, Warehouse
from dockwire.sealing import Sealer, SealError
from dockwire.services.consent import Applicant, ConsentDesk, KeepToken
from dockwire.services.desk import Desk
from dockwire.services.harvest import Harvest
from dockwire.services.inventory_sync import InventorySync
from dockwire.services.order_import import OrderImport
from dockwire.services.purging import OpenStore, Purge
from dockwire.settings import WAREHOUSE_FILE, Settings
from dockwire.transport import redaction
from dockwire.warehouse import PersonalData, PurgeRequest, UnusableDatabase, WarehouseTables, build_app
from dockwire.warehouse import Warehouse as EmbeddedWarehouse


@asynccontextmanager
async def opened_ledger(settings: Settings) -> AsyncIterator[SqlLedger]:
    """Open the ledger, bringing its schema up to date first.

    Raises:
        SettingsError: the address or the encryption keys are unusable.
        LedgerUnavailable: the database does not answer.
    """
    try:
        ledger = await SqlLedger.open(settings.ledger_database, sealer=sealer(settings))
    except SealError as error:
        raise SettingsError(str(error)) from None
    try:
        yield ledger
    finally:
        await ledger.close()


def purge_of(settings: Settings, *, by: str) -> Purge:
    """Return the purge of all databases of this installation that hold personal data.

    Nothing is opened yet: each database is when its turn comes, whatever befell another. ``by`` is named in
    audit rows.
    """
    stores: dict[str, OpenStore] = {"ledger": partial(opened_ledger, settings)}
    if has_warehouse(settings):
        stores["warehouse"] = partial(_opened_store, settings)
    policy = PurgePolicy(
        timedelta(days=settings.purge_after_days), timedelta(days=settings.purge_open_after_days)
    )
    return Purge(stores, policy=policy, clock=SystemClock(), by=by)


@asynccontextmanager
async def _opened_store(settings: Settings) -> AsyncIterator[PersonalStore]:
    with opened_personal_data(settings) as data:
        assert data is not None  # only asked for where there is one
        yield EmbeddedStore(data)


def has_warehouse(settings: Settings) -> bool:
    """Say whether this installation has an embedded warehouse: an address for its data, or its file."""
    return bool(settings.warehouse_url) or (settings.state_dir / WAREHOUSE_FILE).exists()


@contextmanager
def opened_personal_data(settings: Settings) -> Iterator[PersonalData | None]:
    """Open the embedded warehouse's personal data, or give None where no embedded warehouse is used.

    Raises:
        SettingsError: its database does not answer, here or in the block, or a key is missing.
    """
    if not has_warehouse(settings):
        yield None
        return
    with _explained():
        data = PersonalData.open(settings.warehouse_database, sealer=sealer(settings))
        try:
            yield data
        finally:
            data.close()


def open_warehouse_tables(settings: Settings) -> WarehouseTables:
    """Open the embedded warehouse's tables for reading; whoever asks closes them. It blocks.

    Raises:
        SettingsError: its database does not answer, or a key is missing.
    """
    with _explained():
        return WarehouseTables.open(settings.warehouse_database, sealer=sealer(settings))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except UnusableDatabase as error:
        raise SettingsError(f"DOCKWIRE_WAREHOUSE_URL: {error}") from None
    except SealError as error:
        raise SettingsError(str(error)) from None


class EmbeddedStore:
    """The embedded warehouse's personal data as the purge takes it."""

    def __init__(self, data: PersonalData) -> None:
        self._data = data

    async def purge_orders(
        self,
        policy: PurgePolicy,
        *,
        now: datetime,
        by: str,
        after: int = 0,
        limit: int = 200,
        dry_run: bool = False,
    ) -> PurgeBatch:
        """See the port."""
        request = PurgeRequest(now, by, policy.after, policy.open_after, after, limit, dry_run)
        done = await anyio.to_thread.run_sync(self._data.purge, request)
        return PurgeBatch(done.orders, done.next_after)

    async def purge_rest(self, policy: PurgePolicy, *, now: datetime) -> None:
        """See the port; there is nothing else here."""

    async def kept(self) -> list[Kept]:
        """See the port."""
        return [Kept(*row) for row in await anyio.to_thread.run_sync(self._data.kept)]

    async def scrub(self) -> bool:
        """See the port."""
        return await anyio.to_thread.run_sync(self._data.scrub)


def sealer(settings: Settings) -> Sealer:
    """Return the sealer made from the configured keys, or from the state folder's key file.

    Raises:
        SettingsError: the keys are unusable, or the state folder can be neither read nor written.
    """
    configured = [key.get_secret_value() for key in settings.encryption_keys]
    try:
        # The file is looked at again whenever a key is needed: it may get a new one while a run is under way.
        return Sealer(configured or KeyFile(settings.state_dir).keys)
    except SealError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(
            f"the state folder {settings.state_dir} cannot be used: {error.strerror}; "
            "set DOCKWIRE_STATE_DIR to a folder that can be written"
        ) from None


@asynccontextmanager
async def opened_seller(
    access: AmazonAccess, *, quotas: QuotaStore, settings: Settings, clock: Clock
) -> AsyncIterator[SellerAccount]:
    """Make the client of one seller account; nothing is sent yet."""
    redaction.install()
    account = AccountKey(
        application_id=access.application_id, seller_id=access.seller_id, region=access.region
    )
    seller = AmazonAccount(
        account=account,
        credentials=AmazonCredentials(
            client_id=access.client_id,
            client_secret=access.client_secret,
            refresh_token=access.refresh_token,
        ),
        pacer=Pacer(quotas, clock, max_wait=settings.quota_wait_seconds),
        clock=clock,
        endpoint=access.base_url,
        token_url=access.token_url,
    )
    try:
        yield seller
    finally:
        await seller.aclose()


@asynccontextmanager
async def opened_consent(
    applicant: Applicant,
    *,
    application: ApplicationAccess,
    token_url: str,
    keep: KeepToken,
    settings: Settings,
    clock: Clock | None = None,
) -> AsyncIterator[ConsentDesk]:
    """Open what it takes to get a seller's consent; nothing is sent yet."""
    redaction.install()
    clock = clock or SystemClock()
    office = AmazonConsent(application, token_url=token_url, clock=clock)
    try:
        async with opened_ledger(settings) as ledger:
            yield ConsentDesk(applicant, office=office, ledger=ledger, keep=keep, clock=clock)
    finally:
        await office.aclose()


@asynccontextmanager
async def opened_warehouse(
    access: WarehouseAccess, *, settings: Settings, clock: Clock
) -> AsyncIterator[Warehouse]:
    """Make the client of one warehouse account, around the embedded warehouse where that is meant."""
    redaction.install()
    async with AsyncExitStack() as stack:
        embedded = access.base_url == EMBEDDED
        transport = await _embedded(stack, settings, access, clock) if embedded else None
        client = WarehouseClient(
            base_url="http://embedded" if embedded else access.base_url,
            credentials=_credentials(access),
            clock=clock,
            time_zone=access.time_zone,
            transport=transport,
            connections=settings.warehouse_connections,
        )
        stack.push_async_callback(client.aclose)
        yield client


def _credentials(access: WarehouseAccess) -> WarehouseCredentials | None:
    if access.base_url == EMBEDDED:
        return None
    return WarehouseCredentials(
        client_id=access.client_id,
        client_secret=access.client_secret,
        user_login=access.user_login,
        user_login_id=access.user_login_id,
        tpl=access.tpl,
    )


async def _embedded(
    stack: AsyncExitStack, settings: Settings, access: WarehouseAccess, clock: Clock
) -> httpx.ASGITransport:
    """Open the embedded warehouse in this process; it is closed with the client that uses it."""
    with _explained():
        warehouse = await anyio.to_thread.run_sync(
            partial(
                EmbeddedWarehouse.open,
                settings.warehouse_database,
                sealer=sealer(settings),
                clock=clock,
                time_zone=access.time_zone,
            )
        )
    stack.callback(warehouse.close)
    return httpx.ASGITransport(build_app(warehouse, embedded=True))


@asynccontextmanager
async def opened_desk(
    connection: Connection,
    *,
    amazon: AmazonAccess,
    warehouse: WarehouseAccess,
    settings: Settings,
    owner: str,
    clock: Clock | None = None,
) -> AsyncIterator[Desk]:
    """Open what a run of any flow works with."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(opened_ledger(settings))
        seller = await stack.enter_async_context(
            opened_seller(amazon, quotas=ledger, settings=settings, clock=clock)
        )
        stock = await stack.enter_async_context(opened_warehouse(warehouse, settings=settings, clock=clock))
        yield Desk(
            connection=connection,
            seller=seller,
            warehouse=stock,
            ledger=ledger,
            clock=clock,
            owner=owner,
            workers=settings.warehouse_connections,
        )


def order_import(desk: Desk, settings: Settings) -> OrderImport:
    """Return the steps of an order-import run."""
    return OrderImport(desk, _harvest(desk, settings))


def inventory_sync(desk: Desk, settings: Settings) -> InventorySync:
    """Return the steps of an inventory-sync run."""
    return InventorySync(desk, _harvest(desk, settings))


def _harvest(desk: Desk, settings: Settings) -> Harvest:
    return Harvest(
        desk.connection.account,
        seller=desk.seller,
        ledger=desk.ledger,
        clock=desk.clock,
        owner=desk.owner,
        policy=HarvestPolicy(
            fresh_for=timedelta(seconds=settings.harvest_fresh_seconds),
            catch_up=timedelta(days=settings.catch_up_days),
        ),
        wait=timedelta(seconds=settings.quota_wait_seconds),
    )
