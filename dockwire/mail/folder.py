"""A local SMTP server that keeps every mail as a file: for the demo and for looking at mails."""

import re
import socket
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Keep:
    """Writes each message to the folder, named so that a listing reads in order of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's name and signature
        """Keep the message; answers as SMTP wants."""
        self._count += 1
        content = envelope.original_content or b""
        subject = re.search(rb"(?im)^subject: *(.*)$", content)
        words = re.sub(rb"[^A-Za-z0-9]+", b"-", subject[1] if subject else b"mail").decode().strip("-")
        (self._folder / f"{self._count:03d}-{words[:60]}.eml").write_bytes(content)
        return "250 kept"


def keep_mail(folder: Path, *, host: str = "127.0.0.1", port: int = 0, **options: Any) -> Controller:
    """Start the server in a thread of its own; stop it with ``stop()``. ``port`` says where it listens.

    ``options`` (certificates, log-in) are those of aiosmtpd's controller.
    """
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Keep(folder), hostname=host, port=port or _free_port(host), **options)
    controller.start()
    return controller


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
