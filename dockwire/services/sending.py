"""Sending what the outbox holds: at least once, and as good as never twice."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dockwire.errors import MailNotSent
from dockwire.model.notice import Delivery
from dockwire.model.record import Mail
from dockwire.services.notices import Teller

log = logging.getLogger("dockwire.mail")

Deliver = Callable[[Mail], Awaitable[Delivery]]
"""Hands a mail to a server for the addresses that are left; raises ``MailNotSent`` when it took it for nobody."""

_LEASE = 600.0
_AT_ONCE = 2
"""So few that the lease outlasts all of them at a server that uses up every wait: nobody else sends them meanwhile."""
_FIRST_DELAY = timedelta(minutes=5)
_LONGEST_DELAY = timedelta(hours=4)


async def send_due(desk: Teller, deliver: Deliver) -> int:
    """Send the connection's mails that are due; return how many a server took.

    A mail that fails waits and is tried again by later runs, with the same Message-ID. When the server is
    the trouble the others are not tried now, so that a silent server costs a run one wait, and one mail that
    no server takes keeps back none behind it.

    Raises:
        MailNotSent: the server is the trouble; what it did not take is in the outbox.
    """
    ledger, slug, sent = desk.ledger, desk.connection.slug, 0
    while mails := await ledger.take_mail(
        slug, owner=desk.owner, now=desk.clock.now(), seconds=_LEASE, limit=_AT_ONCE
    ):
        for mail in mails:
            try:
                delivery = await deliver(mail)
            except MailNotSent as error:
                await _postpone(desk, mail, error)
                if error.server:
                    await ledger.release_mail(slug, owner=desk.owner)
                    raise
            else:
                await _record(desk, mail, delivery)
                sent += 1
    return sent


async def _record(desk: Teller, mail: Mail, delivery: Delivery) -> None:
    if not (delivery.later or delivery.refused):
        await desk.ledger.mail_sent(mail.id, now=desk.clock.now())
        return
    late = f"the mail server does not take {_count(delivery.later)} yet" if delivery.later else ""
    told = "; ".join(filter(None, (delivery.told, late)))
    log.warning(
        "mail %s of %s: the server refused %s; 'dockwire mail list' names them",
        mail.kind, desk.connection.slug, _count(delivery.refused + delivery.later),
    )  # fmt: skip
    now = desk.clock.now()
    await desk.ledger.mail_delivered(mail.id, delivery, error=told, now=now, not_before=_again(desk, mail))


async def _postpone(desk: Teller, mail: Mail, error: MailNotSent) -> None:
    at = _again(desk, mail)
    log.warning("mail %s was not sent: %s; tried again after %s", mail.kind, error, f"{at:%H:%M} UTC")
    await desk.ledger.mail_failed(mail.id, error=error.told, not_before=at)


def _again(desk: Teller, mail: Mail) -> datetime:
    delay: timedelta = _FIRST_DELAY * 2 ** min(mail.attempts, 10)
    return desk.clock.now() + min(delay, _LONGEST_DELAY)


def _count(addresses: tuple[str, ...]) -> str:
    return "1 address" if len(addresses) == 1 else f"{len(addresses)} addresses"
