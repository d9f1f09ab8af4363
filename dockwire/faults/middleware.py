"""The middleware itself: asks the rules, lets the chosen effect play."""

from starlette.types import ASGIApp, Receive, Scope, Send

from dockwire.clock import Clock, SystemClock
from dockwire.faults.connection import Exchange
from dockwire.faults.rules import FaultRules

SCOPE_KEY = "dockwire.fault"
"""Where the kind of the fault that played is left in the ASGI scope, for journals outside."""


class Faults:
    """Wraps an ASGI application and hurts the requests its rules choose; the rest pass untouched.

    ``rules`` may be changed while the server runs. ``clock`` is what delays wait on.
    """

    def __init__(self, app: ASGIApp, rules: FaultRules, *, clock: Clock | None = None) -> None:
        self.app = app
        self.rules = rules
        self.clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection.

        Raises:
            ConnectionCut: the chosen fault breaks the connection; servers close it in answer.
        """
        rule = self.rules.choose(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if rule is None:
            await self.app(scope, receive, send)
            return
        scope[SCOPE_KEY] = rule.effect.kind
        await rule.effect.play(Exchange(self.app, scope, receive, send, self.clock))
