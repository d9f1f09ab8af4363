"""Personal data at rest: encrypted before it reaches a database, readable only with the key.

Fernet (AES-128-CBC with HMAC-SHA256) meets Amazon's floor of AES-128. Several keys may be given:
the first seals, every one opens, so a key is rotated by putting the new one in front and sealing
the old rows again.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealError(Exception):
    """The key ring is unusable, or a sealed value was not written with any of its keys."""


class _Ring:
    """Some keys, ready for use."""

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise SealError("no encryption key: set DOCKWIRE_ENCRYPTION_KEYS to at least one Fernet key")
        self.keys = list(keys)
        try:
            self.single = {fingerprint(key): Fernet(key) for key in keys}
        except ValueError as error:
            raise SealError(
                "an encryption key is not 32 url-safe base64 bytes; make one with 'dockwire key new'"
            ) from error
        self.all = MultiFernet(list(self.single.values()))


class Sealer:
    """Seals and opens JSON values with a ring of keys."""

    def __init__(self, keys: list[str] | Callable[[], list[str]]) -> None:
        """Take url-safe base64 keys of 32 bytes, newest first, or what tells them whenever one is needed.

        Raises:
            SealError: no key was given, or one is not a Fernet key.
        """
        self._source = keys if callable(keys) else lambda: keys
        self._known = _Ring(self._source())

    @staticmethod
    def new_key() -> str:
        """Return a fresh random key."""
        return Fernet.generate_key().decode()

    @property
    def fingerprints(self) -> list[str]:
        """The names of the keys, newest first; they do not tell the keys."""
        return list(self._ring.single)

    def seal(self, value: Any) -> str:
        """Return ``value`` (anything JSON can say) as an opaque text."""
        return self._ring.all.encrypt(
            json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        ).decode()

    def open(self, sealed: str) -> Any:
        """Return what was sealed.

        Raises:
            SealError: none of the keys fits.
        """
        try:
            return json.loads(self._ring.all.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SealError(_NO_KEY_FITS) from error

    def rotate(self, sealed: str) -> str:
        """Return the same value sealed with the newest key.

        Raises:
            SealError: none of the keys fits.
        """
        try:
            return self._ring.all.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealError(_NO_KEY_FITS) from error

    def key_of(self, sealed: str) -> str:
        """Return the fingerprint of the key that sealed a value.

        Raises:
            SealError: none of the keys did.
        """
        for name, key in self._ring.single.items():
            try:
                key.decrypt(sealed.encode())
            except InvalidToken:
                continue
            return name
        raise SealError(_NO_KEY_FITS)

    @property
    def _ring(self) -> _Ring:
        # A key may have been added while this process runs: what others seal with it must open here.
        keys = self._source()
        if keys != self._known.keys:
            self._known = _Ring(keys)
        return self._known


def fingerprint(key: str) -> str:
    """Return a name of a key by which people can tell it from others; the key cannot be found from it."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


_NO_KEY_FITS = (
    "a sealed value does not open with the configured keys; put the key it was written with back "
    "into DOCKWIRE_ENCRYPTION_KEYS (after the newest one)"
)
