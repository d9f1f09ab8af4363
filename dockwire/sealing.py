"""Personal data at rest: encrypted before it reaches a database, readable only with the key.

Fernet (AES-128-CBC with HMAC-SHA256) meets Amazon's floor of AES-128. Several keys may be given:
the first seals, every one opens, so a key is rotated by putting the new one in front and sealing
the old rows again.
"""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealError(Exception):
    """The key ring is unusable, or a sealed value was not written with any of its keys."""


class Sealer:
    """Seals and opens JSON values with a ring of keys."""

    def __init__(self, keys: list[str]) -> None:
        """Take url-safe base64 keys of 32 bytes, newest first.

        Raises:
            SealError: no key was given, or one is not a Fernet key.
        """
        if not keys:
            raise SealError("no encryption key: set DOCKWIRE_ENCRYPTION_KEYS to at least one Fernet key")
        try:
            self._ring = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SealError(
                "an encryption key is not 32 url-safe base64 bytes; make one with 'dockwire key new'"
            ) from error

    @staticmethod
    def new_key() -> str:
        """Return a fresh random key."""
        return Fernet.generate_key().decode()

    def seal(self, value: Any) -> str:
        """Return ``value`` (anything JSON can say) as an opaque text."""
        return self._ring.encrypt(
            json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        ).decode()

    def open(self, sealed: str) -> Any:
        """Return what was sealed.

        Raises:
            SealError: none of the keys fits.
        """
        try:
            return json.loads(self._ring.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SealError(_NO_KEY_FITS) from error

    def rotate(self, sealed: str) -> str:
        """Return the same value sealed with the newest key.

        Raises:
            SealError: none of the keys fits.
        """
        try:
            return self._ring.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealError(_NO_KEY_FITS) from error


_NO_KEY_FITS = (
    "a sealed value does not open with the configured keys; put the key it was written with back "
    "into DOCKWIRE_ENCRYPTION_KEYS (after the newest one)"
)
