"""Making texts safe for logs and errors: no secrets, no tokens, no mail addresses, nothing long."""

import logging
import re
from collections.abc import Iterable

_LONGEST = 300
_READ = 5000
"""No more of a text is looked at: patterns take their time over a page without spaces."""

_PATTERNS = (
    (re.compile(r"Atz[ra]\|[^\s\"',}]+"), "[token]"),
    (re.compile(r"amzn1\.oa2-cs\.[^\s\"',}]+"), "[secret]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~|-]+"), r"\1 [hidden]"),
    (
        re.compile(
            r"(?i)\b(access_token|refresh_token|client_secret|password|(?:spapi_oauth_)?code)([\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
        ),
        r"\1\2[hidden]",
    ),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+"), "[mail address]"),
    (re.compile(r"\+?\d[\d ()./-]{8,}\d"), "[number]"),
)

_ORDER_ID = re.compile(r"\b\d{3}-\d{7}-\d{7}\b")
_KEPT = re.compile("\0(\\d+)\0")
_SHORTEST_SENT = 3
_SHORTEST_HANDLE = 8
"""A shorter number could be a piece of a longer one that has to go, and what is left of it would stay."""


def install() -> None:
    """Keep httpx and httpcore from logging addresses with their queries, and the headers of answers."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def redacted(text: str, *, sent: Iterable[str] = (), handles: Iterable[str] = ()) -> str:
    """Return ``text`` shortened, on one line, without anything that looks secret or personal.

    ``sent`` are values that must not come back in it: no pattern knows a name. Amazon order ids stay, and
    so do ``handles``: numbers of ours that are nobody's, and that the reader needs to find what is meant.
    """
    line = " ".join(text[:_READ].replace("\0", " ").split())
    for value in sorted((" ".join(value.split()) for value in sent), key=len, reverse=True):
        if len(value) >= _SHORTEST_SENT:
            line = re.sub(re.escape(value), "[as sent]", line, flags=re.IGNORECASE)
    known = _known(handles)
    ids = known.findall(line)
    numbers = iter(range(len(ids)))
    line = known.sub(lambda _: f"\0{next(numbers)}\0", line)
    for pattern, instead in _PATTERNS:
        line = pattern.sub(instead, line)
    line = _KEPT.sub(lambda kept: ids[int(kept[1])], line).replace("\0", "")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _known(handles: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of what stays: whole words only, the longest first."""
    words = sorted({word for word in handles if len(word) >= _SHORTEST_HANDLE}, key=len, reverse=True)
    if not words:
        return _ORDER_ID
    return re.compile("|".join([_ORDER_ID.pattern, *(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)]))
