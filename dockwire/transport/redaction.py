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
            r"(?i)\b(access_token|refresh_token|client_secret|password|code)([\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
        ),
        r"\1\2[hidden]",
    ),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+"), "[mail address]"),
    (re.compile(r"\+?\d[\d ()./-]{8,}\d"), "[number]"),
)

_ORDER_ID = re.compile(r"\b\d{3}-\d{7}-\d{7}\b")
_KEPT = re.compile("\0(\\d+)\0")
_SHORTEST_SENT = 3


def install() -> None:
    """Keep httpx and httpcore from logging addresses with their queries, and the headers of answers."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def redacted(text: str, *, sent: Iterable[str] = ()) -> str:
    """Return ``text`` shortened, on one line, without anything that looks secret or personal.

    ``sent`` are values that must not come back in it: no pattern knows a name. Amazon order ids stay:
    they are the handle that support asks for.
    """
    line = " ".join(text[:_READ].replace("\0", " ").split())
    for value in sorted((" ".join(value.split()) for value in sent), key=len, reverse=True):
        if len(value) >= _SHORTEST_SENT:
            line = re.sub(re.escape(value), "[as sent]", line, flags=re.IGNORECASE)
    ids = _ORDER_ID.findall(line)
    numbers = iter(range(len(ids)))
    line = _ORDER_ID.sub(lambda _: f"\0{next(numbers)}\0", line)
    for pattern, instead in _PATTERNS:
        line = pattern.sub(instead, line)
    line = _KEPT.sub(lambda kept: ids[int(kept[1])], line).replace("\0", "")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
