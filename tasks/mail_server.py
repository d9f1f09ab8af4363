"""The server that notices go through: opened with patience, and its failures in words without addresses."""

import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from prefect_email import EmailServerCredentials

from dockwire.errors import MailNotSent
from dockwire.model.notice import Delivery

_SOCKET_SECONDS = 30.0
"""prefect-email sets no timeout of its own, and a silent server would hang the run."""

FAILURES = (OSError, smtplib.SMTPException)
"""What reaching a server and handing it a mail may raise."""

_OF_THE_MAIL = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused)
"""Refusals of one mail; after any other failure the server would take no other mail either."""
_FOR_GOOD = 500
"""Reply codes from here on say that trying again will not help (RFC 5321, section 4.2.1)."""
_LONGEST_ANSWER = 300


def open_server(credentials: EmailServerCredentials, *, seconds: float = _SOCKET_SECONDS) -> smtplib.SMTP:
    """Return a signed-in connection, to be used as a context manager.

    ``seconds`` bounds each wait for the server, unless this process has a bound of its own already.

    Raises:
        OSError, SMTPException: it cannot be reached, or refuses; :func:`why` tells it.
    """
    if socket.getdefaulttimeout() is None:
        socket.setdefaulttimeout(seconds)
    server: smtplib.SMTP = credentials.get_server()
    return server


def deliver(credentials: EmailServerCredentials, message: EmailMessage, to: tuple[str, ...]) -> Delivery:
    """Hand a message to the server for these addresses, which may be fewer than its header names.

    Raises:
        MailNotSent: the server took it for nobody. Where it refuses every address, its own set-up is as
            likely to blame as theirs, so none counts as refused for good.
    """
    try:
        with _opened(credentials) as server:
            reached = _reachable(server, message, to)
            if not reached:
                raise MailNotSent(f"the mail server {_host(credentials)} {_ASCII_ONLY}", server=False)
            refused = server.send_message(message, to_addrs=reached)
    except FAILURES as error:
        server_down = not isinstance(error, _OF_THE_MAIL)
        raise MailNotSent(why(error, credentials), server=server_down, answer=answer(error)) from None
    unheard = set(to) - set(reached)
    return Delivery(
        later=tuple(sorted(each for each, (code, _) in refused.items() if code < _FOR_GOOD)),
        refused=tuple(sorted(unheard | {each for each, (code, _) in refused.items() if code >= _FOR_GOOD})),
        told="; ".join(
            f"the mail server {_host(credentials)} {words}"
            for words in (_ASCII_ONLY if unheard else "", _replies(refused.values(), before="answers: "))
            if words
        ),
    )


def _reachable(server: smtplib.SMTP, message: EmailMessage, to: tuple[str, ...]) -> list[str]:
    """Return the addresses that the server can be told (RFC 6531); its header then names no others either."""
    server.ehlo_or_helo_if_needed()
    if server.has_extn("smtputf8"):
        return list(to)
    named = [each.addr_spec for each in message["To"].addresses]
    if not all(map(str.isascii, named)):
        message.replace_header("To", ", ".join(filter(str.isascii, named)))
    return [each for each in to if each.isascii()]


@contextmanager
def _opened(credentials: EmailServerCredentials) -> Iterator[smtplib.SMTP]:
    """Sign in, and hang up afterwards: a server that has taken a mail may say good-bye as it likes."""
    server = open_server(credentials)
    try:
        yield server
    finally:
        with suppress(*FAILURES):
            server.quit()
        server.close()


def why(error: Exception, credentials: EmailServerCredentials) -> str:
    """Return what went wrong. Servers quote addresses in their refusals, so :func:`answer` gives their own words."""
    words = next((words for kinds, words in _WORDS if isinstance(error, kinds)), "refuses ({error})")
    return f"the mail server {_host(credentials)} {words.format(error=type(error).__name__)}"


def answer(error: Exception) -> str:
    """Return the server's own answer, its code and its words on one line; empty where it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _replies(error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _replies([(error.smtp_code, error.smtp_error)])
    return ""


def _replies(replies: Iterable[tuple[int, bytes | str]], *, before: str = "") -> str:
    told = "; ".join(dict.fromkeys(f"{code} {_one_line(words)}".strip() for code, words in replies))
    return f"{before}{told[:_LONGEST_ANSWER]}" if told else ""


def _one_line(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def _host(credentials: EmailServerCredentials) -> str:
    server = credentials.smtp_server
    return server if isinstance(server, str) else server.value


_ASCII_ONLY = (
    "takes no address with letters beyond ASCII (it offers no SMTPUTF8); name another address in the contacts"
)


_WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((socket.gaierror,), "is not found"),
    ((smtplib.SMTPAuthenticationError,), "refuses user name or password"),
    ((smtplib.SMTPRecipientsRefused,), "refuses every address of it"),
    ((smtplib.SMTPNotSupportedError,), "takes no sender with letters beyond ASCII; change mail_from"),
    ((ssl.SSLError,), "offers no encryption that can be trusted ({error})"),
    ((smtplib.SMTPServerDisconnected,), "hangs up, as some do at a wrong user name or password"),
    ((ConnectionError, TimeoutError), "does not answer ({error})"),
)
"""The first that fits counts."""
