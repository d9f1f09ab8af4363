"""Which requests a rule hits, and that chance repeats with its seed."""

import pytest
from pydantic import ValidationError

from dockwire.faults import FaultRules


def rules(*rules: dict[str, object], seed: int = 1) -> FaultRules:
    return FaultRules.model_validate({"seed": seed, "rules": list(rules)})


def hits(rules: FaultRules, requests: int, method: str = "GET", path: str = "/orders") -> list[int]:
    """Numbers (from 1) of the requests on which some rule acts."""
    return [n for n in range(1, requests + 1) if rules.choose(method, path)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 2}, [2]),
        ({"first": 2}, [1, 2]),
        ({"every": 3}, [3, 6]),
        ({"after": 4}, [5, 6]),
        ({"after": 2, "nth": 1}, [3]),
        ({"after": 1, "every": 2, "first": 4}, [3, 5]),
        ({"probability": 0}, []),
    ],
)
def test_a_rule_counts_the_requests_it_matches(when: dict[str, object], expected: list[int]) -> None:
    assert hits(rules({"effect": "cut", **when}), 6) == expected


def test_requests_of_another_method_or_path_are_not_counted() -> None:
    chosen = rules({"method": "post", "path": r"/orders/\d+$", "nth": 2, "effect": "cut"})
    assert hits(chosen, 3, "GET", "/orders/1") == []
    assert hits(chosen, 3, "POST", "/orders/1/items") == []
    assert hits(chosen, 3, "POST", "/orders/1") == [2]


def test_the_first_rule_that_fires_acts_and_the_others_still_count() -> None:
    chosen = rules({"name": "a", "nth": 2, "effect": "cut"}, {"name": "b", "every": 2, "effect": "hang"})
    acting = [chosen.choose("GET", "/") for _ in range(4)]
    assert [rule.name if rule else None for rule in acting] == [None, "a", None, "b"]
    assert [(report.matched, report.fired) for report in chosen.reports()] == [(4, 1), (4, 1)]


def test_the_same_seed_gives_the_same_luck_and_another_seed_another() -> None:
    def luck(seed: int) -> list[int]:
        return hits(rules({"probability": 0.3, "effect": "cut"}, seed=seed), 200)

    assert luck(7) == luck(7)
    assert luck(7) != luck(8)
    assert 30 < len(luck(7)) < 90


def test_adding_a_rule_does_not_change_the_luck_of_the_first() -> None:
    alone = rules({"probability": 0.3, "effect": "cut"})
    accompanied = rules({"probability": 0.3, "effect": "cut"}, {"probability": 0, "effect": "hang"})
    assert hits(alone, 50) == hits(accompanied, 50)


def test_replaced_rules_start_from_zero_with_the_same_luck() -> None:
    chosen = rules({"probability": 0.5, "first": 10, "effect": "cut"})
    before = hits(chosen, 20)
    chosen.replace(chosen.rules)
    assert [report.matched for report in chosen.reports()] == [0]
    assert hits(chosen, 20) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "explode"},
        {"effect": {"kind": "delay"}},
        {"effect": {"kind": "status", "status": 503, "html": "a", "text": "b"}},
        {"effect": "cut", "path": "("},
        {"effect": "cut", "nth": 0},
        {"effect": "cut", "chance": 1},
        {},
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rules(wrong)
