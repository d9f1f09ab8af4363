"""The block of one warehouse account."""

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from dockwire.access import WarehouseAccess
from dockwire.settings import explained


class WarehouseAccount(Block):
    """One account at a 3PL Warehouse Manager: the hosted product or the embedded warehouse.

    Attributes:
        base_url: Address of the API, or the word embedded for the warehouse inside this installation.
        client_id: Client of the REST API credential.
        client_secret: Secret of the REST API credential.
        user_login: Login name the calls are made under.
        user_login_id: Number of that login, where the name is not known.
        tpl: The warehouse company's GUID, needed by some credentials.
        time_zone: Zone of the warehouse's times.

    Example:
        Load a stored warehouse account:
        ```python
        from blocks import WarehouseAccount
        account = WarehouseAccount.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Warehouse Account"
    _block_type_slug = "warehouse-account"

    base_url: str = Field(
        default="https://secure-wms.com",
        description="Address of the REST API; the word embedded means the warehouse in this installation.",
    )
    client_id: str = Field(default="", description="Client id of the REST API credential.")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of the REST API credential."
    )
    user_login: str = Field(default="", description="Login name that the calls are made under.")
    user_login_id: int | None = Field(
        default=None, description="Number of the login, given instead of its name."
    )
    tpl: str = Field(default="", description="GUID of the warehouse company, where the credential needs it.")
    time_zone: str = Field(
        default="America/Los_Angeles", description="IANA zone of the warehouse's offset-less times."
    )

    def access(self, name: str) -> WarehouseAccess:
        """Return the settings object that the rest of dockwire works with.

        Raises:
            SettingsError: a field does not hold what it should; the message names it.
        """
        with explained(f"warehouse account {name}"):
            return WarehouseAccess(
                name=name,
                base_url=self.base_url,
                client_id=self.client_id,
                client_secret=self.client_secret,
                user_login=self.user_login,
                user_login_id=self.user_login_id,
                tpl=self.tpl,
                time_zone=self.time_zone,
            )
