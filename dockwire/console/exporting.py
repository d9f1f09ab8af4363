"""Export of lists: all that match unless less is asked for, the columns that are shown, and how much went in the audit trail."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.contrib.sqla import ModelView
from starlette_admin.export import ExportContext
from starlette_admin.export.csv import CsvExporter
from starlette_admin.fields import BaseField
from starlette_admin.filters import FilterGroup
from starlette_admin.types import RequestAction
from starlette_admin.views import BaseModelView

from dockwire.console.parts import Parts

MOST_EXPORTED = 50_000
"""Rows of one export."""
_FORM = "console/export.html"
_ALL, _SELECTED, _PAGE = "all", "selected", "page"
_SCOPES = {_ALL: "all that match", _SELECTED: "the selected rows", _PAGE: "one page"}


async def _form(request: Request, view: BaseModelView) -> str:
    """Return the form: the number of rows that match, and the columns that are shown, ticked."""
    shown = view._parse_list_params(request).visible_cols  # noqa: SLF001 - a form asks for no more than the list does
    fields = view.get_fields_list(request, action=RequestAction.EXPORT)
    admin = view._admin  # noqa: SLF001 - as starlette-admin's own form does
    assert admin is not None
    env: Environment = admin.templates.env
    return env.get_template(_FORM).render(
        request=request,
        fields=fields,
        shown={field.name for field in fields} if shown is None else set(shown),
        exporters=view.exporters,
        filename=view.key,
        total=getattr(request.state, "total", 0),
        most=MOST_EXPORTED,
    )


class MarkedCsv(CsvExporter):
    """CSV that Excel reads as the UTF-8 that it is: it begins with the byte-order mark."""

    async def generate(self, fields: list[BaseField], rows: list[dict[str, Any]]) -> bytes:
        """Return the file."""
        written: bytes = await super().generate(fields, rows)
        return BOM_UTF8 + written


class ExportingList(ModelView):
    """A list that leaves as a file."""

    parts: Parts

    async def count(self, request: Request, q: str | None = None, filters: FilterGroup | None = None) -> int:
        """Count what matches; the form of the export says it."""
        counted: int = await super().count(request, q, filters)
        request.state.total = counted
        return counted

    @action(
        name="export",
        text="Export",
        confirmation="",
        header="Export",
        icon_class="list.export",
        submit_btn_text="Export",
        form=_form,
        custom_response=True,
        allow_empty_selection=True,
        dedicated_button=True,
        modal_size="lg",
    )
    async def export_action(self, request: Request, selection: ActionSelection) -> Response:
        """Answer with the rows: all that match, those of the page, or the selected ones."""
        answer: Response = await super().export_action(request, selection)
        return answer

    async def _export_resolve_items(
        self, request: Request, selection: ActionSelection, scope: str, *more: Any
    ) -> Sequence[Any]:
        # starlette-admin takes a form without a scope for one page.
        if (scope := _scope(await request.form())) == _ALL:
            selection = ActionSelection(self, request, None, selection.filters, selection.q)
        found: Sequence[Any] = await super()._export_resolve_items(request, selection, scope, *more)
        return found

    async def before_export(self, request: Request, ctx: ExportContext) -> None:
        """Write down what leaves, before it does."""
        scope = _SCOPES[_scope(await request.form())]
        detail = f"{self.key}: {_rows(len(ctx.rows))}, {scope}"
        await self.parts.audit(request, "export", detail=detail)


def _scope(form: FormData) -> str:
    asked: Any = form.get("scope")
    return str(asked) if asked in _SCOPES else _ALL


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
