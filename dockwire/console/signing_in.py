"""Signing in and out: passwords, sessions that end, and few tries."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

import anyio.to_thread

from dockwire.clock import Clock
from dockwire.console.passwords import NOBODYS, is_password
from dockwire.model.console import SignInLimit, User, checked_name
from dockwire.ports import ConsoleLedger

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
TRIES_BY_NAME, TRIES_BY_ADDRESS = 5, 30
"""Failed sign-ins within the window; an address may be a whole office behind one router."""


class NotSignedIn(Exception):
    """A sign-in was refused; the message is for the person who tried, and tells nothing about users.

    Attributes:
        user: The user whose name was given, if there is one.
    """

    def __init__(self, message: str, user: User | None = None) -> None:
        super().__init__(message)
        self.user = user


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that began."""

    user: User
    token: str
    """For the browser's cookie; the ledger knows its digest only."""


class Gate:
    """Lets users in and out."""

    def __init__(self, ledger: ConsoleLedger, clock: Clock, *, key: str) -> None:
        """Take the ledger and the console's secret."""
        self._ledger = ledger
        self._clock = clock
        self._key = key.encode()

    async def sign_in(self, name: str, password: str, *, address: str) -> SignedIn:
        """Begin a session.

        Raises:
            NotSignedIn: wrong name or password, or too many tries.
        """
        by_name = self._subject("name", name.strip().lower())
        limits = [
            SignInLimit(by_name, TRIES_BY_NAME),
            SignInLimit(self._subject("address", address), TRIES_BY_ADDRESS),
        ]
        now = self._clock.now()
        free = await self._ledger.try_sign_in(limits, now=now, within=WINDOW)
        found = await self._known(name)
        if free is not None:
            minutes = int((free - now).total_seconds() // 60) + 1
            raise NotSignedIn(
                f"Too many failed sign-ins. Try again in {minutes} minutes.", found[0] if found else None
            )
        user = await self._proven(found, password)
        token = secrets.token_urlsafe(32)
        if not await self._ledger.begin_session(digest_of(token), user, now=now):
            raise NotSignedIn("Your account was changed just now. Sign in again.", user)
        await self._ledger.forgive_sign_ins(by_name)
        return SignedIn(user, token)

    async def user_of(self, token: str, *, used: bool = True) -> User | None:
        """Return whose session a token is of, or None when it has ended or never was.

        ``used`` is False for what a page asks by itself: it keeps no session alive.
        """
        return await self._ledger.session_user(
            digest_of(token), now=self._clock.now(), idle=IDLE, longest=LONGEST, used=used
        )

    async def sign_out(self, token: str) -> None:
        """End a session, wherever its token has got to."""
        await self._ledger.end_session(digest_of(token))

    async def _known(self, name: str) -> tuple[User, str] | None:
        try:
            return await self._ledger.user_with_password(checked_name(name))
        except ValueError:
            return None

    async def _proven(self, found: tuple[User, str] | None, password: str) -> User:
        kept = found[1] if found else NOBODYS
        right = await anyio.to_thread.run_sync(is_password, password, kept)
        if not found or not right:
            raise NotSignedIn("Wrong name or password.", found[0] if found else None)
        return found[0]

    def _subject(self, kind: str, value: str) -> str:
        return hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def digest_of(token: str) -> str:
    """Return what the ledger knows of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()
