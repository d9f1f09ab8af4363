"""Credentials and the tokens they are exchanged for; neither is readable in the database."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, insert, select

from dockwire.warehouse.problems import NotSignedIn, TokenRefused
from dockwire.warehouse.tables import credentials, tokens
from dockwire.warehouse.work import Access

# Each run signs in anew, and stretching takes a twentieth of a second of a processor. What is stretched
# once is known again by a digest that means nothing outside this process.
_PROCESS_KEY = secrets.token_bytes(32)
_proved: dict[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What the token endpoint was sent; a login is a name or a number."""

    client_id: str
    client_secret: str = field(repr=False)
    grant_type: str
    user_login: str = ""
    user_login_id: int | None = None


def hash_secret(secret: str) -> str:
    """Return what is kept of a client secret."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_stretched(secret, salt).hex()}"


def secret_matches(secret: str, kept: str) -> bool:
    """Tell whether a client secret is the one that was kept."""
    proof = hmac.digest(_PROCESS_KEY, secret.encode(), "sha256")
    if hmac.compare_digest(_proved.get(kept, b""), proof):
        return True
    salt, _, digest = kept.partition(":")
    matches = hmac.compare_digest(_stretched(secret, bytes.fromhex(salt)), bytes.fromhex(digest))
    if matches:
        _proved[kept] = proof
    return matches


def find_client(link: Connection, request: TokenRequest) -> Row[tuple[object, ...]] | None:
    """Return the credential that a request names, its secret not yet looked at.

    Raises:
        TokenRefused: the request is none that this endpoint answers.
    """
    if request.grant_type != "client_credentials":
        raise TokenRefused(400, "unsupported_grant_type", "use client_credentials")
    if bool(request.user_login) == (request.user_login_id is not None):
        raise TokenRefused(400, "invalid_request", "send exactly one of user_login and user_login_id")
    return link.execute(select(credentials).where(credentials.c.client_id == request.client_id)).first()


def check_client(client: Row[tuple[object, ...]] | None, request: TokenRequest) -> None:
    """Compare secret and login with the credential.

    Raises:
        TokenRefused: client or secret are unknown, or the login is another one.
    """
    if client is None or not secret_matches(request.client_secret, client.secret_hash):
        raise TokenRefused(401, "invalid_client", "client not registered")
    if (request.user_login or client.user_login) != client.user_login or (
        request.user_login_id not in {None, client.user_login_id}
    ):
        raise TokenRefused(400, "invalid_grant", "the user login is not the credential's")


def issue_token(link: Connection, client_id: str, *, now: datetime, seconds: int) -> str:
    """Make a token for a credential, good for so many seconds, and forget those that have expired."""
    token = secrets.token_urlsafe(32)
    link.execute(delete(tokens).where(tokens.c.expires <= now))
    expires = now + timedelta(seconds=seconds)
    values = {"token_hash": _digest(token), "client_id": client_id, "expires": expires}
    link.execute(insert(tokens).values(values))
    return token


def find_access(link: Connection, token: str, now: datetime) -> Access:
    """Return what the owner of a token may do.

    Raises:
        NotSignedIn: the token is unknown or expired.
    """
    found = link.execute(
        select(credentials)
        .join(tokens, tokens.c.client_id == credentials.c.client_id)
        .where(tokens.c.token_hash == _digest(token), tokens.c.expires > now)
    ).first()
    if found is None:
        raise NotSignedIn
    visible = None if found.customers is None else frozenset(found.customers)
    return Access(found.user_login, frozenset(found.roles), visible)


def _stretched(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1)


def _digest(token: str) -> str:
    # A token is random and long: one round is enough, and every request needs it.
    return hashlib.sha256(token.encode()).hexdigest()
