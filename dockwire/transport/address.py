"""Addresses from settings, looked at before anything is sent there."""

import httpx

from dockwire.errors import SettingsError


def address(text: str, *, name: str) -> httpx.URL:
    """Return the address that the setting ``name`` holds.

    Raises:
        SettingsError: it is no address of a web server.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(f"{name} is not an address such as https://example.com")
    return url
