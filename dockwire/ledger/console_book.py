"""The ledger's methods for the console: each one transaction in a worker thread."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from dockwire.ledger.console_tables import (
    console_audit,
    console_sessions,
    console_sign_ins,
    console_users,
    console_views,
)
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import keys, orders
from dockwire.model.console import Audited, Role, SavedView, SignInLimit, User

_KEY = "console"
_SIGN_IN_LOCK = 0x7369676E
"""An advisory lock number of our own ("sign")."""
_NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was used last: a page that loads ten things writes once."""


class ConsoleBook:
    """The part of the ledger about the console."""

    _database: Database
    _scribe: Scribe

    def reading_sessions(self) -> sessionmaker[Session]:
        """Return what makes ORM sessions for lists; nothing is written with them."""
        return self._database.reading_sessions()

    async def add_user(self, user: User, *, password_hash: str) -> bool:
        """See the port."""
        return await self._database.write("add_user", lambda link: _add_user(link, user, password_hash))

    async def users(self) -> list[User]:
        """See the port."""
        query = select(console_users).order_by(console_users.c.name)
        return await self._database.read(lambda link: [_user(row) for row in link.execute(query)])

    async def user_with_password(self, name: str) -> tuple[User, str] | None:
        """See the port."""
        row = await self._database.read(lambda link: link.execute(_named(name)).one_or_none())
        return None if row is None else (_user(row), row.password)

    async def change_user(
        self, name: str, *, now: datetime, role: Role | None = None, password_hash: str | None = None
    ) -> bool:
        """See the port."""
        values = {"role": role, "password": password_hash}
        changes = {"changed": now} | {key: value for key, value in values.items() if value is not None}
        return await self._database.write("change_user", lambda link: _change_user(link, name, changes))

    async def remove_user(self, name: str) -> bool:
        """See the port."""
        gone = delete(console_users).where(console_users.c.name == name)
        return await self._database.write("remove_user", lambda link: link.execute(gone).rowcount > 0)

    async def try_sign_in(
        self, limits: Sequence[SignInLimit], *, now: datetime, within: timedelta
    ) -> datetime | None:
        """See the port."""
        return await self._database.write(
            "try_sign_in", lambda link: _try_sign_in(link, limits, now=now, within=within)
        )

    async def forgive_sign_ins(self, subject: str) -> None:
        """See the port."""
        gone = delete(console_sign_ins).where(console_sign_ins.c.subject == subject)
        await self._database.write("forgive_sign_ins", lambda link: link.execute(gone))

    async def begin_session(self, token_digest: str, user: User, *, now: datetime) -> bool:
        """See the port."""
        return await self._database.write(
            "begin_session", lambda link: _begin_session(link, token_digest, user, now)
        )

    async def session_user(
        self, token_digest: str, *, now: datetime, idle: timedelta, longest: timedelta, used: bool = True
    ) -> User | None:
        """See the port."""
        row = await self._database.read(
            lambda link: link.execute(_session(token_digest, now - idle, now - longest)).one_or_none()
        )
        if row is None:
            return None
        if used and row.seen <= now - _NOTED_EVERY:
            mine = console_sessions.c.digest == token_digest
            seen = update(console_sessions).where(mine).values(seen=now)
            await self._database.write("session_seen", lambda link: link.execute(seen))
        return _user(row)

    async def end_session(self, token_digest: str) -> None:
        """See the port."""
        gone = delete(console_sessions).where(console_sessions.c.digest == token_digest)
        await self._database.write("end_session", lambda link: link.execute(gone))

    async def console_key(self) -> str:
        """See the port."""
        return await self._database.write("console_key", self._console_key)

    async def audit(self, *rows: Audited) -> None:
        """See the port."""
        if rows:
            values = [_audit_values(row) for row in rows]
            await self._database.write("audit", lambda link: link.execute(insert(console_audit), values))

    async def save_view(self, view: SavedView) -> None:
        """See the port."""
        await self._database.write("save_view", lambda link: _save_view(link, view))

    async def saved_views(self, user: str, view: str) -> list[SavedView]:
        """See the port."""
        query = (
            select(console_views)
            .where(console_views.c.view == view)
            .where((console_views.c.owner == user) | console_views.c.shared)
            .order_by(console_views.c.name, console_views.c.id)
        )
        return await self._database.read(lambda link: [_view(row) for row in link.execute(query)])

    async def drop_view(self, view_id: int, *, user: str, everyones: bool = False) -> bool:
        """See the port."""
        gone = delete(console_views).where(console_views.c.id == view_id)
        if not everyones:
            gone = gone.where(console_views.c.owner == user)
        return await self._database.write("drop_view", lambda link: link.execute(gone).rowcount > 0)

    async def unreadable_text(self, row_id: int) -> str | None:
        """See the port."""
        query = select(orders.c.sealed).where(orders.c.id == row_id)
        sealed = await self._database.read(lambda link: link.scalar(query))
        value = None if sealed is None else self._scribe.open_value(sealed)
        return value if isinstance(value, str) else None

    def _console_key(self, link: Link) -> str:
        sealed = link.scalar(select(keys.c.sealed).where(keys.c.name == _KEY))
        if sealed is None:
            sealed = self._scribe.sealer.seal(secrets.token_hex(32))
            link.execute(insert(keys).values(name=_KEY, sealed=sealed))
        key: str = self._scribe.sealer.open(sealed)
        return key


