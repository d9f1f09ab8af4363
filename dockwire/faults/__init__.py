"""Faults on purpose: an ASGI middleware that makes a healthy server behave like a bad day.

:class:`Faults` wraps any ASGI application; :class:`FaultRules` says which requests are hit, when
and how. Rules are data, so they come from a test, a file or a simulator's control endpoint alike::

    app = Faults(app, FaultRules.model_validate({
        "seed": 7,
        "rules": [
            {"method": "POST", "path": "/orders$", "nth": 1, "effect": "lost_reply"},
            {"probability": 0.05, "effect": {"kind": "status", "status": 503, "html": "<h1>Busy</h1>"}},
        ],
    }))
"""

from dockwire.faults.connection import ConnectionCut
from dockwire.faults.endpoint import fault_route
from dockwire.faults.middleware import Faults
from dockwire.faults.rules import FaultRules, Rule, RuleReport

__all__ = ["ConnectionCut", "FaultRules", "Faults", "Rule", "RuleReport", "fault_route"]
