"""The purge: personal data goes when its time has come, in every database that holds some."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from dockwire.clock import Clock
from dockwire.errors import DockwireError, PurgeIncomplete, Unexpected
from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy
from dockwire.ports import PersonalStore

OpenStore = Callable[[], AbstractAsyncContextManager[PersonalStore]]
"""Opens a database with personal data, for as long as it is purged."""


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a purge did in one database, and what is still there."""

    store: str
    purged: PurgeBatch
    kept: list[Kept]
    rewritten: bool
    """False: the file was busy; what was overwritten may still be in it until the next purge."""


@dataclass(slots=True)
class PurgeReport:
    """What a purge did. It names no order and nobody."""

    dry_run: bool
    stores: list[StoreReport] = field(default_factory=list)

    def numbers(self) -> dict[str, int]:
        """Return the counts by name."""
        verb = "would_purge" if self.dry_run else "purged"
        numbers = {f"{verb}_in_{each.store}": each.purged.orders for each in self.stores}
        kept = {f"kept_in_{each.store}": sum(kept.orders for kept in each.kept) for each in self.stores}
        busy = sum(not each.rewritten for each in self.stores)
        return numbers | kept | ({"files_not_rewritten": busy} if busy else {})

    def rows(self) -> list[dict[str, str]]:
        """Return one row for each database and connection (in the warehouse, customer)."""
        return [row for each in self.stores for row in _rows(each)]


class Purge:
    """The steps of one purge."""

    def __init__(
        self, stores: Mapping[str, OpenStore], *, policy: PurgePolicy, clock: Clock, by: str
    ) -> None:
        """Take the databases by name, each opened when its turn comes; ``by`` is named in audit rows."""
        self._stores = stores
        self._policy = policy
        self._clock = clock
        self._by = by

    @property
    def stores(self) -> list[str]:
        """The names of the databases."""
        return list(self._stores)

    async def purge(self, name: str, *, dry_run: bool = False) -> StoreReport:
        """Purge one database, batch by batch; one that was stopped goes on where it was.

        Raises:
            SettingsError: its address or the encryption keys are unusable.
            LedgerUnavailable: the ledger's database does not answer.
        """
        async with self._stores[name]() as store:
            return await self._purge(name, store, dry_run=dry_run)

    async def _purge(self, name: str, store: PersonalStore, *, dry_run: bool) -> StoreReport:
        total = PurgeBatch()
        after: int | None = 0
        while after is not None:
            batch = await store.purge_orders(
                self._policy, now=self._clock.now(), by=self._by, after=after, dry_run=dry_run
            )
            total.add(batch)
            after = batch.next_after
        if not dry_run:
            await store.purge_rest(self._policy, now=self._clock.now())
        rewritten = dry_run or await store.scrub()
        return StoreReport(name, total, await store.kept(), rewritten)


async def purge_all(
    report: PurgeReport, purge: Callable[[str], Awaitable[StoreReport]], steps: Purge
) -> None:
    """Carry out ``purge`` for every database and add what each did to the report; one's trouble stops no other.

    Raises:
        PurgeIncomplete: some were not purged; the message says of each why.
    """
    troubles = []
    for name in steps.stores:
        try:
            report.stores.append(await purge(name))
        except DockwireError as error:
            troubles.append(f"personal data in the {name} was not purged: {error}")
        except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
            told = Unexpected.from_error(error)
            troubles.append(f"personal data in the {name} was not purged: {told}")
    if troubles:
        raise PurgeIncomplete("\n".join(troubles))


def _rows(report: StoreReport) -> list[dict[str, str]]:
    kept = {each.place: each for each in report.kept}
    places = sorted({place for place, _ in report.purged.purged} | kept.keys())
    return [
        {
            "database": report.store,
            "of": place or "(no connection)",
            "purged": _by_rule(report.purged, place),
            "kept": str(kept[place].orders) if place in kept else "0",
            "oldest": f"{kept[place].oldest:%Y-%m-%d}" if place in kept else "",
        }
        for place in places
    ]


def _by_rule(batch: PurgeBatch, wanted: str) -> str:
    counts = {str(rule): number for (place, rule), number in sorted(batch.purged.items()) if place == wanted}
    return ", ".join(f"{number} {rule}" for rule, number in counts.items()) or "0"
