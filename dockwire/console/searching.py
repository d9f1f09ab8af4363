"""What people type or paste to find something, as it stands in the ledger."""

import re

_LONGEST = 100
_DASHES = re.compile(r"[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]")
_UNSEEN = re.compile(r"[\s\u00AD\u200B-\u200F\u2060\uFEFF\0]+")
"""Blanks of every kind and signs without a width: what comes along from mails and tables."""
_FIRST, _SECOND, _WHOLE = 3, 10, 17
"""An Amazon order id has 3, 7 and 7 digits."""


def typed(text: str) -> str:
    """Return a text without blanks around it, at most 100 characters."""
    return text.replace("\0", "").strip()[:_LONGEST]


def pasted(text: str) -> str:
    """Return an id or a number without blanks, and with plain hyphens."""
    return _DASHES.sub("-", _UNSEEN.sub("", text))[:_LONGEST]


def as_order_id(text: str) -> str:
    """Return the beginning of an Amazon order id, with its hyphens where only digits came."""
    found = pasted(text)
    digits = found.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and _FIRST < len(digits) <= _WHOLE):
        return found
    return "-".join(each for each in (digits[:_FIRST], digits[_FIRST:_SECOND], digits[_SECOND:]) if each)
