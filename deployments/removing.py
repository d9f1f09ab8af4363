"""Taking connections away: their deployments and blocks go, their history in the ledger stays."""

from collections.abc import Iterable

from deployments.connections_sections import CONNECTIONS
from deployments.registry import of_connection, remove
from deployments.stored_blocks import StoredBlock, read_blocks, remove_block
from dockwire.errors import SettingsError


async def remove_deployments(slugs: Iterable[str]) -> None:
    """Remove the deployments of these connections with their schedules, planned runs and triggers."""
    wanted = list(slugs)
    if wanted:
        await remove(await of_connection(*wanted))


async def what_goes(slug: str) -> list[str]:
    """Return the deployments that go with a connection.

    Raises:
        SettingsError: there is no such connection, nor anything left of it.
    """
    deployments = sorted(each.name for each in await of_connection(slug))
    if not deployments and await _block(slug) is None:
        raise SettingsError(
            f"there is no connection {slug!r}; 'dockwire connection list' shows the stored ones"
        )
    return deployments


async def remove_connection(slug: str) -> None:
    """Remove a connection: first what runs it, so that nothing runs without its settings."""
    await remove_deployments([slug])
    block = await _block(slug)
    if block is not None:
        await remove_block(block)


async def _block(slug: str) -> StoredBlock | None:
    return (await read_blocks([CONNECTIONS])).get((CONNECTIONS.name, slug))
