"""What tests of hostile input look at: scripts in a page, rows in a ledger, cells of an export."""

import re
from html.parser import HTMLParser

import httpx
from sqlalchemy import select

from dockwire.console.guarding import HANDLERS
from dockwire.ledger import SqlLedger
from dockwire.ledger.tables import metadata

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "';alert(1);//",
    "{{ 7 * 7 }}",
    "</script><svg onload=alert(1)>",
    "javascript:alert(1)",
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)", '"=1"')
KEPT_BESIDE = ("console_",)
"""Tables of sign-ins, sessions, views and the trail; a look may add to them."""


class _Scripts(HTMLParser):
    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "script" and said.get("nonce") != self.nonce:
            self.found.append("script")
        if tag in ("iframe", "object", "embed", "base"):
            self.found.append(tag)
        for name, value in said.items():
            if name.startswith("on") and value not in HANDLERS:
                self.found.append(f"{name}={value}")
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|data:text)", value, re.IGNORECASE
            ):
                self.found.append(f"{name}={value}")


def scripts_in(answer: httpx.Response) -> list[str]:
    """Return what would run in a page without being the page's own."""
    if "html" not in answer.headers.get("content-type", ""):
        return []
    policy = answer.headers["content-security-policy"]
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    parser = _Scripts(nonce)
    parser.feed(answer.text)
    return parser.found


def rows_of(ledger: SqlLedger) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the ledger, but for what a look at a page may leave."""
    with ledger.reading_sessions()() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if not table.name.startswith(KEPT_BESIDE)
        }
