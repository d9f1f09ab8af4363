"""Consents, states on their way, and announcements of their end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, delete, insert, select, update

from dockwire.ledger.accounts import account_id
from dockwire.ledger.consent_tables import announced_ends, consent_states, consents
from dockwire.ledger.engine import Database
from dockwire.ledger.facts import write_facts
from dockwire.ledger.tables import accounts
from dockwire.model.connection import AccountKey
from dockwire.model.consent import Consent, ConsentWay, IssuedState, StateAnswer, UsedState
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.model.record import Fact
from dockwire.ports.consent_ledger import Announcement

_KEPT = timedelta(days=30)
"""How long an ended state is told from an unknown one."""


class ConsentBook:
    """The part of the ledger about consents: each method one transaction."""

    _database: Database

    async def issue_state(self, state: IssuedState) -> None:
        """See the port."""
        await self._database.write("issue_state", lambda link: _issue(link, state))

    async def use_state(self, digest: str, *, seller: str, session: str = "", now: datetime) -> UsedState:
        """See the port."""
        return await self._database.write(
            "use_state", lambda link: _use(link, digest, seller=seller, session=session, now=now)
        )

    async def record_consent(self, consent: Consent) -> None:
        """See the port."""
        await self._database.write("record_consent", lambda link: _record(link, consent))

    async def consent(self, account: AccountKey) -> Consent | None:
        """See the port."""
        found = await self.consents()
        return next((consent for consent in found if consent.account == account), None)

    async def consents(self) -> list[Consent]:
        """See the port."""
        return await self._database.read(all_consents)

    async def announce(self, announcements: Sequence[Announcement]) -> list[Fact]:
        """See the port."""
        if not announcements:
            return []
        return await self._database.write("announce", lambda link: _announce(link, announcements))


def _issue(link: Link, state: IssuedState) -> None:
    link.execute(delete(consent_states).where(consent_states.c.expires < state.issued - _KEPT))
    link.execute(
        insert(consent_states).values(
            digest=state.digest,
            seller=state.seller,
            session=state.session,
            issued=state.issued,
            expires=state.expires,
        )
    )


def _use(link: Link, digest: str, *, seller: str, session: str, now: datetime) -> UsedState:
    query = select(consent_states).where(consent_states.c.digest == digest).with_for_update()
    row = link.execute(query).one_or_none()
    if row is None:
        return UsedState(StateAnswer.UNKNOWN)
    answer = _answer(row, seller=seller, session=session, now=now)
    if answer is StateAnswer.OURS:
        link.execute(update(consent_states).where(consent_states.c.digest == digest).values(used=now))
    return UsedState(answer, row.seller)


def _answer(row: Row[Any], *, seller: str, session: str, now: datetime) -> StateAnswer:
    if row.seller != seller:
        return StateAnswer.OTHER_SELLER
    if row.used is not None:
        return StateAnswer.USED
    if row.expires <= now:
        return StateAnswer.EXPIRED
    return StateAnswer.OURS if row.session == session else StateAnswer.OTHER_BROWSER


def _record(link: Link, consent: Consent) -> None:
    account = account_id(link, consent.account)
    values = {
        "seller": consent.seller,
        "granted": consent.granted,
        "expires": consent.expires,
        "how": consent.how,
    }
    known = consents.c.account_id == account
    if link.scalar(select(consents.c.account_id).where(known)) is None:
        link.execute(insert(consents).values(account_id=account, **values))
    else:
        link.execute(update(consents).where(known).values(values))


def all_consents(link: Link) -> list[Consent]:
    """Return every recorded consent, by the name of the seller account."""
    query = select(consents, accounts).join(accounts).order_by(consents.c.seller, accounts.c.id)
    return [
        Consent(
            AccountKey(
                application_id=row.application_id,
                seller_id=SellerId(row.seller_id),
                region=Region(row.region),
            ),
            row.seller,
            row.granted,
            row.expires,
            ConsentWay(row.how),
        )
        for row in link.execute(query)
    ]


def _announce(link: Link, announcements: Sequence[Announcement]) -> list[Fact]:
    news = [each for each in announcements if not _told(link, each)]
    for each in news:
        link.execute(
            insert(announced_ends).values(
                connection=each.fact.connection,
                kind=each.fact.kind,
                expires=each.expires,
                threshold=each.threshold,
            )
        )
    facts = [each.fact for each in news]
    write_facts(link, facts)
    return facts


def _told(link: Link, announcement: Announcement) -> bool:
    ends = announced_ends.c
    query = (
        select(ends.threshold)
        .where(ends.connection == announcement.fact.connection, ends.kind == announcement.fact.kind)
        .where(ends.expires == announcement.expires, ends.threshold <= announcement.threshold)
    )
    return link.execute(query).first() is not None
