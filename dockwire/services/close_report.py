"""What a ship-and-close request came to, for people: numbers, tables and one line for each order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dockwire.errors import Fixer
from dockwire.model.close_plan import ClosePlan, PlannedClose
from dockwire.model.record import Closing, ClosingState, Problem


@dataclass(frozen=True, slots=True)
class CloseReport:
    """What became of a request, order by order."""

    plan: ClosePlan
    closings: tuple[Closing, ...]
    """Empty when problems stopped the request before anything was written."""

    @property
    def counts(self) -> dict[str, int]:
        """How many orders stand in each state; those of an earlier run are ``closed_already``."""
        return dict(Counter(self.state_of(closing) for closing in self.closings))

    @property
    def done(self) -> bool:
        """Whether every order of the request is closed."""
        return bool(self.closings) and all(each.state is ClosingState.CLOSED for each in self.closings)

    @property
    def any_closed(self) -> bool:
        """Whether there is something to tell Amazon of."""
        return any(each.state is ClosingState.CLOSED for each in self.closings)

    def state_of(self, closing: Closing) -> str:
        """Return where an order stands; what was closed before this run's plan was made is told apart."""
        if closing.state is ClosingState.CLOSED and closing.handle in self.plan.closed_before:
            return "closed_already"
        return closing.state.value


@dataclass(slots=True)
class Outcome:
    """What a run knows of its request so far; it is shown however the run ends."""

    plan: ClosePlan | None = None
    report: CloseReport | None = None

    def numbers(self) -> dict[str, int]:
        """Return what is counted, by name, without zeros."""
        if self.plan is None:
            return {}
        counts = self.report.counts if self.report is not None else _planned(self.plan)
        return {name: count for name, count in counts.items() if count} | _counted_warnings(self.plan)

    def rows(self) -> list[dict[str, str]]:
        """Return the table: what became of the orders, else what is in the way, else the preview."""
        if self.plan is None:
            return []
        warned = {handle: _sentences(found) for handle, found in self.plan.warnings.items()}
        if self.report is not None:
            return [
                _closed_row(each, self.report) | {"warning": warned.get(each.handle, "")}
                for each in self.report.closings
            ]
        if self.plan.problems:
            return _problem_rows(self.plan)
        warned |= {handle: _sentences(found) for handle, found in self.plan.left_open.items()}
        rows = preview_rows(self.plan.orders) + [{"order": handle} for handle in self.plan.left_open]
        return [row | {"warning": warned.get(row["order"], "")} for row in rows]


def problems_of(plan: ClosePlan) -> list[tuple[str, Problem]]:
    """Return every problem of a plan with the order it belongs to, for people."""
    return [(handle, problem) for handle, found in plan.problems.items() for problem in found]


def preview_rows(orders: Sequence[PlannedClose]) -> list[dict[str, str]]:
    """Return a plan as a table: exact amounts, no personal data."""
    return [
        {
            "order": order.handle,
            "warehouse order": str(order.order.placed.order_id),
            "carrier": order.routing.carrier,
            "SCAC": order.routing.scac,
            "service": order.routing.service,
            "tracking": order.tracking,
            "charges before": str(order.order.total),
            "added": str(order.added),
            "total": str(order.total),
        }
        for order in orders
    ]


def in_the_way(plan: ClosePlan) -> str:
    """Return all problems of a plan, a line for each order with who can fix it: nothing was written."""
    lines = [f"{handle or 'request'}: {_told(found)}" for handle, found in plan.problems.items()]
    return "\n".join(["Nothing was written.", *lines])


def left_open(report: CloseReport) -> str:
    """Return what became of the orders that are not closed, a line for each with who can fix it."""
    open_ones = [each for each in report.closings if each.state is not ClosingState.CLOSED]
    closed = len(report.closings) - len(open_ones)
    lines = [f"{each.handle}: {each.sentence or 'Not closed yet.'} [{Fixer.CLERK}]" for each in open_ones]
    return "\n".join([f"{closed} closed, {len(lines)} not closed:", *lines])


def warned_of(plan: ClosePlan) -> list[str]:
    """Return a line for each order that something about it is odd or left open for, with who can fix it."""
    odd = [f"{handle}: {_told(found)}" for handle, found in plan.warnings.items()]
    return odd + [f"{handle}: {_told(found)}" for handle, found in plan.left_open.items()]


def _told(found: Iterable[Problem]) -> str:
    """Return problems as sentences, those of one person together."""
    by_fixer: dict[Fixer, list[Problem]] = {}
    for problem in found:
        by_fixer.setdefault(problem.fixer, []).append(problem)
    return " ".join(f"{_sentences(problems)} [{fixer}]" for fixer, problems in by_fixer.items())


def _sentences(found: Iterable[Problem]) -> str:
    return " ".join(problem.sentence for problem in found)


def _planned(plan: ClosePlan) -> dict[str, int]:
    if plan.problems:
        return {"problems": len(problems_of(plan))}
    return {
        "would_close": len(plan.orders),
        "closed_already": len(plan.closed_before),
        "left_open": len(plan.left_open),
    }


def _counted_warnings(plan: ClosePlan) -> dict[str, int]:
    return {"warnings": len(plan.warnings)} if plan.warnings else {}


def _closed_row(closing: Closing, report: CloseReport) -> dict[str, str]:
    return {
        "order": closing.handle,
        "state": report.state_of(closing).replace("_", " "),
        "reason": closing.sentence,
        "tracking": closing.tracking,
        "added": str(sum(charge.amount for charge in closing.charges)),
        "total": "" if closing.total is None else str(closing.total),
    }


def _problem_rows(plan: ClosePlan) -> list[dict[str, str]]:
    warnings = [
        (handle, f"Warning: {problem.sentence}", problem.fixer)
        for handle, found in plan.warnings.items()
        for problem in found
    ]
    problems = [(handle, problem.sentence, problem.fixer) for handle, problem in problems_of(plan)]
    return [
        {"order": handle or "(request)", "problem": sentence, "who can fix it": fixer.value}
        for handle, sentence, fixer in (*problems, *warnings)
    ]
