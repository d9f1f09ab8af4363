"""Decisions of a signed-in person about waiting orders: by the service, each order in the audit trail."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from dockwire.console.parts import Parts, user_of
from dockwire.console.runs_asked import Asked, note_run
from dockwire.decisions.acts import Act
from dockwire.errors import DockwireError, Unanswered
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import HoldSelection
from dockwire.services.holds import Holds, Outcome, Result


@dataclass(frozen=True, slots=True)
class Named:
    """An order as a list shows it."""

    order_id: str
    connection: str | None


async def decide(
    parts: Parts, request: Request, orders: Iterable[Named], acts: Sequence[Act]
) -> list[Outcome]:
    """Decide about each order once, and write every outcome into the audit trail."""
    by_connection: defaultdict[str, list[AmazonOrderId]] = defaultdict(list)
    for each in dict.fromkeys(orders):
        by_connection[each.connection or ""].append(AmazonOrderId(each.order_id))
    holds, who = Holds(parts.ledger, parts.clock), user_of(request).name
    outcomes = []
    for slug, order_ids in by_connection.items():
        meant = HoldSelection(ConnectionSlug(slug) if slug else None, order_ids=tuple(order_ids))
        async for outcome in holds.decide(meant, acts, by=who):
            await _note(parts, request, acts, outcome)
            outcomes.append(outcome)
    return outcomes


async def go_on(parts: Parts, request: Request, outcomes: Iterable[Outcome]) -> list[Asked]:
    """Ask for an import of each connection of which something was done; return a sentence for each."""
    done = {each.connection for each in outcomes if each.result is Result.DONE and each.connection}
    return await start_imports(parts, request, done)


async def start_imports(
    parts: Parts, request: Request, connections: Iterable[ConnectionSlug], *, refresh: bool = False
) -> list[Asked]:
    """Ask for an import of each connection; return a sentence for each. ``refresh`` reads the items again."""
    told = []
    for slug in sorted(set(connections)):
        try:
            run = await parts.desk.start("order-import", slug, {"refresh": True} if refresh else None)
        except Unanswered as error:
            told.append(Asked(f"{slug}: the next import takes it up; {error}"))
            continue
        except DockwireError as error:
            # What was decided stays decided: the next import by schedule takes it up.
            told.append(Asked(f"{slug}: no import was started, the next one takes it up: {error}"))
            continue
        await note_run(parts, request, "order-import", slug, run)
        told.append(Asked(f"{slug}: its import was asked for", run.url))
    return told


async def _note(parts: Parts, request: Request, acts: Sequence[Act], outcome: Outcome) -> None:
    names = "_".join(dict.fromkeys(type(act).__name__.lower() for act in acts))
    await parts.audit(
        request,
        f"{names}_{outcome.result}",
        connection=outcome.connection or "",
        order_id=outcome.order_id,
        detail=outcome.sentence,
    )
