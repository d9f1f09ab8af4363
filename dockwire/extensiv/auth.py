"""Bearer tokens of the warehouse: where they come from, and what refusals mean.

Source: the vendor's reference, relation "auth".
"""

from datetime import timedelta
from typing import Any

import httpx
from pydantic import ValidationError

from dockwire.clock import Clock
from dockwire.errors import RemoteError, Unavailable, WrongCredentials
from dockwire.extensiv.credentials import WarehouseCredentials
from dockwire.transport import Granted, TokenKeeper

_PATH = "/AuthServer/api/Token"
_OPERATION = "token"
_LIFE = timedelta(minutes=30)
"""The vendor names 30 to 60 minutes; without ``expires_in`` the shorter one is meant."""
_EARLY = timedelta(seconds=90)
_PLAIN = {"accept": "application/json", "content-type": "application/json"}
"""The token endpoint is no HAL resource."""


class WarehouseLogin:
    """Exchanges a warehouse account's credential for bearer tokens."""

    def __init__(self, credentials: WarehouseCredentials, *, client: httpx.AsyncClient) -> None:
        self._credentials = credentials
        self._client = client

    def keeper(self, clock: Clock) -> TokenKeeper:
        """Return the keeper of the account's bearer token."""
        return TokenKeeper(self.ask, clock=clock, early=_EARLY, life=_LIFE)

    async def ask(self) -> Granted:
        """Return a new bearer token.

        Raises:
            WrongCredentials: client, secret or login are not accepted.
            Unavailable: the token endpoint did not answer properly.
        """
        known = self._credentials
        body: dict[str, Any] = {"grant_type": "client_credentials"}
        if known.user_login_id is not None:
            body["user_login_id"] = known.user_login_id
        else:
            body["user_login"] = known.user_login
        if known.tpl:
            body["tpl"] = known.tpl
        try:
            answer = await self._client.post(
                _PATH,
                json=body,
                auth=(known.client_id, known.client_secret.get_secret_value()),
                headers=_PLAIN,
            )
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the warehouse does not answer ({type(error).__name__}); check base_url and the network",
                system="warehouse",
                operation=_OPERATION,
            ) from None
        if answer.status_code == httpx.codes.OK:
            try:
                return Granted.model_validate_json(answer.content)
            except ValidationError:
                pass
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> RemoteError:
    facts: dict[str, Any] = {"system": "warehouse", "operation": _OPERATION, "status": answer.status_code}
    if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return WrongCredentials(
            "the warehouse does not accept the credential: check client_id, client_secret and the user login "
            "of the warehouse account",
            **facts,
        )
    return Unavailable("the warehouse gave no token", **facts)
