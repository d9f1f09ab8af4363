"""Mails at real SMTP servers that refuse, hang up or die: sent once to everybody who can get them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from prefect_email import EmailServerCredentials

from deployments.prefect_server import free_port
from dockwire.clock import ManualClock
from dockwire.errors import MailNotSent
from dockwire.ledger import SqlLedger
from dockwire.mail.compose import compose
from dockwire.mail.message import to_message
from dockwire.model.notice import Delivery, MailState
from dockwire.model.record import Fact, FactKind, Mail
from dockwire.sealing import Sealer
from dockwire.services.notices import Counter, post_notices
from dockwire.services.sending import Deliver, send_due
from tasks.mail_server import deliver
from tests.builders import NOW, connection

TWO = connection(contacts={"run_failed": ["one@example.com", "two@example.com"], "orders_flowing": []})


class Desk:
    """A mail server that does to each address and message what it is told."""

    def __init__(self) -> None:
        self.refuse: dict[str, str] = {}
        self.hang_up: bool = False
        self.answer = "250 kept"
        self.bye = "221 bye"
        self.got: list[tuple[str, tuple[str, ...]]] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        if self.hang_up:
            assert server.transport is not None
            server.transport.close()
            return "451 gone"
        if self.answer.startswith("250"):
            self.got.append((str(message["Message-ID"]).strip(), tuple(envelope.rcpt_tos)))
        return self.answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.bye


@pytest.fixture
def desk() -> Iterator[tuple[Desk, EmailServerCredentials]]:
    """Give a server's behaviour and the way to it."""
    handler = Desk()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, _at(controller.port)
    controller.stop()


def _at(port: int) -> EmailServerCredentials:
    return EmailServerCredentials(smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=port)


@pytest_asyncio.fixture
async def book(database_url: str) -> AsyncIterator[SqlLedger]:
    """Give a ledger in which a run of the connection has failed."""
    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(TWO, now=NOW)
    await ledger.add_fact(Fact(FactKind.RUN_FAILED, NOW, TWO.slug, detail={"reason": "R.", "fixer": "clerk"}))
    yield ledger
    await ledger.close()


def through(credentials: EmailServerCredentials) -> Deliver:
    async def hand_over(mail: Mail) -> Delivery:
        message = to_message(mail, sender="dockwire@example.com", now=NOW)
        return await asyncio.to_thread(deliver, credentials, message, mail.left)

    return hand_over


def counter(ledger: SqlLedger, clock: ManualClock, owner: str = "one") -> Counter:
    return Counter(TWO, ledger, clock, owner)


async def test_one_refused_address_is_noted_and_the_other_gets_the_mail_once(
    book: SqlLedger, desk: tuple[Desk, EmailServerCredentials], caplog: pytest.LogCaptureFixture
) -> None:
    server, way = desk
    server.refuse = {"two@example.com": "550 no such person"}
    clock = ManualClock(NOW)
    assert await post_notices(counter(book, clock), compose) == 1
    with caplog.at_level(logging.WARNING, "dockwire.mail"):
        assert await send_due(counter(book, clock), through(way)) == 1
    assert [to for _, to in server.got] == [("one@example.com",)]
    (row,) = await book.list_mail()
    assert (row.state, row.refused) == (MailState.REFUSED, ("two@example.com",))
    assert "refused 1 address; 'dockwire mail list' names them" in caplog.text
    assert row.error == "the mail server 127.0.0.1 answers: 550 no such person"
    assert "two@example.com" not in caplog.text
    server.refuse = {}
    assert await send_due(counter(book, clock), through(way)) == 0
    await book.retry_mail(now=NOW)
    assert await send_due(counter(book, clock), through(way)) == 1
    assert [to for _, to in server.got] == [("one@example.com",), ("two@example.com",)]
    assert len({message_id for message_id, _ in server.got}) == 1


