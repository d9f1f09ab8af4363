"""Which connections stand still until the 3PL approves them, and the sentence that says so and what to do."""

from collections.abc import Iterable

from deployments.stored_blocks import read_connections
from dockwire.bootstrap import opened_ledger
from dockwire.errors import ApprovalNeeded
from dockwire.model.connection import Connection
from dockwire.services import onboarding
from dockwire.settings import read_settings


async def refusals(connections: Iterable[Connection]) -> dict[str, str]:
    """Return why those of the connections may not run that wait for the 3PL's approval, or were declined, by name."""
    asking = [each for each in connections if each.needs_approval]
    if not asking:
        return {}
    async with opened_ledger(read_settings()) as ledger:
        return {str(slug): refusal for slug, refusal in (await onboarding.refusals(ledger, asking)).items()}


async def stored_refusals() -> dict[str, str]:
    """Return the same of all stored connections.

    Raises:
        SettingsError: a stored connection cannot be read.
    """
    return await refusals((await read_connections()).ready)


async def refuse_unapproved(slugs: Iterable[str]) -> None:
    """Go on only if the 3PL lets all of these run: schedules of others would start runs that are refused.

    Raises:
        ApprovalNeeded: one of them waits for the 3PL, or was declined.
        SettingsError: a stored connection cannot be read.
    """
    waiting = await stored_refusals()
    if told := [waiting[slug] for slug in slugs if slug in waiting]:
        raise ApprovalNeeded("\n".join(told))
