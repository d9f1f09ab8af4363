"""Addresses from settings."""

import pytest

from dockwire.errors import SettingsError
from dockwire.transport import address


@pytest.mark.parametrize("text", ["https://secure-wms.com", "http://127.0.0.1:8765/amazon"])
def test_an_address_of_a_web_server_is_taken(text: str) -> None:
    assert str(address(text, name="base_url")) == text


@pytest.mark.parametrize(
    "text",
    ["", "secure-wms.com", "ftp://secure-wms.com", "https://", "http://[::1", "http://x:999999", "embedded"],
)
def test_anything_else_is_a_wrong_setting_and_named(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^base_url is not an address"):
        address(text, name="base_url")
