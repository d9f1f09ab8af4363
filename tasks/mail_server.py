"""The server that notices go through: opened with patience, and its failures in words without addresses."""

import smtplib
import socket
import ssl

from prefect_email import EmailServerCredentials

_SOCKET_SECONDS = 30.0
"""prefect-email sets no timeout of its own, and a silent server would hang the run."""

FAILURES = (OSError, smtplib.SMTPException)
"""What reaching a server and handing it a mail may raise."""


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


def why(error: Exception, credentials: EmailServerCredentials) -> str:
    """Return what went wrong. Servers quote addresses in their refusals, so their own words are left out."""
    server = credentials.smtp_server
    host = server if isinstance(server, str) else server.value
    if isinstance(error, socket.gaierror):
        return f"the mail server {host} is not found"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server {host} refuses user name or password"
    if isinstance(error, ssl.SSLError):
        return f"the mail server {host} offers no encryption that can be trusted ({type(error).__name__})"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"the mail server {host} hangs up, as some do at a wrong user name or password"
    if isinstance(error, ConnectionError | TimeoutError):
        return f"the mail server {host} does not answer ({type(error).__name__})"
    return f"the mail server {host} refuses ({type(error).__name__})"
