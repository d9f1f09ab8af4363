"""Amazon's model files as a judge: a small, strict validator for Swagger 2.0.

Strict means: members the model does not know are refused. Enumerations that the model gives only in
prose are open, as the model leaves them. The files are Amazon's and not part of this project; they
are looked for beside it.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator, FormatChecker

MODELS = Path(__file__).resolve().parents[2].parent / "shared" / "contracts" / "amazon" / "models"

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
            return False
        datetime.fromisoformat(value)
    return True


def strict(schema: Any) -> Any:
    """Close every object of a schema to members it does not describe."""
    if isinstance(schema, list):
        return [strict(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(value) for name, value in schema.items() if name not in {"example", "examples"}}
    # A property may itself be called "properties" or "type"; none in these files is.
    if isinstance(schema.get("properties"), dict):
        closed["additionalProperties"] = False
    return closed


@dataclass(frozen=True)
class Operation:
    """One operation of a model with everything its request and answers are judged by."""

    name: str
    method: str
    path: re.Pattern[str]
    spec: Mapping[str, Any]
    definitions: Mapping[str, Any]

    def problems(self, schema: Mapping[str, Any], document: object) -> list[str]:
        """What is wrong with a document, by a schema of this model."""
        validator = Draft4Validator(
            {**strict(schema), "definitions": self.definitions}, format_checker=_FORMATS
        )
        return [
            f"{self.name}: {list(error.path)}: {error.message}" for error in validator.iter_errors(document)
        ]

    def answer_problems(self, answer: httpx.Response) -> list[str]:
        """What is wrong with an answer: its status, headers and body."""
        response = self.spec["responses"].get(str(answer.status_code))
        if response is None:
            return [f"{self.name}: status {answer.status_code} is not in the model"]
        problems = [] if "x-amzn-requestid" in answer.headers else [f"{self.name}: no request id"]
        if "x-amzn-ratelimit-limit" in answer.headers and "x-amzn-RateLimit-Limit" not in response["headers"]:
            problems.append(f"{self.name}: rate header on {answer.status_code}")
        if "schema" not in response:
            return [*problems, *([f"{self.name}: unexpected body"] if answer.content else [])]
        return problems + self.problems(response["schema"], answer.json())

    def request_problems(self, request: httpx.Request) -> list[str]:
        """What is wrong with a request, parameters the model does not know apart."""
        return [
            problem
            for parameter in self.spec.get("parameters", [])
            for problem in self._parameter_problems(parameter, request)
        ]

    def _parameter_problems(self, parameter: Mapping[str, Any], request: httpx.Request) -> list[str]:
        if parameter["in"] == "body":
            return self.problems(parameter["schema"], json.loads(request.content))
        if parameter["in"] != "query" or parameter["name"] not in request.url.params:
            return []
        text = request.url.params[parameter["name"]]
        judged = ("type", "enum", "items", "minItems", "maxItems", "minimum", "maximum", "format")
        schema = {key: parameter[key] for key in judged if key in parameter}
        value: object = text
        if parameter["type"] == "array":
            value = [
                part
                for one in request.url.params.get_list(parameter["name"])
                for part in one.split(",")
                if part
            ]
        elif parameter["type"] == "integer":
            value = int(text) if re.fullmatch(r"-?\d+", text) else text
        elif parameter["type"] == "boolean":
            value = {"true": True, "false": False}.get(text, text)
        return self.problems(schema, value)


def model(name: str) -> dict[str, Any]:
    """Read a model file; the test is skipped, saying so, where the files are missing."""
    return contract(MODELS / f"{name}.json")


def feed_schema(name: str) -> dict[str, Any]:
    """Read one of the schemas of feed documents, likewise."""
    return contract(MODELS.parent / "schemas" / "feeds" / f"{name}.json")


@functools.cache
def contract(path: Path) -> dict[str, Any]:
    """Read one of Amazon's files; the test is skipped, saying so, where they are missing."""
    if not path.exists():
        pytest.skip(
            f"Amazon's model files are not beside this checkout: {path} is missing", allow_module_level=True
        )
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def operations(name: str) -> Iterator[Operation]:
    """Yield the operations of a model."""
    document = model(name)
    definitions = strict(document["definitions"])
    for path, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method, spec in methods.items():
            if "operationId" in spec:
                yield Operation(spec["operationId"], method.upper(), pattern, spec, definitions)


MODEL_NAMES = ("orders_2026-01-01", "ordersV0", "sellers", "feeds_2021-06-30", "listingsItems_2021-08-01")


@functools.cache
def all_operations() -> tuple[Operation, ...]:
    """Operations of the models the simulator speaks; the newest Orders model wins over v0."""
    return tuple(operation for name in MODEL_NAMES for operation in operations(name))


def judge(answer: httpx.Response) -> None:
    """Fail unless an answer, and the request if it was accepted, keep to the model."""
    request = answer.request
    # As sent: an encoded slash is part of a SKU.
    sent = request.url.raw_path.partition(b"?")[0].decode()
    path = re.sub(r"^/(na|eu|fe)(?=/)", "", sent)
    operation = next(
        (
            operation
            for operation in all_operations()
            if operation.method == request.method and operation.path.fullmatch(path)
        ),
        None,
    )
    assert operation is not None, f"no model describes {request.method} {path}"
    problems = operation.answer_problems(answer)
    if answer.is_success:
        problems += operation.request_problems(request)
    assert not problems, "\n".join(problems[:5])


async def judging(answer: httpx.Response) -> None:
    """The same as an httpx response hook; token, storage and control requests have no model."""
    if not answer.request.url.path.startswith(("/auth/", "/feed-storage/", "/_sim/")):
        await answer.aread()
        judge(answer)


def samples(name: str, status: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Static sandbox samples of a model: operation, request parameters, response."""
    found = []
    for methods in model(name)["paths"].values():
        for spec in methods.values():
            response = spec.get("responses", {}).get(status, {}) if isinstance(spec, dict) else {}
            for sample in response.get("x-amzn-api-sandbox", {}).get("static", []):
                given = sample["request"]["parameters"].items()
                parameters = {key: entry["value"] for key, entry in given if "value" in entry}
                found.append((spec["operationId"], parameters, sample.get("response", {})))
    return found
