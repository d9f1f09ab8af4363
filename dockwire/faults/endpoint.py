"""``/_sim/faults``: reading, replacing and ending the fault rules of a running server."""

import json

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dockwire.faults.rules import FaultRules

PATH = "/_sim/faults"


def fault_route(rules: FaultRules) -> Route:
    """Return the route that answers GET, POST (``{"seed"?, "rules": [...]}`` or a bare list) and DELETE.

    Each answers the rules in force and how often each has acted, or 400 with ``{"error": "..."}``.
    """

    async def faults(request: Request) -> Response:
        try:
            await _change(rules, request)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            return JSONResponse({"error": f"{place}: {fault['msg']}"}, 400)
        except ValueError:
            return JSONResponse({"error": "the body is not JSON"}, 400)
        return JSONResponse({"seed": rules.seed, "rules": _counted(rules)})

    return Route(PATH, faults, methods=["GET", "POST", "DELETE"])


async def _change(rules: FaultRules, request: Request) -> None:
    if request.method == "POST":
        document = json.loads(await request.body())
        wished = FaultRules.model_validate({"rules": document} if isinstance(document, list) else document)
        rules.replace(wished.rules, seed=wished.seed)
    elif request.method == "DELETE":
        rules.replace([])


def _counted(rules: FaultRules) -> list[dict[str, object]]:
    return [
        {**rule.model_dump(mode="json"), "matched": report.matched, "fired": report.fired}
        for rule, report in zip(rules.rules, rules.reports(), strict=True)
    ]
