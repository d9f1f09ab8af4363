"""From a mail of the outbox to a message that an SMTP server takes."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from dockwire.model.record import Mail


def to_message(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    """Return the message: plain text with an HTML alternative, marked as sent by a machine."""
    message = EmailMessage()
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = ", ".join(mail.recipients)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"
    message["X-Dockwire-Connection"] = mail.connection
    message["X-Dockwire-Kind"] = mail.kind
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
