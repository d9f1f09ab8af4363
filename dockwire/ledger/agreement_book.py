"""The ledger's methods about accepted terms and approvals: each one transaction in a worker thread."""

from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, Table, func, insert, select

from dockwire.ledger.agreement_tables import agreements, approvals
from dockwire.ledger.engine import Database
from dockwire.model.agreement import Acceptance, Ruling
from dockwire.model.ids import ConnectionSlug


class AgreementBook:
    """The part of the ledger about what people agreed to."""

    _database: Database

    async def accept_terms(self, acceptance: Acceptance) -> None:
        """See the port."""
        await self._database.write("accept_terms", lambda link: _accept(link, acceptance))

    async def acceptance(self, connection: ConnectionSlug) -> Acceptance | None:
        """See the port."""
        return (await self._database.read(acceptances)).get(connection)

    async def rule(self, ruling: Ruling) -> Ruling:
        """See the port."""
        return await self._database.write("rule", lambda link: _rule(link, ruling))

    async def ruling(self, connection: ConnectionSlug) -> Ruling | None:
        """See the port."""
        return (await self._database.read(newest_rulings)).get(connection)

    async def rulings(self) -> dict[ConnectionSlug, Ruling]:
        """See the port."""
        return await self._database.read(newest_rulings)


def acceptances(link: Link) -> dict[ConnectionSlug, Acceptance]:
    """Return the newest acceptance of every connection that has one."""
    return {ConnectionSlug(row.connection): _acceptance(row) for row in _newest(link, agreements)}


def newest_rulings(link: Link) -> dict[ConnectionSlug, Ruling]:
    """Return the newest approval or refusal of every connection that has one."""
    return {ConnectionSlug(row.connection): _ruling(row) for row in _newest(link, approvals)}


def _newest(link: Link, table: Table) -> list[Row[Any]]:
    last = select(func.max(table.c.id)).group_by(table.c.connection)
    return list(link.execute(select(table).where(table.c.id.in_(last))))


def _accept(link: Link, acceptance: Acceptance) -> None:
    known = acceptances(link).get(acceptance.connection)
    if known is not None and (known.sha256, known.by) == (acceptance.sha256, acceptance.by):
        return
    link.execute(
        insert(agreements).values(
            connection=acceptance.connection,
            sha256=acceptance.sha256,
            accepted_by=acceptance.by,
            accepted=acceptance.at,
        )
    )


def _rule(link: Link, ruling: Ruling) -> Ruling:
    known = link.execute(select(approvals).where(approvals.c.run == ruling.run)).one_or_none()
    if known is not None:
        return _ruling(known)
    link.execute(
        insert(approvals).values(
            connection=ruling.connection,
            subject=ruling.subject,
            approved=ruling.approved,
            decided_by=ruling.by,
            decided=ruling.at,
            note=ruling.note,
            run=ruling.run,
        )
    )
    return ruling


def _acceptance(row: Row[Any]) -> Acceptance:
    return Acceptance(ConnectionSlug(row.connection), row.sha256, row.accepted_by, row.accepted)


def _ruling(row: Row[Any]) -> Ruling:
    return Ruling(
        ConnectionSlug(row.connection),
        row.subject,
        row.approved,
        row.decided_by,
        row.decided,
        row.note,
        row.run,
    )
