"""The audit trail: who did, saw or tried what at the console; for engineers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement
from starlette.requests import Request
from starlette_admin.fields import BaseField, StringField

from dockwire.console.act_words import ACTS, act_in_words
from dockwire.console.fields import moment, text
from dockwire.console.filtering import MOMENTS, WORDS, OneOf, beginning
from dockwire.console.listing import ReadOnlyList
from dockwire.console.parts import ENGINEERS, RUN_STARTED, Parts
from dockwire.console.records import AuditRecord
from dockwire.console.runs_asked import pages_of_runs, run_in
from dockwire.console.searching import as_order_id, typed
from dockwire.ledger.console_tables import console_audit
from dockwire.model.console import Role


class _Act(OneOf):
    choices = tuple(sorted(ACTS.items(), key=lambda each: each[1]))


@dataclass
class _Detail(StringField):
    """What is to be said of an act; a run leads to its page in Prefect."""

    list_template: str = "console/audit_detail.html"
    detail_template: str = "console/audit_detail.html"


class AuditView(ReadOnlyList):
    """The trail, newest first."""

    key = "audit"
    menu_label = "Audit trail"
    display_name = "Audit row"
    search_hint = "User or Amazon order"
    search_told = "A whole name of a user, or an Amazon order id from its beginning"
    icon = "fa fa-clipboard-list"
    seen_by: ClassVar[frozenset[Role]] = ENGINEERS
    shown_first: ClassVar[frozenset[str]] = frozenset({"at", "user", "act", "order_id", "detail"})
    sortable_fields = ("at",)
    sortable_field_mapping: ClassVar[dict[str, Any]] = {"at": AuditRecord.id}
    fields_default_sort = (("at", True),)

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(parts, AuditRecord)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            moment("at", "When", filters=MOMENTS),
            text("user", "Who", filters=WORDS),
            text("role", "Role", filters=[]),
            text("act", "What", lambda row: act_in_words(row.act), filters=[_Act, *WORDS]),
            text("connection", "Connection", filters=WORDS),
            text("order_id", "Order", filters=WORDS),
            _Detail("detail", label="Detail", filters=[]),
        ]

    async def _complete(self, request: Request, records: Sequence[Any]) -> None:
        await super()._complete(request, records)
        runs = {row.detail: run_in(row.detail) for row in records if row.act == RUN_STARTED}
        pages = await pages_of_runs(self.parts, runs.values())
        request.state.run_pages = {told: pages[run] for told, run in runs.items() if run in pages}

    def get_search_query(self, request: Request, term: str) -> ColumnElement[bool]:  # noqa: ARG002 - starlette-admin's signature
        """Find by user, or by the beginning of an order id."""
        return (console_audit.c.user == typed(term)) | beginning(console_audit.c.order_id, as_order_id(term))
