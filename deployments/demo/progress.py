"""How far the demo is: bars on a terminal, plain lines in a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def shown_progress(console: Console) -> Iterator[Progress]:
    """Show progress until the block ends."""
    if not console.is_terminal:
        yield _Lines(console=console, disable=True)
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        yield progress


class _Lines(Progress):
    """Prints each step as a line when it begins."""

    def add_task(self, description: str, *args: Any, **more: Any) -> TaskID:
        """Print what begins."""
        self.console.print(description, soft_wrap=True, markup=False)
        return super().add_task(description, *args, **more)

    def update(self, task_id: TaskID, **news: Any) -> None:
        """Print what goes on now, if it is something else."""
        if "description" in news:
            self.console.print(news["description"], soft_wrap=True, markup=False)
        super().update(task_id, **news)
