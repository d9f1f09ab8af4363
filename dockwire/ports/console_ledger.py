"""What the ledger keeps for the console: users, sessions, tries to sign in, the audit trail, saved views."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dockwire.model.console import Audited, Role, SavedView, SignInLimit, User


class ConsoleLedger(Protocol):
    """The console's own tables. Session tokens are known by digest only."""

    async def add_user(self, user: User, *, password_hash: str) -> bool:
        """Add a user; false when the name is taken."""
        ...

    async def users(self) -> list[User]:
        """Return all users by name."""
        ...

    async def user_with_password(self, name: str) -> tuple[User, str] | None:
        """Return a user and the hash of the password."""
        ...

    async def change_user(
        self, name: str, *, now: datetime, role: Role | None = None, password_hash: str | None = None
    ) -> bool:
        """Change role or password and end all sessions of the user; false when there is no such user."""
        ...

    async def remove_user(self, name: str) -> bool:
        """Remove a user with sessions and saved views; the audit trail stays. False: no such user."""
        ...

    async def try_sign_in(
        self, limits: Sequence[SignInLimit], *, now: datetime, within: timedelta
    ) -> datetime | None:
        """Count a sign-in as failed before it is tried; or count nothing and return when the next may be tried.

        A success takes its count back with :meth:`forgive_sign_ins`, so tries at the same time cannot pass the limit.
        """
        ...

    async def forgive_sign_ins(self, subject: str) -> None:
        """Forget the failed sign-ins of a name or an address."""
        ...

    async def begin_session(self, token_digest: str, user: User, *, now: datetime) -> bool:
        """Begin a session; false when the user was changed or removed since it was read."""
        ...

    async def session_user(
        self, token_digest: str, *, now: datetime, idle: timedelta, longest: timedelta, used: bool = True
    ) -> User | None:
        """Return whose session this is, and note that it is in use if it is ``used``; None when it has ended."""
        ...

    async def end_session(self, token_digest: str) -> None:
        """End a session; does nothing when it has ended."""
        ...

    async def console_key(self) -> str:
        """Return the secret that signs the console's forms: the same for every process on this ledger."""
        ...

    async def audit(self, *rows: Audited) -> None:
        """Append to the console's audit trail."""
        ...

    async def save_view(self, view: SavedView) -> None:
        """Keep a view; its owner's view of the same name is replaced."""
        ...

    async def saved_views(self, user: str, view: str) -> list[SavedView]:
        """Return the user's own and all shared views of a list, by name."""
        ...

    async def drop_view(self, view_id: int, *, user: str, everyones: bool = False) -> bool:
        """Remove a view of the user, or with ``everyones`` anybody's; false when there is none."""
        ...

    async def unreadable_text(self, row_id: int) -> str | None:
        """Return what Amazon sent of an order that cannot be read, by its row; None for one that can. Personal data."""
        ...
