"""Which server sends the mails of a connection, and who gets them."""

from collections.abc import Mapping
from typing import Any

from deployments.adding import questions
from deployments.adding.draft import Draft
from deployments.adding.interview import Interview
from deployments.adding.pattern import Pattern
from deployments.adding.questions import Question
from deployments.adding.readers import given_contacts, read_address, read_addresses, read_slug
from dockwire.model.notice import NoticeKind

_TOLD = {
    NoticeKind.ORDERS_CREATED: "Who is told of created orders; addresses with commas, empty for nobody",
    NoticeKind.ORDERS_HELD: "Who is told of orders that wait for a decision",
    NoticeKind.RUN_FAILED: "Who is told of failed runs",
    NoticeKind.RUN_CRASHED: "Who is told of runs whose process went away; '-' for nobody",
    NoticeKind.RUN_LATE: "Who is told of runs that do not start; '-' for nobody",
}
_AS_FAILED = {NoticeKind.RUN_CRASHED, NoticeKind.RUN_LATE}
"""The same people mend these, so they are proposed."""


def ask_mail(interview: Interview, draft: Draft, words: list[str], pattern: Pattern) -> dict[str, Any]:
    """Return the keys of a connection's table that are about mails; the draft gets a server that is new.

    ``words`` are the contacts that options name.
    """
    before = pattern.fields
    proposed = before.get("mail") or next(iter(draft.file().names("mail")), None)
    name = interview.ask(questions.MAIL, read_slug, default=proposed)
    contacts = given_contacts(words)
    if name == questions.MAIL.default:
        return {"contacts": contacts} if contacts else {}
    if not draft.take("mail", name):
        draft.tables["mail", name] = interview.table("mail")
    sender = interview.ask(questions.MAIL_FROM, read_address, default=before.get("mail_from"))
    if not contacts:
        known = dict(before.get("contacts", {}))
        contacts = known if interview.alone else _asked(interview, known)
    return {"mail": name, "mail_from": sender} | ({"contacts": contacts} if contacts else {})


def _asked(interview: Interview, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contacts; ``known`` are proposed, and kept where no question is about them."""
    found = {key: value for key, value in known.items() if key not in set(_TOLD)}
    for kind, text in _TOLD.items():
        before = known.get(kind.value, [])
        told_before = before if isinstance(before, list) else before.get("to", [])
        told_failed = found.get(NoticeKind.RUN_FAILED.value, []) if kind in _AS_FAILED and not known else []
        question = Question(
            "contact", text, default=", ".join(told_before or told_failed), prefix=f"{kind.value}="
        )
        if told := interview.ask(question, read_addresses):
            # When and how they are told stays as it was.
            found[kind.value] = before if told == told_before else told
    return found