async def test_an_address_that_the_server_cannot_write_keeps_no_other_from_its_mail(book: SqlLedger) -> None:
    handler, clock = Desk(), ManualClock(NOW)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    controller.start()
    lists = (("jörg@example.com", "one@example.com"), ("jörg@example.com",), ("two@example.com",))
    mails = [Mail(f"<{n}@x>", TWO.slug, "test", to, "s", "t", "h") for n, to in enumerate(lists)]
    await book.post_mail(mails, [], now=NOW)
    assert await send_due(counter(book, clock), through(_at(controller.port))) == 2
    controller.stop()
    assert handler.got == [("<0@x>", ("one@example.com",)), ("<2@x>", ("two@example.com",))]
    first, alone, other = await book.list_mail()
    assert (first.state, first.refused) == (MailState.REFUSED, ("jörg@example.com",))
    assert (alone.state, other.state) == (MailState.FAILED, MailState.SENT)
    assert all("takes no address with letters beyond ASCII" in row.error for row in (first, alone))


async def test_an_address_that_is_not_taken_now_gets_it_later_and_the_other_not_twice(
    book: SqlLedger, desk: tuple[Desk, EmailServerCredentials]
) -> None:
    server, way = desk
    server.refuse = {"two@example.com": "450 try again"}
    clock = ManualClock(NOW)
    await post_notices(counter(book, clock), compose)
    await send_due(counter(book, clock), through(way))
    (row,) = await book.list_mail()
    assert (row.state, row.refused) == (MailState.FAILED, ())
    server.refuse = {}
    assert await send_due(counter(book, clock), through(way)) == 0
    clock.advance(301)
    assert await send_due(counter(book, clock), through(way)) == 1
    assert [to for _, to in server.got] == [("one@example.com",), ("two@example.com",)]


async def test_a_server_that_refuses_everybody_has_refused_nobody_for_good(
    book: SqlLedger, desk: tuple[Desk, EmailServerCredentials], caplog: pytest.LogCaptureFixture
) -> None:
    server, way = desk
    server.refuse = dict.fromkeys(("one@example.com", "two@example.com"), "550 relaying denied")
    clock = ManualClock(NOW)
    await post_notices(counter(book, clock), compose)
    assert await send_due(counter(book, clock), through(way)) == 0
    (row,) = await book.list_mail()
    assert (row.state, row.error) == (
        MailState.FAILED,
        "the mail server 127.0.0.1 refuses every address of it: 550 relaying denied",
    )
    # What it says to a whole mail is told in one line, of a bounded length, and in no log.
    server.refuse, server.answer = {}, "554-two@example.com\t\x1b[31m\r\n554 " + "no " * 150
    clock.advance(301)
    assert await send_due(counter(book, clock), through(way)) == 0
    (row,) = await book.list_mail()
    assert row.error.startswith(
        "the mail server 127.0.0.1 refuses (SMTPDataError): 554 two@example.com [31m no no"
    )
    assert (row.error.isprintable(), len(row.error) < 400) == (True, True)
    assert "was not sent: the mail server 127.0.0.1 refuses (SMTPDataError); tried again" in caplog.text
    assert "two@example.com" not in caplog.text
    server.answer = "250 kept"
    clock.advance(301)
    clock.advance(301)
    assert await send_due(counter(book, clock), through(way)) == 1
    assert [to for _, to in server.got] == [("one@example.com", "two@example.com")]


async def test_a_connection_lost_in_the_middle_of_a_mail_keeps_it_for_later(
    book: SqlLedger, desk: tuple[Desk, EmailServerCredentials]
) -> None:
    server, way = desk
    server.hang_up = True
    clock = ManualClock(NOW)
    await post_notices(counter(book, clock), compose)
    await book.post_mail([Mail("<2@x>", TWO.slug, "test", ("one@example.com",), "s", "t", "h")], [], now=NOW)
    with pytest.raises(MailNotSent, match="hangs up"):
        await send_due(counter(book, clock), through(way))
    first, second = await book.list_mail()
    assert (first.state, second.state) == (MailState.FAILED, MailState.WAITING)
    server.hang_up = False
    # What was not tried is free for the next run at once, and what failed keeps nothing behind it.
    assert await send_due(counter(book, clock, "two"), through(way)) == 1
    clock.advance(301)
    assert await send_due(counter(book, clock, "two"), through(way)) == 1
    assert [message_id for message_id, _ in server.got] == [
        "<2@x>",
        "<run_failed.acme-us.1-1@dockwire.invalid>",
    ]


