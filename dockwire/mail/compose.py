"""From facts to mails: one per kind and list of recipients, in plain text and HTML, without personal data."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from dockwire.decisions.telling import is_worse
from dockwire.mail.entries import LISTED, groups
from dockwire.mail.letter import Letter
from dockwire.mail.words import WORDS, named
from dockwire.model.connection import Connection
from dockwire.model.notice import RULES, NoticeKind
from dockwire.model.record import Fact, Mail


def compose(connection: Connection, facts: Iterable[Fact]) -> list[Mail]:
    """Return the mails that tell these facts to the connection's contacts; none for a kind without contacts."""
    told = list(facts)
    mails = []
    for kind, rule in RULES.items():
        chosen = [fact for fact in told if fact.kind in rule.facts]
        mails += [_mail(kind, connection, some, to) for to, some in _by_recipients(kind, connection, chosen)]
    return mails


def letter(kind: NoticeKind, connection: Connection, facts: list[Fact]) -> Letter:
    """Return what a notice of these facts says."""
    words, name = WORDS[kind], connection.slug
    hidden = len(facts) - LISTED
    return Letter(
        subject=f"[{name}] {words.subject(facts)}",
        tone=words.tone,
        happened=words.happened(facts, named(connection)),
        groups=groups(facts, connection.contacts.zone),
        more=f"... and {hidden} more." if hidden > 0 else "",
        todo=words.todo,
        when=words.when,
        commands=tuple(command.format(name=name) for command in words.commands),
        about=f"dockwire sends this for connection {named(connection)} to those its contacts name for {kind}.",
    )


def trial_mail(connection: Connection, address: str, *, now: datetime) -> Mail:
    """Return a mail that only shows that mails arrive."""
    about = Letter(
        subject=f"[{connection.slug}] this is a test",
        tone=WORDS[NoticeKind.ORDERS_FLOWING].tone,
        happened=f"Mails of {named(connection)} arrive here. This one is a test: nothing happened.",
        groups=(),
        more="",
        todo="nothing.",
        when="nothing is due.",
        commands=("dockwire mail list",),
        about=f"dockwire sends this because somebody ran 'dockwire mail test {connection.slug}'.",
    )
    return Mail(
        message_id=f"<test.{connection.slug}.{now:%Y%m%d%H%M%S%f}@dockwire.invalid>",
        connection=connection.slug,
        kind="test",
        recipients=(address,),
        subject=about.subject,
        text=about.text,
        html=about.html,
        left=(address,),
    )


def _by_recipients(
    kind: NoticeKind, connection: Connection, facts: list[Fact]
) -> Iterator[tuple[tuple[str, ...], list[Fact]]]:
    """Yield who hears of which facts: what gets worse goes to the escalation contacts too."""
    asked = connection.contacts.asked(kind)
    lists: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        more = asked.escalate if is_worse(fact) else ()
        lists.setdefault(tuple(dict.fromkeys(asked.to + more)), []).append(fact)
    for to, some in lists.items():
        if to:
            yield to, some


def _mail(kind: NoticeKind, connection: Connection, facts: list[Fact], recipients: tuple[str, ...]) -> Mail:
    about = letter(kind, connection, facts)
    return Mail(
        message_id=f"<{kind}.{connection.slug}.{facts[0].id}-{facts[-1].id}@dockwire.invalid>",
        connection=connection.slug,
        kind=kind,
        recipients=recipients,
        subject=about.subject,
        text=about.text,
        html=about.html,
    )
