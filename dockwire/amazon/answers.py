"""What Amazon's refusals mean, as errors that say who acts next."""

from collections.abc import Iterator

import httpx

from dockwire.errors import AccessDenied, NotFound, Refused, RemoteError, Unanswered, Unavailable
from dockwire.transport import Call, Reply, redacted


def refusal(call: Call, reply: Reply) -> RemoteError:
    """Return the error that a 4xx means."""
    code, words = _told(reply)
    meanings: dict[int, tuple[type[RemoteError], str]] = {
        httpx.codes.UNAUTHORIZED: (AccessDenied, "Amazon does not accept the access token"),
        httpx.codes.FORBIDDEN: (
            AccessDenied,
            "Amazon denies access: the application lacks the role for this call, the seller has not authorised "
            "it since, or the account belongs to another region",
        ),
        httpx.codes.NOT_FOUND: (NotFound, "Amazon knows nothing of this kind for this seller"),
    }
    told = redacted(words, handles=_handles(call.body))
    other = (Refused, f"Amazon refuses the request: {told or 'no reason given'}")
    kind, message = meanings.get(reply.status, other)
    return kind(
        message,
        system="amazon",
        operation=call.operation,
        status=reply.status,
        vendor_code=code,
        request_id=reply.request_id,
    )


_HANDLES = frozenset({"trackingNumber", "packageReferenceId", "orderItemId"})


def _handles(body: object) -> Iterator[str]:
    """Yield the numbers of a parcel that a request carried: they are nobody's, and Amazon quotes them."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in _HANDLES and isinstance(value, str):
                yield value
            else:
                yield from _handles(value)
    elif isinstance(body, list):
        for each in body:
            yield from _handles(each)


def _told(reply: Reply) -> tuple[str | None, str]:
    """Return Amazon's code and words; any part of its error body may be missing."""
    body = reply.json()
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code, words, details = (first.get(name) for name in ("code", "message", "details"))
    return (str(code) if code else None), " ".join(str(part) for part in (words, details) if part)


def unusable(call: Call, reply: Reply) -> RemoteError:
    """Return the error for a success that does not say what it should; a write's outcome is then unknown."""
    kind = Unavailable if call.repeatable else Unanswered
    return kind(
        "the answer is not what Amazon's model promises",
        system="amazon",
        operation=call.operation,
        status=reply.status,
        request_id=reply.request_id,
    )


def renamed(kind: type[Refused], error: Refused, message: str) -> Refused:
    """Return a refusal as a more telling kind, with the same handles for support."""
    return kind(
        message,
        system=error.system,
        operation=error.operation,
        status=error.status,
        vendor_code=error.vendor_code,
        request_id=error.request_id,
    )