async def test_a_server_that_ends_badly_after_taking_a_mail_has_taken_it(
    book: SqlLedger, desk: tuple[Desk, EmailServerCredentials]
) -> None:
    server, way = desk
    server.bye = "421 overloaded"
    clock = ManualClock(NOW)
    await post_notices(counter(book, clock), compose)
    assert await send_due(counter(book, clock), through(way)) == 1
    assert await send_due(counter(book, clock), through(way)) == 0
    assert len(server.got) == 1


async def test_a_run_that_dies_between_posting_and_sending_loses_and_doubles_nothing(
    book: SqlLedger, database_url: str, desk: tuple[Desk, EmailServerCredentials]
) -> None:
    server, way = desk
    clock = ManualClock(NOW)
    await post_notices(counter(book, clock), compose)
    # It has taken the mail and is gone: the lease keeps others away for ten minutes, and then no longer.
    assert len(await book.take_mail(TWO.slug, owner="one", now=NOW, seconds=600)) == 1
    assert await post_notices(counter(book, clock, "two"), compose) == 0
    assert await send_due(counter(book, clock, "two"), through(way)) == 0
    clock.advance(601)
    assert await send_due(counter(book, clock, "two"), through(way)) == 1
    assert await send_due(counter(book, clock, "three"), through(way)) == 0
    assert len(server.got) == 1


async def test_a_digest_comes_once_a_day_and_holds_everything_since(database_url: str) -> None:
    digest = connection(
        contacts={
            "orders_created": {"to": ["clerk@example.com"], "digest": "08:00"},
            "orders_flowing": ["one@example.com"],
            "time_zone": "America/New_York",
            "quiet_hours": "20:00-07:00",
            "run_failed": ["engineer@example.com"],
        }
    )
    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(digest, now=NOW)
    clock = ManualClock(NOW)  # four in the morning in New York
    told: list[tuple[str, str]] = []

    async def a_while(hours: float) -> None:
        clock.advance(hours * 3600)
        desk = Counter(digest, ledger, clock, "me")
        await post_notices(desk, compose)
        for mail in await ledger.take_mail(digest.slug, owner="me", now=clock.now(), seconds=60):
            told.append((f"{clock.now():%d %H:%M}", mail.subject))
            await ledger.mail_sent(mail.id, now=clock.now())

    for kind in (FactKind.ORDER_CREATED, FactKind.ORDER_ADOPTED, FactKind.RUN_FAILED):
        await ledger.add_fact(Fact(kind, clock.now(), digest.slug, detail={"reason": "R."}))
    await a_while(0)
    assert told == []  # the digest waits for its hour, the rest for the end of the quiet hours
    await a_while(3)
    assert {subject for _, subject in told} == {"[acme-us] orders are flowing", "[acme-us] a run failed"}
    await ledger.add_fact(Fact(FactKind.ORDER_CREATED, clock.now(), digest.slug))
    await a_while(0.9)
    await a_while(0.1)
    assert told[2:] == [("02 13:00", "[acme-us] 3 orders created in the warehouse")]
    await ledger.add_fact(Fact(FactKind.ORDER_CREATED, clock.now(), digest.slug))
    await a_while(23.9)
    await a_while(0.1)
    await a_while(24)
    assert told[3:] == [("03 13:00", "[acme-us] 1 order created in the warehouse")]
    await ledger.close()


async def test_a_slow_server_gets_no_mail_a_second_time_from_another_run(book: SqlLedger) -> None:
    clock, sent = ManualClock(NOW), list[str]()
    mails = [Mail(f"<{n}@x>", TWO.slug, "run_failed", ("a@example.com",), "s", "t", "h") for n in range(9)]
    await book.post_mail(mails, [], now=NOW)

    async def quick(mail: Mail) -> Delivery:
        sent.append(mail.message_id)
        return Delivery()

    async def slow(mail: Mail) -> Delivery:
        clock.advance(120)
        if mail.message_id == "<6@x>":
            # By now a lease on all of them would be over.
            await send_due(counter(book, clock, "two"), quick)
        return await quick(mail)

    await send_due(counter(book, clock), slow)
    assert sorted(sent) == [mail.message_id for mail in mails]
