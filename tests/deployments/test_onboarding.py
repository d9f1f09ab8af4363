"""A connection that waits for the 3PL: asked in Prefect, answered as its pages answer, declined and approved."""

import hashlib
import re
from typing import Any

import pytest

from tests.deployments.pages import Pages
from tests.deployments.town import Town

NAME = "waits-us"
WAITS = (
    f"connection {NAME} waits for the 3PL's approval, and imports nothing until then: the 3PL answers the run of "
    f"onboarding/{NAME} in Prefect ('dockwire run onboarding {NAME}' names it, or starts one)"
)
HOSTILE: list[Any] = [
    {},
    {"approve": True},
    {"approve": True, "by": "   "},
    {"approve": "yes, surely", "by": "Dana"},
    {"approve": None, "by": "Dana"},
    {"approve": True, "by": "D" * 101},
    {"approve": True, "by": "Dana", "note": "n" * 501},
    {"approve": True, "by": "Dana", "connection": "another"},
    {"approve": {"__prefect_kind": "json", "value": "tru"}, "by": "Dana"},
]


class Office:
    """The 3PL's desk: a run that asks, and the answers to it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.pages = Pages(town)

    def asked(self) -> str:
        """Ask, and return the run once it waits for its answer."""
        run = str(self._town.dockwire("run", "onboarding", NAME, "--json").data["run"])
        found = self.pages.waiting(run)
        assert found["state"]["name"] == "Suspended", found["state"]
        return run

    def answer(self, run: str, **given: Any) -> Any:
        """Answer as the pages do, and return the run's end."""
        self.pages.resume(run, given)
        return self.pages.end_of(run, attempt=None)

    def running(self) -> bool:
        """Tell whether the connection's schedule runs."""
        found = self.pages.deployment(f"order-import/{NAME}")
        return not found["paused"] and all(schedule["active"] for schedule in found["schedules"])

    def artifact(self) -> str:
        """Return what the run shows."""
        return str(self.pages.get(f"artifacts/onboarding-{NAME}/latest")["data"])


@pytest.fixture
def waiting(town: Town) -> Town:
    """Store and deploy a connection that waits for the 3PL, with terms."""
    (town.folder / "terms.md").write_bytes(b"# Terms\r\n\r\nPay \x1b[31mon time.\n")
    path = town.connections(NAME)
    extra = 'marketplace  = "US"\nneeds_approval = true\nterms = "terms.md"'
    path.write_text(path.read_text().replace('marketplace  = "US"', extra))
    applied = town.dockwire("apply", str(path))
    assert (applied.code, applied.out.count(WAITS)) == (0, 1), applied
    deployed = town.dockwire("deploy")
    assert (deployed.code, deployed.err.count(WAITS)) == (0, 1), deployed
    return town