def _named(name: str) -> Any:
    return select(console_users).where(console_users.c.name == name)


def _add_user(link: Link, user: User, password_hash: str) -> bool:
    if link.execute(_named(user.name)).one_or_none() is not None:
        return False
    link.execute(
        insert(console_users).values(
            name=user.name, role=user.role, password=password_hash, created=user.created, changed=user.changed
        )
    )
    return True


def _change_user(link: Link, name: str, changes: dict[str, Any]) -> bool:
    changed = link.execute(update(console_users).where(console_users.c.name == name).values(changes))
    link.execute(delete(console_sessions).where(console_sessions.c.user == name))
    return changed.rowcount > 0


def _try_sign_in(
    link: Link, limits: Sequence[SignInLimit], *, now: datetime, within: timedelta
) -> datetime | None:
    if link.dialect.name == "postgresql":
        # Two that try at once wait for each other here, so that both are counted; SQLite has one writer anyway.
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SIGN_IN_LOCK})
    link.execute(delete(console_sign_ins).where(console_sign_ins.c.at <= now - within))
    for each in limits:
        mine = console_sign_ins.c.subject == each.subject
        tries, first = link.execute(select(func.count(), func.min(console_sign_ins.c.at)).where(mine)).one()
        if tries >= each.failures:
            free: datetime = first + within
            return free
    link.execute(insert(console_sign_ins), [{"subject": each.subject, "at": now} for each in limits])
    return None


def _begin_session(link: Link, token_digest: str, user: User, now: datetime) -> bool:
    row = link.execute(_named(user.name).with_for_update()).one_or_none()
    if row is None or _user(row) != user:
        return False
    link.execute(insert(console_sessions).values(digest=token_digest, user=user.name, began=now, seen=now))
    return True


def _session(token_digest: str, used_after: datetime, began_after: datetime) -> Any:
    return (
        select(console_users, console_sessions.c.seen)
        .join(console_sessions, console_sessions.c.user == console_users.c.name)
        .where(console_sessions.c.digest == token_digest)
        .where(console_sessions.c.seen > used_after, console_sessions.c.began > began_after)
    )


def _save_view(link: Link, view: SavedView) -> None:
    same = (
        (console_views.c.owner == view.owner)
        & (console_views.c.view == view.view)
        & (console_views.c.name == view.name)
    )
    link.execute(delete(console_views).where(same))
    link.execute(
        insert(console_views).values(
            owner=view.owner, view=view.view, name=view.name, shared=view.shared, query=view.query
        )
    )


def _user(row: Row[Any]) -> User:
    return User(row.name, Role(row.role), row.created, row.changed)


def _view(row: Row[Any]) -> SavedView:
    return SavedView(row.name, row.owner, row.shared, row.view, row.query, row.id)


def _audit_values(row: Audited) -> dict[str, Any]:
    return {
        "at": row.at,
        "user": row.user,
        "role": row.role,
        "act": row.act,
        "connection": row.connection,
        "order_id": row.order_id,
        "detail": row.detail,
    }
