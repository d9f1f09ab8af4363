"""Taking connections away: their deployments and blocks go, their history in the ledger stays."""

from collections.abc import Iterable

from deployments.connections_sections import CONNECTIONS
from deployments.registry import Registered, at_once, of_connection, pause, remove
from deployments.stored_blocks import StoredBlock, read_blocks, remove_block
from dockwire.errors import SettingsError


async def remove_connections(blocks: Iterable[StoredBlock]) -> None:
    """Remove stored connections with their deployments, schedules, planned runs and triggers.

    Schedules stop first, so that nothing runs without its settings; the deployments go last, so that a
    'dockwire up' which finds them missing finds the connection missing too, and does not make them anew.
    """
    gone = list(blocks)
    if gone:
        deployments = await of_connection(*(block.name for block in gone))
        await _remove(deployments, gone)


async def _remove(deployments: list[Registered], blocks: list[StoredBlock]) -> None:
    await pause(each for each in deployments if each.scheduled)
    await at_once(blocks, remove_block)
    await remove(deployments)


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
    """Remove a connection, or what is left of it."""
    block = await _block(slug)
    await _remove(await of_connection(slug), [block] if block else [])


async def _block(slug: str) -> StoredBlock | None:
    return (await read_blocks([CONNECTIONS])).get((CONNECTIONS.name, slug))
