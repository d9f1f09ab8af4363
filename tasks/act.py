"""The one kind of task we have: visible, retried where time may help, never remembered.

Every act can be repeated: progress is in the ledger, so a retry does only what is left. Results are
not persisted and inputs are not cached; orders are personal data and stay out of Prefect.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from dockwire.errors import Action, DockwireError

P = ParamSpec("P")
R = TypeVar("R")

_DELAYS: list[float] = [20, 60, 180]
"""Minutes, not seconds: the transport has already retried for seconds."""


def act(
    name: str, *, run_name: str = "", whose: str = "{run.desk.connection.slug}"
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Return the decorator that makes a function, whose first argument is the ``run``, one act of it.

    ``run_name`` and ``whose`` may name the function's arguments in braces. The connection stands behind the
    name, because people meet task runs in lists of all connections, too.
    """
    return task(
        name=name,
        task_run_name=f"{run_name or name}-{whose}",
        retries=len(_DELAYS),
        retry_delay_seconds=_DELAYS,
        retry_jitter_factor=0.3,
        retry_condition_fn=_worth_retrying,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


def _worth_retrying(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001 - Prefect's signature
    """Retry what may pass by itself; a hold or a refusal needs a person first."""
    return not isinstance(state.data, DockwireError) or state.data.action is Action.RETRY
