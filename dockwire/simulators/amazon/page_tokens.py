"""Pagination tokens: opaque, signed, alive for a day, and full of characters that need encoding.

A token remembers where the page ended, the upper bound that was fixed with the first page, and a
fingerprint of the parameters that have to be repeated. Model text: ``Pagination`` in Orders
v2026-01-01. Real tokens contain ``+``, ``/`` and ``=``, and clients that encode them twice or not at
all are refused; every token here contains all three.
"""

import base64
import hashlib
import hmac
import itertools
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dockwire.simulators.amazon.errors import invalid_input
from dockwire.simulators.amazon.orders import Position

LIFETIME = timedelta(hours=24)
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page:
    """What a token stands for."""

    seller_id: str
    fingerprint: str
    before: datetime
    cursor: Position
    issued: datetime


def seal(page: Page, key: bytes) -> str:
    """Turn a page into a token."""
    candidates = (_encoded(_written(page, nonce), key) for nonce in itertools.count())
    return next(token for token in candidates if all(awkward in token for awkward in "+/="))


def unseal(token: str, key: bytes, now: datetime, *, name: str = "paginationToken") -> Page:
    """Read a token back; ``name`` is what the operation calls it.

    Raises:
        Refusal: 400, when the token is not one of ours, damaged, or older than a day.
    """
    try:
        raw = base64.b64decode(token, validate=True)
    except ValueError:
        raise invalid_input(f"{name} is not valid") from None
    signature, packed = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(packed, key)):
        raise invalid_input(f"{name} is not valid")
    page = _read(json.loads(zlib.decompress(packed)))
    if now - page.issued > LIFETIME:
        raise invalid_input(f"{name} has expired")
    return page


def _encoded(written: list[object], key: bytes) -> str:
    packed = zlib.compress(json.dumps(written).encode())
    return base64.b64encode(_signature(packed, key) + packed).decode()


def _signature(packed: bytes, key: bytes) -> bytes:
    return hmac.digest(key, packed, hashlib.sha256)[:_SIGNATURE_BYTES]


def _written(page: Page, nonce: int) -> list[object]:
    moment, order = page.cursor
    times = [page.before.timestamp(), moment.timestamp(), page.issued.timestamp()]
    return [page.seller_id, page.fingerprint, order, *times, nonce]


def _read(written: list[object]) -> Page:
    seller_id, fingerprint, order, *times, _ = written
    before, moment, issued = (datetime.fromtimestamp(float(str(time)), UTC) for time in times)
    return Page(str(seller_id), str(fingerprint), before, (moment, str(order)), issued)
