"""Settings that can be wrong: told by name, with what to write instead."""

import pytest

from dockwire.errors import SettingsError
from dockwire.settings import read_settings


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("AMAZON_ORDER_LINK", "{seller_central}/orders/{order}", "{seller_central}/orders"),
        ("AMAZON_ORDER_LINK", "https://a.test/{order}", "javascript:alert('{order}')"),
        ("AMAZON_ORDER_LINK", "", "https://a.test/{order}/{name}"),
        ("WAREHOUSE_ORDER_LINK", "https://w.test/{warehouse_order}", "{seller_central}/{warehouse_order}"),
    ],
)
def test_an_address_of_orders_is_https_and_has_the_order_in_it(
    monkeypatch: pytest.MonkeyPatch, name: str, good: str, bad: str
) -> None:
    monkeypatch.setenv(f"DOCKWIRE_{name}", good)
    assert getattr(read_settings(), name.lower()) == good
    monkeypatch.setenv(f"DOCKWIRE_{name}", bad)
    with pytest.raises(SettingsError, match=f"DOCKWIRE_{name}: give an address that begins with https://"):
        read_settings()
