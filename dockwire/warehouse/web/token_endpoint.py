"""``POST /AuthServer/api/Token``: a credential is exchanged for a bearer token."""

import base64
import binascii

from dockwire.warehouse.members import Members
from dockwire.warehouse.problems import NotSignedIn, TokenRefused
from dockwire.warehouse.signing_in import TokenRequest
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.web.shapes import loads
from dockwire.warehouse.work import Access

PATH = "/AuthServer/api/Token"


def give_token(warehouse: Warehouse, authorization: str, content: bytes) -> dict[str, object]:
    """Return the answer to a token request.

    Raises:
        TokenRefused: client, secret, login or grant type are not accepted.
    """
    client_id, client_secret = _basic(authorization)
    request = _read(client_id, client_secret, content)
    return {
        "access_token": warehouse.sign_in(request),
        "token_type": "Bearer",
        "expires_in": warehouse.switches.token_seconds,
        "refresh_token": None,
        "scope": None,
    }


def find_access(warehouse: Warehouse, authorization: str) -> Access:
    """Return what the sender of an ``Authorization`` header may do.

    Raises:
        NotSignedIn: there is no token in it, or one that is not good.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return warehouse.access_of(token.strip())


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, coded = authorization.partition(" ")
    try:
        client_id, separator, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        separator = ""
    if scheme.lower() != "basic" or not separator or "\x00" in client_id:
        raise TokenRefused(401, "invalid_client", "client not registered")
    return client_id, secret


def _read(client_id: str, client_secret: str, content: bytes) -> TokenRequest:
    try:
        members = Members(loads(content), model="TokenRequest")
    except (ValueError, RecursionError):
        raise TokenRefused(400, "invalid_request", "the body is not JSON") from None
    return TokenRequest(
        client_id=client_id,
        client_secret=client_secret,
        grant_type=members.text("grant_type"),
        user_login=members.text("user_login"),
        user_login_id=members.number("user_login_id"),
    )
