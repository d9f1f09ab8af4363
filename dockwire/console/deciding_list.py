"""Lists whose rows are of waiting orders: tried again or released many at once, with what became of each."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.actions import ActionSelection, action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.flash import flash

from dockwire.console.deciding import Named, decide, go_on
from dockwire.console.listing import ReadOnlyList
from dockwire.decisions.acts import Act, Release, Retry
from dockwire.services.holds import Outcome, Result

_IMPORT_NOW = """
<form><label class="form-check mt-3"><input class="form-check-input" type="checkbox" name="import" checked>
<span class="form-check-label">Import their connections now</span></label></form>
"""
_SHOWN = 5
"""Orders that are told by name: a message travels in a cookie."""


class DecidingList(ReadOnlyList):
    """A list whose records have ``amazon_order_id`` and ``connection``, several of which may be of one order."""

    @action(
        name="retry",
        text="Try again",
        confirmation="Try the failed, held or unreadable orders of the selected rows again?",
        submit_btn_text="Try again",
        form=_IMPORT_NOW,
    )
    async def retry(self, request: Request, selection: ActionSelection) -> None:
        """Make waiting orders due at once."""
        await self.decide_about(request, selection, Retry())

    @action(
        name="release",
        text="Release",
        confirmation="Release the orders of the selected rows? Somebody has looked at them, and they may pass.",
        submit_btn_text="Release",
        form=_IMPORT_NOW,
    )
    async def release(self, request: Request, selection: ActionSelection) -> None:
        """Let held orders pass."""
        await self.decide_about(request, selection, Release())

    async def decide_about(self, request: Request, selection: ActionSelection, act: Act) -> None:
        """Do this with the orders of the selected rows, and import what may go on if the form asks for it.

        Raises:
            ActionFailed: nothing was done.
        """
        orders = [Named(each.amazon_order_id, each.connection) for each in await selection.rows()]
        outcomes = await decide(self.parts, request, orders, [act])
        if "import" in await request.form():
            for told in await go_on(self.parts, request, outcomes):
                flash(request, str(told), "success")
        _tell(request, outcomes)


def _tell(request: Request, outcomes: Sequence[Outcome]) -> None:
    """Show how many orders are done, and each that is not, with the reason."""
    done = [each for each in outcomes if each.result is Result.DONE]
    left = [f"{each.order_id}: {each.sentence}" for each in outcomes if each.result is not Result.DONE]
    shown = "; ".join(left[:_SHOWN]) + ("" if len(left) <= _SHOWN else f"; and {len(left) - _SHOWN} more")
    if outcomes and all(each.result is Result.UNCHANGED for each in outcomes):
        flash(request, f"There was nothing left to do. {shown}", "success")
        return
    if not done:
        raise ActionFailed(f"Nothing was done. {shown}")
    flash(request, f"Done for {len(done)} of {len(outcomes)} orders.", "success")
    if left:
        flash(request, shown, "warning")
