"""What the warehouse answers when it does not do what was asked.

The bodies follow the vendor's "exceptions" page: PascalCase, typed the .NET way, in either JSON shape.
Values that may be personal never enter a problem; the names of members do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NAMESPACE = "WMS.V2.Generic.Models"


class Problem(Exception):
    """A request that is not carried out; ``status`` is the HTTP status of the answer."""

    status = 400
    kind = "WmsException"
    documented = True
    """Whether the vendor's reference tells what the body of such an answer looks like."""

    def __init__(self, code: str, hint: str) -> None:
        self.code = code
        self.hint = hint
        super().__init__(f"{code}: {hint}")

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        return {
            "$type": f"{_NAMESPACE}.Exceptions.{self.kind}, {_NAMESPACE}",
            "ErrorCode": self.code,
            "Hint": self.hint,
        }


class InvalidModel(Problem):
    """A member is missing, unknown, taken or not usable (``ModelValidation``)."""

    kind = "ModelValidationException"

    def __init__(
        self, code: str, member: str, *, hint: str, value: object = None, model: str = "Order"
    ) -> None:
        self.member = member
        self.value = value
        self.model = model
        super().__init__(code, hint)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON, naming the member; only harmless values are repeated."""
        properties = [{"Name": self.member, "Value": self.value}]
        return super().body() | {"ModelType": self.model, "Properties": properties}


class BadQuery(Problem):
    """A query parameter is missing or cannot be understood (``QueryParameter``)."""

    kind = "QueryParameterException"

    def __init__(self, code: str, parameter: str, hint: str) -> None:
        self.parameter = parameter
        super().__init__(code, hint)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON, naming the parameter."""
        return super().body() | {"Parameters": [self.parameter]}


class NotSignedIn(Problem):
    """No token, or one that is unknown or too old."""

    status = 401
    kind = "AuthenticationException"
    documented = False

    def __init__(self) -> None:
        super().__init__("Unauthorized", "The access token is missing, unknown or expired.")


class RoleDenied(Problem):
    """The credential lacks the role that the operation needs."""

    status = 403
    kind = "AuthorizationException"

    def __init__(self, role: str) -> None:
        super().__init__("RoleDenied", f"The credential does not have the role {role}.")


class NotAllowed(Problem):
    """The state of the order forbids the operation (``Operation``)."""

    status = 403
    kind = "OperationException"

    def __init__(self, code: str, action: str, hint: str) -> None:
        self.action = action
        super().__init__(code, hint)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON, naming the action."""
        return super().body() | {"ActionNameType": "Order", "ActionName": self.action}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one entry of a request; entries count from 1."""

    entry: int
    order_id: int
    problem: Problem


class SomeFailed(Problem):
    """Of several orders some could not be changed (``ListException``); others may have been."""

    kind = "ListException"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        super().__init__("ListException", f"{len(faults)} of the orders could not be changed.")

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON, with every fault."""
        faults = [
            {
                "EntryNumber": fault.entry,
                "EntryInfo": str(fault.order_id),
                "WmsException": fault.problem.body(),
            }
            for fault in self.faults
        ]
        return super().body() | {"Faults": faults}


class Missing(Problem):
    """There is no such thing, or the credential may not see it."""

    status = 404
    kind = "ResourceNotFoundException"
    documented = False

    def __init__(self, what: str) -> None:
        super().__init__("DoesNotExist", f"{what} does not exist.")


class Outdated(Problem):
    """The thing has changed since the caller read it."""

    status = 412
    kind = "PreconditionException"
    documented = False

    def __init__(self) -> None:
        super().__init__("PreconditionFailed", "If-Match does not name the present state; read again.")


class Unconditional(Problem):
    """The operation needs an ``If-Match`` header."""

    status = 428
    kind = "PreconditionException"
    documented = False

    def __init__(self) -> None:
        super().__init__("PreconditionRequired", "Send If-Match with the ETag that was read last.")


class TokenRefused(Problem):
    """No access token is given; the body is the token endpoint's own kind."""

    def __init__(self, status: int, code: str, hint: str) -> None:
        super().__init__(code, hint)
        self.status = status

    def body(self) -> dict[str, Any]:
        """Return the token endpoint's error body, as seen live."""
        return {"Message": f"{self.code}: {self.hint}"}
