"""Which requests are hit, and when: pydantic models that a test, a file or an endpoint can write.

A rule matches requests by method and path and fires on some of the requests it matches. All given
conditions must hold. Every rule counts the requests it matches, whether or not another rule acts;
the first rule in the list that fires is the one that acts on the request.
"""

import random
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from dockwire.faults.effects import Effect


class Rule(BaseModel):
    """One fault: ``method`` and ``path`` select requests, the rest says which of those fire.

    ``path`` is a regular expression searched in the decoded URL path. ``after`` lets that many matching
    requests pass first; ``nth`` (one-based), ``first`` and ``every`` count from there;
    ``probability`` is drawn from the seed of the rule set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    method: str | None = None
    path: str | None = None
    after: int = Field(default=0, ge=0)
    nth: int | None = Field(default=None, ge=1)
    first: int | None = Field(default=None, ge=1)
    every: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, ge=0, le=1)
    effect: Effect

    @field_validator("effect", mode="before")
    @classmethod
    def _named_effect(cls, value: Any) -> Any:
        # An effect without settings may be written as its bare name.
        return {"kind": value} if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def _regular_expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as problem:
            raise ValueError(f"not a regular expression: {problem}") from problem
        return value

    def matches(self, method: str, path: str) -> bool:
        """Say whether a request is one this rule counts."""
        method_fits = self.method is None or self.method.upper() == method.upper()
        return method_fits and (self.path is None or re.search(self.path, path) is not None)

    def due(self, position: int) -> bool:
        """Say whether the matching request number ``position`` (from 1) may fire, chance apart."""
        counted = position - self.after
        return (
            counted > 0
            and (self.nth is None or counted == self.nth)
            and (self.first is None or counted <= self.first)
            and (self.every is None or counted % self.every == 0)
        )


@dataclass(slots=True)
class RuleReport:
    """How often a rule has met a request it matches, and how often it has acted."""

    matched: int = 0
    fired: int = 0


class FaultRules(BaseModel):
    """An ordered set of rules with a seed, and the count of what they have done.

    The same seed and the same sequence of requests give the same faults; each rule draws from a
    stream of its own, so adding a rule does not change the luck of the others.
    """

    model_config = ConfigDict(extra="forbid")

    seed: int = 1
    rules: list[Rule] = Field(default_factory=list)

    _reports: list[RuleReport] = PrivateAttr(default_factory=list)
    _streams: list[random.Random] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _start_counting(self) -> "FaultRules":
        self.replace(self.rules)
        return self

    def replace(self, rules: list[Rule], *, seed: int | None = None) -> None:
        """Put other rules in force, counted from zero; ``seed`` stays unless given."""
        self.seed = self.seed if seed is None else seed
        self.rules = rules
        self._reports = [RuleReport() for _ in rules]
        # Chance, not cryptography: faults have to repeat with their seed.
        self._streams = [random.Random(f"{self.seed}:{index}") for index in range(len(rules))]  # noqa: S311 - see above

    def choose(self, method: str, path: str) -> Rule | None:
        """Count one request and return the rule that acts on it, if any."""
        chosen: Rule | None = None
        for rule, report, stream in zip(self.rules, self._reports, self._streams, strict=True):
            if not rule.matches(method, path):
                continue
            report.matched += 1
            fires = stream.random() < rule.probability and rule.due(report.matched)
            if fires and chosen is None:
                report.fired += 1
                chosen = rule
        return chosen

    def reports(self) -> list[RuleReport]:
        """Return the counts, in the order of the rules."""
        return list(self._reports)
