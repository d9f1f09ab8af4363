"""Users of the console: added, changed and removed from the command line, each act in the audit trail."""

from dockwire.clock import Clock
from dockwire.console.passwords import checked_password, hash_password
from dockwire.errors import SettingsError
from dockwire.model.console import Audited, Role, User, checked_name
from dockwire.ports import ConsoleLedger


class Users:
    """The users in a ledger; ``by`` is named in the audit trail."""

    def __init__(self, ledger: ConsoleLedger, clock: Clock, *, by: str) -> None:
        self._ledger = ledger
        self._clock = clock
        self._by = by

    async def all(self) -> list[User]:
        """Return all users by name."""
        return await self._ledger.users()

    async def add(self, name: str, role: Role, password: str) -> User:
        """Add a user.

        Raises:
            SettingsError: the name is taken or cannot be used, or the password cannot.
        """
        name, now = _name(name), self._clock.now()
        user = User(name, role, created=now, changed=now)
        if not await self._ledger.add_user(user, password_hash=_hash(password, name)):
            raise SettingsError(
                f"user {name} exists already; 'dockwire user password {name}' changes the password"
            )
        await self._note("user_added", f"{name}, {role}")
        return user

    async def change_password(self, name: str, password: str) -> None:
        """Give a user another password and end the user's sessions.

        Raises:
            SettingsError: there is no such user, or the password cannot be used.
        """
        name = _name(name)
        await self._change(name, password_hash=_hash(password, name))
        await self._note("password_changed", name)

    async def change_role(self, name: str, role: Role) -> None:
        """Give a user another role and end the user's sessions.

        Raises:
            SettingsError: there is no such user.
        """
        name = _name(name)
        await self._change(name, role=role)
        await self._note("role_changed", f"{name}, {role}")

    async def remove(self, name: str) -> None:
        """Remove a user and end the user's sessions; what the user did stays in the audit trail.

        Raises:
            SettingsError: there is no such user.
        """
        name = _name(name)
        if not await self._ledger.remove_user(name):
            raise _unknown(name)
        await self._note("user_removed", name)

    async def _change(self, name: str, *, role: Role | None = None, password_hash: str | None = None) -> None:
        now = self._clock.now()
        if not await self._ledger.change_user(name, now=now, role=role, password_hash=password_hash):
            raise _unknown(name)

    async def _note(self, act: str, detail: str) -> None:
        await self._ledger.audit(Audited(self._clock.now(), self._by, "", act, detail=detail))


def _name(name: str) -> str:
    try:
        return checked_name(name)
    except ValueError as error:
        raise SettingsError(f"the user's name {error}") from None


def _hash(password: str, name: str) -> str:
    try:
        return hash_password(checked_password(password, name=name))
    except ValueError as error:
        raise SettingsError(f"the password {error}") from None


def _unknown(name: str) -> SettingsError:
    return SettingsError(f"there is no user {name}; 'dockwire user list' shows all")