def test_nothing_is_imported_before_the_3pl_approves_what_it_was_shown_and_changed_terms_stop_no_order(
    waiting: Town,
) -> None:
    town, office = waiting, Office(waiting)
    digest = hashlib.sha256((town.folder / "terms.md").read_bytes()).hexdigest()
    assert not office.running()
    refused = town.dockwire("run", "order-import", NAME)
    assert (refused.code, "waits for the 3PL's approval, and imports nothing" in refused.err) == (1, True)
    checks = {row["what"]: row for row in town.dockwire("connection", "check", NAME, "--json").data}
    assert (checks["approval"]["ok"], checks["approval"]["fixer"]) == (False, "clerk")
    assert (checks["deployments"]["ok"], checks["deployments"]["fixer"]) == (None, "clerk")
    assert "paused until the 3PL approves the connection" in checks["deployments"]["detail"]
    assert f"'dockwire run onboarding {NAME}' asks" in checks["deployments"]["do"]
    stands_still(town, office)
    assert (checks["terms"]["ok"], "Nobody has accepted" in checks["terms"]["detail"]) == (None, True)
    doctor = {row["what"]: row["detail"] for row in town.dockwire("doctor", "--json").data}
    assert f"waiting for the 3PL's approval: {NAME}" in doctor["connections"]
    accepted = town.dockwire("connection", "accept", NAME, "--by", "Kim Seller")
    assert f"Kim Seller accepted the terms for {NAME} (SHA-256 {digest})" in accepted.out
    assert "\x1b" not in accepted.out
    with town.serving():
        assert WAITS in (town.folder / "up.log").read_text()
        run = office.asked()
        shown = office.artifact()
        assert "accepted by Kim Seller on" in shown
        assert "| would create |" in shown
        people = [text for order in town.world.orders for text in personal(order.body)]
        assert people
        assert [text for text in people if text in shown] == []
        # Asked twice, it is the same question.
        again = town.dockwire("run", "onboarding", NAME)
        assert run in again.out
        assert "press Resume" in again.out
        for answer in HOSTILE:
            told = office.pages.try_post(f"flow_runs/{run}/resume", {"run_input": answer})
            assert told.status_code >= 400 or told.json()["status"] == "REJECT", (answer, told.text)
            assert office.pages.get(f"flow_runs/{run}")["state"]["name"] == "Suspended", answer
        ended = office.answer(run, approve=False, by="Dana", note="no contract\nyet")
        assert ended["state"]["message"] == "declined by Dana: no contract yet; the connection stays stopped"
        assert not office.running()
        declined = town.dockwire("run", "order-import", NAME)
        assert f"connection {NAME} was declined by Dana for the 3PL on" in declined.err
        second = office.asked()
        assert second != run
        # An approval counts for what was shown.
        changed(town, "customer_id  = 1", "customer_id  = 2")
        ended = office.answer(second, approve=True, by="Dana")
        assert ended["state"]["type"] == "FAILED"
        assert "was changed after it was shown" in ended["state"]["message"]
        assert not office.running()
        changed(town, "customer_id  = 2", "customer_id  = 1")
        assert office.answer(office.asked(), approve=True, by="Dana")["state"]["type"] == "COMPLETED"
        assert office.running()
        imports = office.pages.deployment(f"order-import/{NAME}")["id"]
        assert office.pages.first_run_of(imports)
        assert re.search(r"[1-9]\d* created", office.pages.first_completed_of(imports)["state"]["message"])
    terms_changed(town)


def stands_still(town: Town, office: Office) -> None:
    """Try to let the schedules run; the list tells what the connection waits for."""
    resumed = town.dockwire("connection", "resume", NAME)
    assert (resumed.code, WAITS in resumed.err, resumed.out) == (1, True, "")
    every = town.dockwire("connection", "resume", "--all", "--json")
    assert (every.code, every.data) == (0, {"paused": False, "deployments": [], "unapproved": [NAME]})
    assert not office.running()
    (listed,) = town.dockwire("connection", "list", "--json").data
    assert (listed["paused"], listed["waits_for"]) == ("order-import, tracking-update", "the 3PL's approval")


def changed(town: Town, before: str, after: str) -> None:
    """Change the connections file and apply it."""
    path = town.folder / "connections.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    assert town.dockwire("apply", str(path)).code == 0


def terms_changed(town: Town) -> None:
    """Change the terms; orders go on, and the status says who accepts."""
    (town.folder / "terms.md").write_text("# Terms\n\nPay at once.\n")
    planned = town.dockwire("apply", str(town.folder / "connections.toml"))
    assert "terms: changed" in planned.out
    assert town.dockwire("run", "order-import", NAME).code == 0
    (status,) = town.dockwire("status", "--json").data
    told = [why for why in status["reasons"] if why["code"] in {"terms_wanted", "approval_wanted"}]
    assert [(why["code"], why["health"], why["fixer"]) for why in told] == [
        ("terms_wanted", "look", "merchant")
    ]
    assert "The terms have changed since Kim Seller accepted them on" in told[0]["sentence"]


def personal(body: Any, *, inside: bool = False) -> list[str]:
    """Return every text of an order that is about its recipient."""
    if isinstance(body, dict):
        return [
            text
            for key, value in body.items()
            for text in personal(value, inside=inside or key in {"recipient", "buyer"})
        ]
    if isinstance(body, list):
        return [text for value in body for text in personal(value, inside=inside)]
    return [body] if inside and isinstance(body, str) and len(body) > 5 else []
