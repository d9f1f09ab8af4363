"""Before a connection runs: whether it may, what its first import would bring, and the 3PL's answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dockwire.clock import Clock
from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.decisions.onboarding import approval_refusal
from dockwire.errors import ApprovalNeeded, NotFound, SettingsError
from dockwire.model.agreement import Acceptance, Ruling, checked_person, plain_note
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.warehouse import Party
from dockwire.ports import AgreementLedger
from dockwire.services.catch_up import Foreseen, foresee
from dockwire.services.desk import Desk

PAGES = 3
"""So many pages of 100 orders tell enough, and leave Amazon's quota for the import."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a connection's first import would bring.

    Attributes:
        troubles: What would keep the merchant from selling, told by Amazon; empty when all is well.
        accepted: Who accepted the terms, if anybody did.
    """

    connection: Connection
    foreseen: Foreseen
    troubles: list[str] = field(default_factory=list)
    accepted: Acceptance | None = None


async def refuse_unapproved(ledger: AgreementLedger, connection: Connection) -> None:
    """Go on only if the connection may run.

    Raises:
        ApprovalNeeded: the 3PL has not approved it, or declined it.
    """
    if connection.needs_approval:
        refusal = approval_refusal(connection, await ledger.ruling(connection.slug))
        if refusal:
            raise ApprovalNeeded(refusal)


async def refusals(ledger: AgreementLedger, connections: Iterable[Connection]) -> dict[ConnectionSlug, str]:
    """Return why those of the connections may not run that the 3PL has to approve, by connection."""
    rulings = await ledger.rulings()
    told = {each.slug: approval_refusal(each, rulings.get(each.slug)) for each in connections}
    return {slug: refusal for slug, refusal in told.items() if refusal}


async def look_over(desk: Desk, *, policy: HarvestPolicy | None = None, pages: int = PAGES) -> Outlook:
    """Try both sides of a connection and foresee its first import; nothing is stored or sent.

    Raises:
        SettingsError: the warehouse knows no such customer or facility.
        RemoteError: Amazon or the warehouse does not answer, or refuses the credential.
    """
    connection = desk.connection
    await check_place(desk)
    since = connection.import_since
    found = await foresee(desk, since, policy or HarvestPolicy(), pages=pages)
    accepted = await desk.ledger.acceptance(connection.slug)
    return Outlook(connection, found, await _troubles(desk), accepted)


async def check_place(desk: Desk) -> None:
    """Go on only if customer and facility are there and belong together.

    Raises:
        SettingsError: they do not; the message names those that do.
    """
    connection = desk.connection
    try:
        facilities = await desk.warehouse.facilities(connection.customer_id)
    except NotFound:
        known = await desk.warehouse.customers()
        raise SettingsError(
            f"connection {connection.slug}: customer_id {connection.customer_id} does not exist in the "
            f"warehouse or is hidden from its credential; choose one of: {_choices(known)}"
        ) from None
    if connection.facility_id not in {facility.id for facility in facilities}:
        raise SettingsError(
            f"connection {connection.slug}: facility_id {connection.facility_id} does not serve customer "
            f"{connection.customer_id}; choose one of: {_choices(facilities)}"
        )


async def answer(
    ledger: AgreementLedger,
    connection: Connection,
    *,
    approved: bool,
    by: str,
    note: str,
    asked: str,
    run: str,
    clock: Clock,
) -> Ruling:
    """Keep what the 3PL answered; the same run is answered once.

    ``asked`` is the connection's subject as the 3PL saw it.

    Raises:
        SettingsError: the answer is of nobody, or the connection is not what it was when it was shown.
    """
    if asked != connection.subject:
        raise SettingsError(
            f"connection {connection.slug} was changed after it was shown ({asked}; now {connection.subject}): "
            f"nothing was recorded; 'dockwire run onboarding {connection.slug}' asks again"
        )
    try:
        who = checked_person(plain_note(by))
    except ValueError as error:
        raise SettingsError(
            f"by {error}; nothing was recorded; 'dockwire run onboarding {connection.slug}' asks again"
        ) from None
    return await ledger.rule(
        Ruling(connection.slug, asked, approved, who, clock.now(), plain_note(note), run)
    )


async def _troubles(desk: Desk) -> list[str]:
    place, code = desk.connection.marketplace, desk.connection.marketplace_code
    standing = next(
        (each for each in await desk.seller.participations() if each.marketplace_id == place.id), None
    )
    if standing is None or not standing.participating:
        return [f"The seller does not take part in {code} (Amazon says so)."]
    return [f"Amazon has suspended the seller's listings in {code}."] if standing.suspended else []


def _choices(parties: list[Party]) -> str:
    return ", ".join(f"{party.id} ({party.name})" for party in parties if party.active) or "none is visible"
