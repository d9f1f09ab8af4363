"""What somebody with the key and the files can still read: every byte counts, not only whole values."""

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 16
_RUN = re.compile(rb"[A-Za-z0-9_-]{64,}")
"""A piece of a sealed value: large ones are spread over the pages of a database file."""


def readable(folder: Path, key: str) -> bytes:
    """Return everything that any piece of a sealed value in any file says when it is decrypted with the key.

    Fernet is AES in CBC mode, where a block opens with the block before it: no piece has to be whole, and
    where its blocks begin is tried out.
    """
    secret = base64.urlsafe_b64decode(key)[_BLOCK:]
    pieces = {
        piece for path in folder.iterdir() if path.is_file() for piece in _RUN.findall(path.read_bytes())
    }
    return b"\n".join(text for piece in pieces for text in _decrypted(piece, secret))


def named(words: Iterable[str], said: bytes) -> list[str]:
    """Return the words that are said."""
    return [word for word in words if word.encode() in said]


def _decrypted(piece: bytes, secret: bytes) -> Iterator[bytes]:
    for skipped in range(4):
        text = piece[skipped:]
        data = base64.urlsafe_b64decode(text[: len(text) // 4 * 4])
        for start in range(_BLOCK):
            blocks = data[start : start + (len(data) - start) // _BLOCK * _BLOCK]
            if len(blocks) > _BLOCK:
                opener = Cipher(AES(secret), CBC(blocks[:_BLOCK])).decryptor()
                yield opener.update(blocks[_BLOCK:]) + opener.finalize()
