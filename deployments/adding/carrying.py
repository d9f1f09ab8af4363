"""From a finished description to a connection that runs: file, blocks, acceptance, deployments, the 3PL's question."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from prefect.client.orchestration import get_client

from blocks import AmazonSellerAccount, MarketplaceConnection
from deployments import agreeing, applying, deploying
from deployments.adding.draft import Draft
from deployments.applying import Step
from deployments.automations import apply_automations
from deployments.connections_sections import SECTIONS
from deployments.plan import SITE
from deployments.registry import registered
from deployments.stored_blocks import Blocks, read_blocks, read_connections
from dockwire.errors import SettingsError
from dockwire.model.connection import checked_slug
from dockwire.services.onboarding import Outlook
from tasks.schedules import begin_import

_SITE = f"watch/{SITE}"


@dataclass(frozen=True, slots=True)
class Added:
    """What was done.

    Attributes:
        blocks: The places of the blocks that were stored.
        deployments: Names of the deployments that were made.
        asked: The run that asks the 3PL; empty where none does.
    """

    blocks: list[str]
    deployments: list[str]
    asked: dict[str, Any]


async def stored_blocks() -> Blocks:
    """Return all stored blocks."""
    return await read_blocks()


def refuse_known(draft: Draft, name: str) -> None:
    """Go on only with a name that can be a connection's, and that none has.

    Raises:
        SettingsError: it cannot be one, or one has it.
    """
    try:
        checked_slug(name)
    except ValueError as error:
        raise SettingsError(f"the name {error}") from None
    if name in draft.file().names("connections"):
        raise SettingsError(
            f"{draft.path} has a connection {name} already; 'dockwire apply' takes changes of it"
        )
    if ("connections", name) in draft.stored:
        raise SettingsError(
            f"a connection {name} is stored already; take another name, or remove it first: 'dockwire connection "
            f"remove {name}'"
        )


def ours(steps: list[Step], draft: Draft, name: str, seller: str) -> list[Step]:
    """Return the steps that the new connection needs; other changes of the file are left to ``dockwire apply``.

    What the connection refers to is stored where it is missing. ``seller`` is the place of the seller account,
    which is stored anew when a consent came for it.
    """
    wanted = {f"{section}.{each}" for section, each in draft.tables}
    by_place = {step.place: step for step in steps if step.entry}
    _reach(f"connections.{name}", by_place, wanted)
    return [
        replace(step, change=_change(step, wanted, consented=place == seller and _consented(step)))
        for place, step in by_place.items()
    ]


def _change(step: Step, wanted: set[str], *, consented: bool) -> applying.Change:
    """Return what becomes of a block now; those that stay are needed too, for what refers to them."""
    if consented and step.change is applying.Change.UNCHANGED:
        return applying.Change.CHANGED
    return step.change if step.place in wanted or consented else applying.Change.UNCHANGED


def block_of(steps: list[Step], name: str) -> MarketplaceConnection:
    """Return the new connection as the block that it is to be."""
    block = next(step.entry.block for step in steps if step.entry and step.place == f"connections.{name}")
    assert isinstance(block, MarketplaceConnection)
    return block


async def carry_out(
    steps: list[Step],
    draft: Draft,
    name: str,
    *,
    accepted: tuple[str, str] | None,
    stored: Callable[[], None],
) -> Added:
    """Write the file, store the blocks, keep the acceptance, deploy, and ask the 3PL where that is wanted.

    ``accepted`` is who accepted the terms, and their text as it was shown. ``stored`` is called once the file is written.

    Raises:
        SettingsError: the file was changed by somebody else; nothing was written.
    """
    block = block_of(steps, name)
    draft.write()
    stored()
    await applying.carry_out(steps, remove=False)
    if accepted is not None:
        by, text = accepted
        await agreeing.accept(name, text, by)
    made = await _deploy(name, needs_approval=block.needs_approval)
    asked = await agreeing.ask(name) if block.needs_approval and made else {}
    return Added([step.place for step in steps if step.change is not applying.Change.UNCHANGED], made, asked)


async def _deploy(name: str, *, needs_approval: bool) -> list[str]:
    """Make the deployments of the connection, where those of the others are, and let its first import begin.

    Other changes wait for a deploy.
    """
    connections = await read_connections()
    if name not in {each.slug for each in connections.ready}:
        return []
    known = await registered()
    pool = known[_SITE].deployment.work_pool_name if _SITE in known else None
    steps = [
        step
        for step in await deploying.plan_deploy(connections, pool=pool)
        if step.wanted and step.wanted.name in {name, SITE}
    ]
    await deploying.carry_out(steps, pool=pool)
    await apply_automations(connections.ready)
    if not needs_approval:
        async with get_client() as client:
            await begin_import(client, name, why=f"added as {name}")
    return [step.name for step in steps if step.wanted and step.wanted.name == name]


def outlook_data(outlook: Outlook) -> dict[str, Any]:
    """Return what the first import would bring, for ``--json``."""
    return {
        "numbers": outlook.foreseen.numbers(),
        "complete": outlook.foreseen.complete,
        "troubles": outlook.troubles,
        "orders": outlook.foreseen.rows[:10],
    }


def _reach(place: str, by_place: dict[str, Step], wanted: set[str]) -> None:
    """Add what is not stored yet of everything that a table refers to."""
    step = by_place.get(place)
    if step is None or step.entry is None:
        return
    if step.change is applying.Change.ADDED:
        wanted.add(place)
    sections = {into: section for section_ in SECTIONS for into, section in section_.refers.values()}
    for into, other in step.entry.refers.items():
        _reach(f"{sections[into]}.{other}", by_place, wanted)


def _consented(step: Step) -> bool:
    """Tell whether a seller account has another token than the stored one."""
    block = step.entry.block if step.entry else None
    if not isinstance(block, AmazonSellerAccount) or block.waits:
        return False
    before = step.stored.data.get("refresh_token") if step.stored else None
    return block.refresh_token.get_secret_value() != before
