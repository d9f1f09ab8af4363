"""A socket that pages are served on."""

import socket

_WAITING = 128


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address, IPv4 or IPv6.

    Raises:
        OSError: the address cannot be had; nothing stays open.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING)
    except OSError:
        listener.close()
        raise
    return listener
