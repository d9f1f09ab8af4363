"""The secrets of one warehouse account."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class WarehouseCredentials:
    """A REST API client and the login its calls are made under, by name or by number."""

    client_id: str
    client_secret: SecretStr
    user_login: str = ""
    user_login_id: int | None = None
    tpl: str = ""
