"""Amazon's refusals, in Amazon's words.

Codes and texts: the model files' samples and texts that users of the API have published; where
nobody has shown one, the plainest wording in the same style stands in.
"""

from dataclasses import dataclass


@dataclass(eq=False)
class Refusal(Exception):
    """An API answer other than success; becomes ``{"errors": [{code, message, details?}]}``."""

    status: int
    code: str
    message: str
    details: str | None = None

    def body(self) -> dict[str, object]:
        """The JSON body (``ErrorList`` in every model file)."""
        error = {"code": self.code, "message": self.message}
        return {"errors": [error if self.details is None else {**error, "details": self.details}]}


def invalid_input(details: str, message: str = "Invalid Input") -> Refusal:
    """400: a parameter or body member breaks a documented rule, which ``details`` names."""
    return Refusal(400, "InvalidInput", message, details)


def access_denied(details: str = "") -> Refusal:
    """403: no token, a bad token, a missing role, the wrong region; ``details`` may say which."""
    return Refusal(403, "Unauthorized", "Access to requested resource is denied.", details)


TOKEN_MISSING = "Access token is missing in the request header."  # noqa: S105 - an error text
TOKEN_EXPIRED = "The access token you provided has expired."  # noqa: S105 - an error text
TOKEN_INVALID = "The access token you provided is revoked, malformed or invalid."  # noqa: S105 - an error text
SECRET_EXPIRED = "The LWA secret token you provided has expired."  # noqa: S105 - an error text


def not_found(details: str) -> Refusal:
    """404: no such thing, or another seller's."""
    return Refusal(404, "NotFound", "The requested resource does not exist.", details)


def quota_exceeded() -> Refusal:
    """429: the bucket is empty."""
    return Refusal(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", "")


def unsupported(method: str, path: str) -> Refusal:
    """501: the real API may have this operation, the simulator has not."""
    message = f"The simulator does not support {method} {path}."
    return Refusal(501, "NotSupportedBySimulator", message)


def internal_failure() -> Refusal:
    """500: the simulator itself went wrong."""
    return Refusal(500, "InternalFailure", "We encountered an internal error. Please try again.")
