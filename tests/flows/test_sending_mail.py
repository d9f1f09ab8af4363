"""Mails reach real SMTP servers of every kind; what cannot be sent waits and is sent once."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword
from prefect_email import EmailServerCredentials
from pydantic import SecretStr

from deployments.checking.mail import mail
from dockwire.clock import SystemClock
from dockwire.ledger.tables import outbox
from dockwire.mail.folder import keep_mail
from tests.flows.site import Site, numbers

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

LOGIN, PASSWORD = "dockwire", "right-words"

Start = Callable[..., EmailServerCredentials]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def start(site: Site) -> Iterator[Start]:
    """Start mail servers that keep what they take in the site's folder."""
    with ExitStack() as running:

        def started(kind: str, signer: trustme.CA | None = None, password: str = PASSWORD) -> Any:
            options: dict[str, Any] = {"authenticator": _knows}
            if signer is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                signer.issue_cert("127.0.0.1").configure_cert(context)
                options["tls_context" if kind == "STARTTLS" else "ssl_context"] = context
            # The server counts only STARTTLS as encrypted, and would not let anybody log in otherwise.
            options["auth_require_tls"] = options["require_starttls"] = kind == "STARTTLS"
            server = keep_mail(site.mail, **options)
            running.callback(server.stop)
            return EmailServerCredentials(
                smtp_server="127.0.0.1", smtp_type=kind, smtp_port=server.port,
                username=LOGIN, password=SecretStr(password),
            )  # fmt: skip

        yield started


_KNOWN: list[bytes] = []
"""The names that logged in."""


def _knows(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    _KNOWN.append(data.login)
    # "Handled" would mean that the reply has gone out already, and none would.
    right = data == LoginPassword(LOGIN.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def waiting(site: Site, *, due_now: bool = False) -> list[str]:
    """Return the ids of unsent mails; ``due_now`` ends their wait for the next attempt."""
    engine = sa.create_engine(f"sqlite:///{site.folder / 'ledger.db'}")
    with engine.begin() as book:
        unsent = outbox.c.sent.is_(None)
        if due_now:
            book.execute(sa.update(outbox).where(unsent).values(not_before=outbox.c.posted))
        ids = list(book.scalars(sa.select(outbox.c.message_id).where(unsent)))
    engine.dispose()
    return ids


@pytest.mark.parametrize("kind", ["STARTTLS", "SSL"])
async def test_encrypted_servers_with_a_login_get_the_mails(
    site: Site, start: Start, authority: trustme.CA, kind: str
) -> None:
    await site.use_mail(start(kind, authority))
    site.world.populate(6, [("US", 1)])
    _KNOWN.clear()
    await numbers(await site.run())
    assert site.mails()
    assert not waiting(site)
    assert set(_KNOWN) == {LOGIN.encode()}


async def test_a_plain_server_with_a_login_gets_the_mails(site: Site, start: Start) -> None:
    await site.use_mail(start("INSECURE"))
    site.world.populate(6, [("US", 1)])
    _KNOWN.clear()
    await numbers(await site.run())
    assert site.mails()
    assert set(_KNOWN) == {LOGIN.encode()}


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("unknown", "smtp.invalid is not found"),
        ("down", "does not answer"),
        ("password", "user name or password"),
        ("certificate", "no encryption that can be trusted"),
    ],
)
async def test_the_check_of_a_connection_signs_in_to_its_mail_server(
    site: Site, start: Start, authority: trustme.CA, trouble: str, words: str
) -> None:
    site.block.mail_server = start("SSL", authority)
    assert await _mail_of(site) == (True, "the mail server answers")
    broken: dict[str, Callable[[], EmailServerCredentials]] = {
        "unknown": lambda: EmailServerCredentials(
            smtp_server="smtp.invalid", smtp_type="INSECURE", smtp_port=25
        ),
        "down": lambda: EmailServerCredentials(smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=9),
        "password": lambda: start("SSL", authority, password="wrong-words"),
        "certificate": lambda: start("SSL", trustme.CA()),
    }
    site.block.mail_server = broken[trouble]()
    ok, told = await _mail_of(site)
    assert (ok, words in told) == (False, True), told
    assert "wrong-words" not in told
    assert not site.mails()


async def _mail_of(site: Site) -> tuple[bool | None, str]:
    found = await mail(site.block, site.block.connection(site.slug), None, SystemClock())
    return found.ok, found.detail


@pytest.mark.parametrize("trouble", ["down", "password", "certificate"])
async def test_what_cannot_be_sent_waits_changes_no_run_and_is_sent_once(
    site: Site, start: Start, authority: trustme.CA, trouble: str
) -> None:
    broken: dict[str, Callable[[], EmailServerCredentials]] = {
        "down": lambda: EmailServerCredentials(smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=9),
        "password": lambda: start("SSL", authority, password="wrong-words"),
        "certificate": lambda: start("SSL", trustme.CA()),
    }
    await site.use_mail(broken[trouble]())
    site.world.populate(6, [("US", 1)])
    await numbers(await site.run())
    ids = waiting(site)
    assert ids
    assert not site.mails()
    await numbers(await site.run())
    assert not site.mails()  # not due yet
    await site.use_mail(start("SSL", authority))
    assert waiting(site, due_now=True) == ids
    await numbers(await site.run())
    assert [mail["message-id"].strip() for mail in site.mails()] == ids
    await numbers(await site.run())
    assert len(site.mails()) == len(ids)
