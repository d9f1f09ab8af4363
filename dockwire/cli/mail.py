"""``dockwire mail``: look at what people are told, before and after."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.notice import MailRow, MailState, NoticeKind
from dockwire.ports import Ledger

app = typer.Typer(no_args_is_help=True, help="Look at the mails that people get, and send them again.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_UNSENT = (MailState.WAITING, MailState.FAILED, MailState.REFUSED)


@app.command("list")
@say.plainly
def list_mail(
    connection: Annotated[str, typer.Option(help="Only mails of this connection.")] = "",
    state: Annotated[
        list[MailState] | None, typer.Option(help="Only mails in this state; otherwise all but sent ones.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List mails that wait, that failed, or of which an address was refused."""
    rows = with_ledger(
        lambda ledger: ledger.list_mail(
            connection=ConnectionSlug(connection) if connection else None,
            states=tuple(state or _UNSENT),
            limit=limit,
        )
    )
    if as_json:
        say.data([_row(row) | _more(row) for row in rows])
        return
    say.table([_row(row) for row in rows])
    for row in rows:
        if row.refused:
            say.line(f"mail {row.id}: refused for good: {', '.join(row.refused)}; the others have it")
    if not rows:
        say.line("no mail waits, failed or was refused")
    if len(rows) == limit:
        say.line(f"(the first {limit}; --limit shows more)")


@app.command()
@say.plainly
def retry(
    mail_id: Annotated[
        int | None, typer.Argument(metavar="MAIL", help="Number in the list; all if left out.")
    ] = None,
    connection: Annotated[str, typer.Option(help="Only mails of this connection.")] = "",
    as_json: Json = False,
) -> None:
    """Make failed mails, and refused addresses of sent ones, due at once; the next run sends them."""
    slug = ConnectionSlug(connection) if connection else None
    due = with_ledger(
        lambda ledger: ledger.retry_mail(connection=slug, mail_id=mail_id, now=datetime.now(UTC))
    )
    if as_json:
        say.data({"due": due})
    elif due:
        say.line(f"{due} {'mail is' if due == 1 else 'mails are'} due; 'dockwire run watch' sends them now")
    elif mail_id is not None:
        say.fail(
            f"mail {mail_id} has neither failed nor been refused; 'dockwire mail list' shows those that have"
        )
    else:
        say.line("no mail has failed or been refused")


@app.command()
@say.plainly
def preview(
    kind: Annotated[NoticeKind, typer.Argument(help="Kind of notice.")],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page to this file and print no text."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print the text, beside a page that is written.")
    ] = False,
    connection: Annotated[str, typer.Option(help="As this connection would say it.")] = "",
    as_json: Json = False,
) -> None:
    """Show a kind of mail, made of invented facts; nothing is sent or stored."""
    from dockwire.mail.compose import letter
    from dockwire.mail.samples import sample

    told_by = _connection(connection)
    asked = told_by.contacts.asked(kind)
    about = letter(kind, told_by, sample(kind, told_by, datetime.now(UTC)))
    if html is not None:
        try:
            html.write_text(about.html, encoding="utf-8")
        except OSError as error:
            say.fail(f"{html}: {error.strerror or 'cannot be written'}")
    if as_json:
        say.data(
            {"kind": kind, "to": asked.to, "subject": about.subject, "text": about.text, "html": about.html}
        )
    elif html is None or text:
        say.line(f"To: {', '.join(asked.to) or '(nobody asks for it)'}")
        say.line(f"Subject: {about.subject}\n")
        say.line(about.text)
    if html is not None and not as_json:
        say.line(f"the page is in {html}")


def _connection(name: str) -> Connection:
    """Return a registered connection, or one of nobody."""
    if not name:
        return Connection.model_validate(
            _NOBODY | {"contacts": {kind: ["you@example.com"] for kind in NoticeKind}}
        )

    async def known(ledger: Ledger) -> list[Connection]:
        return await ledger.connections()

    found = {each.slug: each for each in with_ledger(known)}
    if name not in found:
        say.fail(
            f"there is no connection {name!r} in the ledger, which knows those that have run: "
            f"{', '.join(found) or 'none'}"
        )
    return found[ConnectionSlug(name)]


_NOBODY: dict[str, Any] = {
    "slug": "acme-us",
    "application_id": "sample",
    "seller_id": "A2EXAMPLE",
    "marketplace": "US",
    "warehouse": "main",
    "customer_id": 1,
    "facility_id": 1,
    "import_since": datetime(2026, 1, 1, tzinfo=UTC),
}


def _row(row: MailRow) -> dict[str, Any]:
    return {
        "mail": row.id,
        "connection": row.connection,
        "kind": row.kind,
        "state": row.state.value,
        "posted": f"{row.posted:%Y-%m-%d %H:%M}",
        "due": "" if row.sent else f"{row.not_before:%Y-%m-%d %H:%M}",
        "tries": row.attempts,
        "recipients": len(row.recipients),
        "subject": row.subject,
        "why": row.error,
    }


def _more(row: MailRow) -> dict[str, Any]:
    return {"recipients": row.recipients, "refused": row.refused, "sent": row.sent and row.sent.isoformat()}
