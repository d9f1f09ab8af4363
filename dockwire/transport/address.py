"""Addresses from settings, looked at before anything is sent there."""

import httpx

from dockwire.errors import SettingsError

_PORTS = 2**16


def address(text: str, *, name: str) -> httpx.URL:
    """Return the address that the setting ``name`` holds.

    Raises:
        SettingsError: it is no address of a web server.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or not 0 < (url.port or 1) < _PORTS:
        raise SettingsError(f"{name} is not an address such as https://example.com")
    return url
