"""Whether a connection may run, and whether its terms have to be accepted anew."""

from dockwire.model.agreement import Acceptance, Ruling
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug


def approval_refusal(connection: Connection, ruling: Ruling | None) -> str:
    """Return why a connection may not run before the 3PL approves it; empty where it may run.

    A ruling counts for what it was made on: another seller, customer or facility needs another one.
    """
    slug = connection.slug
    ours = ruling if ruling is not None and ruling.subject == connection.subject else None
    if not connection.needs_approval or (ours is not None and ours.approved):
        return ""
    if ours is None:
        return (
            f"connection {slug} waits for the 3PL's approval, and imports nothing until then: the 3PL answers the run "
            f"of onboarding/{slug} in Prefect ('dockwire run onboarding {slug}' names it, or starts one)"
        )
    why = f": {ours.note}" if ours.note else ""
    return (
        f"connection {slug} was declined by {ours.by} for the 3PL on {ours.at:%Y-%m-%d}{why}; it imports nothing. "
        f"'dockwire run onboarding {slug}' asks again"
    )


def terms_wanted(slug: ConnectionSlug, sha256: str, accepted: Acceptance | None) -> str:
    """Return why the terms of a connection have to be accepted; empty where they are.

    ``sha256`` is that of the terms as they are now, empty where there are none. Orders do not wait for it.
    """
    if not sha256 or (accepted is not None and accepted.sha256 == sha256):
        return ""
    way = f"'dockwire connection accept {slug}' shows them and takes the acceptance"
    if accepted is None:
        return f"Nobody has accepted the terms for {slug}; {way}."
    return f"The terms have changed since {accepted.by} accepted them on {accepted.at:%Y-%m-%d}; {way}."
