"""What people did, in words: the acts of the audit trail, and the decisions that are kept about an order."""

from itertools import product

from dockwire.console.parts import RUN_STARTED, SHIP_ASKED
from dockwire.model.override import OverrideKind
from dockwire.services.holds import Result

DECISIONS = {
    OverrideKind.SHIP_METHOD: "ship method set",
    OverrideKind.SKUS: "items of its lines set",
    OverrideKind.ADDRESS: "address corrected",
    OverrideKind.RELEASE: "released: it may pass",
    OverrideKind.SKIP: "skipped: the warehouse does not ship it",
    OverrideKind.HOLD: "hold",
    OverrideKind.CANCEL: "cancel in the warehouse",
    OverrideKind.CANCEL_UNDONE: "cancellation taken back",
    OverrideKind.ON_HOLD: "put on hold in the warehouse",
    OverrideKind.LIFTED: "hold taken off in the warehouse, to cancel",
    OverrideKind.RELEASE_THERE: "release in the warehouse",
    OverrideKind.ASK_AGAIN: "ask Amazon for it again",
}

_ACTS = {
    "signed_in": "signed in",
    "signed_out": "signed out",
    "sign_in_refused": "sign-in refused",
    "user_added": "added a user",
    "user_removed": "removed a user",
    "password_changed": "changed a password",
    "role_changed": "changed a role",
    "export": "exported a list",
    "view_saved": "saved a view",
    "view_removed": "removed a view",
    "personal_data_seen": "looked at personal data",
    SHIP_ASKED: "asked to ship and close",
    RUN_STARTED: "asked for a run",
    "packages_retried": "sent refused packages again",
    "connection_paused": "paused a connection",
    "connection_resumed": "resumed a connection",
    "connection_not_paused": "could not pause a connection",
    "connection_not_resumed": "could not resume a connection",
    "retry": "began: try again",
    "release": "began: release",
    "skip": "began: skip",
    "fix": "opened what ends holds",
    "ship": "opened ship and close",
}
_DECIDED = {
    "mapsku": "name of a SKU",
    "setline": "item of a line",
    "setshipmethod": "ship method",
    "correctaddress": "address",
    "skip": "skip",
    "unskip": "undo a skip",
    "hold": "hold",
    "cancel": "cancel",
    "release": "release",
    "retry": "try again",
}
_ENDED = {
    Result.DONE: "done",
    Result.UNCHANGED: "nothing to change",
    Result.REFUSED: "refused",
    Result.BUSY: "not now, an import was at work",
}

ACTS = _ACTS | {
    f"{act}_{result}": f"{_DECIDED[act]}: {_ENDED[result]}" for act, result in product(_DECIDED, _ENDED)
}
"""Every act that the audit trail knows, and its words."""


def act_in_words(act: str) -> str:
    """Return what an act is called; one of a newer dockwire as it is."""
    return ACTS.get(act, act.replace("_", " "))
