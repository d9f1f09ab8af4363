"""From a connection's name to the steps of a run: load the blocks, assemble the parts."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from blocks import MarketplaceConnection
from dockwire.bootstrap import inventory_sync, opened_desk, order_import
from dockwire.errors import DockwireError, SettingsError, Unexpected
from dockwire.services.desk import Desk
from dockwire.services.inventory_sync import InventorySync
from dockwire.services.onboarding import refuse_unapproved
from dockwire.services.order_import import OrderImport
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.services.tracking_update import TrackingUpdate
from dockwire.settings import read_settings
from dockwire.transport import log_lines


class HasDesk(Protocol):
    """The steps of any flow: they know what the run works with."""

    @property
    def desk(self) -> Desk:
        """What the run works with."""
        ...


S = TypeVar("S", bound=HasDesk)


@dataclass(frozen=True, slots=True)
class Run(Generic[S]):
    """One run of a flow: its steps and the block they were made from."""

    steps: S
    block: MarketplaceConnection

    @property
    def desk(self) -> Desk:
        """What the run works with."""
        return self.steps.desk


async def load_block(slug: str) -> MarketplaceConnection:
    """Return the stored connection.

    Raises:
        SettingsError: there is none of this name, or it does not fit this version's fields.
    """
    try:
        return await MarketplaceConnection.aload(slug)
    except ValueError as error:
        if "Unable to find block document" in str(error):
            raise SettingsError(
                f"there is no connection {slug!r}; 'dockwire connection list' shows the stored ones, "
                "'dockwire apply FILE' stores new ones"
            ) from None
        raise SettingsError(
            f"connection {slug!r} cannot be read from its block: {type(error).__name__}"
        ) from None


@asynccontextmanager
async def opened_import(slug: str, *, owner: str, looking: bool = False) -> AsyncIterator[Run[OrderImport]]:
    """Open what an import needs and close it afterwards, whatever happens in between.

    ``looking``: nothing will be imported, so that the 3PL's approval is not needed.

    Raises:
        ApprovalNeeded: the 3PL has not approved the connection.
    """
    async with _opened(slug, owner, looking=looking) as (desk, block):
        steps = order_import(desk, read_settings())
        try:
            yield Run(steps, block)
        finally:
            await steps.release()


@asynccontextmanager
async def opened_tracking(slug: str, *, owner: str) -> AsyncIterator[Run[TrackingUpdate]]:
    """Open what a tracking update needs."""
    async with _opened(slug, owner) as (desk, block):
        yield Run(TrackingUpdate(desk), block)


@asynccontextmanager
async def opened_sync(slug: str, *, owner: str) -> AsyncIterator[Run[InventorySync]]:
    """Open what an inventory sync needs.

    Raises:
        SettingsError: the connection does not want its stock synced.
    """
    async with _opened(slug, owner) as (desk, block):
        if not desk.connection.stock_sync:
            raise SettingsError(
                f"connection {slug!r} does not sync stock; set 'stock_sync = true' in its table of the connections "
                "file and apply that file"
            )
        steps = inventory_sync(desk, read_settings())
        try:
            yield Run(steps, block)
        finally:
            await steps.release()


@asynccontextmanager
async def opened_closing(slug: str, *, owner: str) -> AsyncIterator[Run[ShipAndClose]]:
    """Open what ship and close needs."""
    async with _opened(slug, owner) as (desk, block):
        yield Run(ShipAndClose(desk), block)


@asynccontextmanager
async def _opened(
    slug: str, owner: str, *, looking: bool = False
) -> AsyncIterator[tuple[Desk, MarketplaceConnection]]:
    settings = read_settings()
    logging.getLogger("dockwire").setLevel(settings.log_level)
    if settings.log_format == "json":
        # A worker that somebody starts without our command line does not know of it yet.
        log_lines.install()
    quiet_known_errors()
    block = await load_block(slug)
    async with opened_desk(
        block.connection(slug),
        amazon=block.seller_account.access(),
        warehouse=block.warehouse.access(block.warehouse_name),
        settings=settings,
        owner=owner,
    ) as desk:
        if not looking:
            await refuse_unapproved(desk.ledger, desk.connection)
        yield desk, block


@asynccontextmanager
async def told_safely() -> AsyncIterator[None]:
    """Let our own errors pass and replace all others: their texts may quote personal data."""
    try:
        yield
    except DockwireError:
        raise
    except Exception as error:  # noqa: BLE001 - the border where unknown errors lose their text
        raise Unexpected.from_error(error) from None


class _NoTraceback(logging.Filter):
    """Drops the traceback of errors that already say what happened and who acts next."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], DockwireError):
            record.exc_info = None
            record.exc_text = None
        return True


def quiet_known_errors() -> None:
    """Log our own errors as one line; repeating the call changes nothing."""
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _NoTraceback) for known in logger.filters):
            logger.addFilter(_NoTraceback())
