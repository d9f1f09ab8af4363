"""Whether the terms are accepted as they are, and whether the 3PL lets the connection run."""

from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.decisions.onboarding import approval_refusal, terms_wanted
from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection

_NO_LEDGER = "not tried: 'ledger' comes first"


async def terms(ledger: SqlLedger | None, connection: Connection) -> Finding:
    """Say whether the terms are accepted; orders do not wait for it, so nothing is wrong."""
    if ledger is None:
        return untold(_NO_LEDGER)
    slug, accepted = connection.slug, await ledger.acceptance(connection.slug)
    if wanted := terms_wanted(slug, connection.terms_sha256, accepted):
        why, _, step = wanted.removesuffix(".").partition("; ")
        return untold(why, f"{step}; orders do not wait for it", Fixer.MERCHANT)
    assert accepted is not None
    return fine(f"accepted by {accepted.by} on {accepted.at:%Y-%m-%d}")


async def approval(ledger: SqlLedger | None, connection: Connection) -> Finding:
    """Say whether the 3PL lets the connection run."""
    if ledger is None:
        return untold(_NO_LEDGER)
    ruling = await ledger.ruling(connection.slug)
    if refused := approval_refusal(connection, ruling):
        step = f"let the 3PL answer the run of onboarding/{connection.slug} in Prefect"
        return wrong(refused, step, Fixer.CLERK)
    assert ruling is not None
    return fine(f"approved by {ruling.by} on {ruling.at:%Y-%m-%d}")


async def refusal(ledger: SqlLedger | None, connection: Connection) -> str:
    """Return why the 3PL does not let the connection run; empty where it does. Without a ledger nobody has answered."""
    ruling = await ledger.ruling(connection.slug) if ledger and connection.needs_approval else None
    return approval_refusal(connection, ruling)
