"""What the commands on keys do in the databases."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio.to_thread

from dockwire.bootstrap import opened_ledger, opened_personal_data, sealer
from dockwire.keys import KeyFile
from dockwire.ledger import SqlLedger
from dockwire.settings import Settings
from dockwire.warehouse import PersonalData

Tell = Callable[[str, int], None]
_PASSES = 3
"""A run that seals with an older key may be in the middle of a transaction: it is caught by the next pass."""


async def counted(settings: Settings) -> dict[str, Counter[str]]:
    """Return how many values each key seals, by database."""
    async with _opened(settings) as (ledger, data):
        counts = {"ledger": await ledger.count_keys()}
        if data is not None:
            counts["warehouse"] = await anyio.to_thread.run_sync(data.count_keys)
        return counts


async def resealed(settings: Settings, *, tell: Tell) -> tuple[str, int, dict[str, Counter[str]], bool]:
    """Seal everything with the newest key, or a fresh one of the key file.

    Returns the newest key's fingerprint, how many values were sealed anew, how many values each key seals
    now, and whether nothing of the old is left in the files.
    """
    await _renewed(settings)
    newest = sealer(settings).fingerprints[0]
    changed, rewritten = 0, True
    counts: dict[str, Counter[str]] = {}
    for _ in range(_PASSES):
        async with _opened(settings) as (ledger, data):
            changed += await ledger.rotate_seals(lambda column, done: tell(f"ledger {column}", done))
            rewritten = await ledger.scrub()
            if data is not None:
                changed += await anyio.to_thread.run_sync(
                    data.reseal, lambda column, done: tell(f"warehouse {column}", done)
                )
                rewritten &= await anyio.to_thread.run_sync(data.scrub)
        counts = await counted(settings)
        if all(found.keys() <= {newest} for found in counts.values()):
            break
    return newest, changed, counts, rewritten


async def _renewed(settings: Settings) -> None:
    """Put a fresh key into the key file, unless an earlier rotation to the one in front is not finished."""
    if settings.encryption_keys:
        return
    file = KeyFile(settings.state_dir)
    newest, *older = sealer(settings).fingerprints
    if older and any(found.keys() - {newest} for found in (await counted(settings)).values()):
        return
    file.add_newest()


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[SqlLedger, PersonalData | None]]:
    async with opened_ledger(settings) as ledger:
        with opened_personal_data(settings) as data:
            yield ledger, data
