"""What a fault does to a request: one small pydantic model per effect, told apart by ``kind``.

Effects that answer instead of the application (``status``, ``cut``, ``hang``, ``empty_success``,
``html_success``) never run it, so nothing is written there. ``lost_reply`` runs it to the end and
then loses the answer: the write has happened and the client cannot know. ``delay``,
``duplicate_items`` and ``reverse_items`` run it and deliver its answer, late or altered.
"""

import json
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from dockwire.faults.connection import Exchange, Recorded

HTML_PAGE = "<!DOCTYPE html><html><head><title>Service</title></head><body>Please wait.</body></html>"
"""The kind of page a load balancer sends when the service behind it is away."""


class _Effect(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(_Effect):
    """Answer with a status of one's choice; at most one of ``json_body``, ``html``, ``text``.

    Without any of them the body is empty and no content type is sent. ``headers`` come on top,
    and may name another ``content-type``.
    """

    kind: Literal["status"] = "status"
    status: int = Field(ge=200, le=599)
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: JsonValue = None
    html: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> "Status":
        if sum(body is not None for body in (self.json_body, self.html, self.text)) > 1:
            raise ValueError("give at most one of json_body, html and text")
        return self

    async def play(self, exchange: Exchange) -> None:
        """Answer at once, without running the application."""
        await exchange.answer(self.status, self._body(), self._headers())

    def _body(self) -> bytes:
        if self.json_body is not None:
            return json.dumps(self.json_body).encode()
        return (self.html or self.text or "").encode()

    def _headers(self) -> dict[str, str]:
        named = {name.lower(): value for name, value in self.headers.items()}
        if self.json_body is not None:
            return {"content-type": "application/json"} | named
        if self.html is not None:
            return {"content-type": "text/html; charset=utf-8"} | named
        if self.text is not None:
            return {"content-type": "text/plain; charset=utf-8"} | named
        return named


class LostReply(_Effect):
    """Run the application to the end, throw its answer away, break the connection."""

    kind: Literal["lost_reply"] = "lost_reply"

    async def play(self, exchange: Exchange) -> None:
        """Let the write happen and the client wonder.

        Raises:
            ConnectionCut: so that the server closes the connection.
        """
        await exchange.record()
        await exchange.cut("the reply was lost after the request had been carried out")


class Cut(_Effect):
    """Break the connection before the application sees the request."""

    kind: Literal["cut"] = "cut"

    async def play(self, exchange: Exchange) -> None:
        """Close without having done anything.

        Raises:
            ConnectionCut: so that the server closes the connection.
        """
        await exchange.cut("the connection was cut before the request was carried out")


class Delay(_Effect):
    """Wait ``seconds`` of the clock's time, then let the application answer."""

    kind: Literal["delay"] = "delay"
    seconds: float = Field(gt=0)

    async def play(self, exchange: Exchange) -> None:
        """Answer late."""
        await exchange.clock.sleep(self.seconds)
        await exchange.forward()


class Hang(_Effect):
    """Never answer; end when the client has left.

    Reached through ``httpx.ASGITransport`` nobody ever leaves, because that transport knows no
    timeout: use a real server, or a deadline around the call.
    """

    kind: Literal["hang"] = "hang"

    async def play(self, exchange: Exchange) -> None:
        """Outwait the client."""
        await exchange.wait_until_left()


class DuplicateItems(_Effect):
    """Repeat items of the list ``member`` of a JSON answer: all, or the first ``count``."""

    kind: Literal["duplicate_items"] = "duplicate_items"
    member: str = "orders"
    count: int | None = Field(default=None, ge=1)

    async def play(self, exchange: Exchange) -> None:
        """Deliver the answer with repeated items; one without such a list stays as it is."""
        recorded = await exchange.record()
        await exchange.replay(_rearranged(recorded, self.member, lambda items: items + items[: self.count]))


class ReverseItems(_Effect):
    """Turn the list ``member`` of a JSON answer round."""

    kind: Literal["reverse_items"] = "reverse_items"
    member: str = "orders"

    async def play(self, exchange: Exchange) -> None:
        """Deliver the answer with its items last to first."""
        recorded = await exchange.record()
        await exchange.replay(_rearranged(recorded, self.member, lambda items: items[::-1]))


class EmptySuccess(_Effect):
    """Answer 200 with an empty body, as a gateway that lost its upstream may do."""

    kind: Literal["empty_success"] = "empty_success"

    async def play(self, exchange: Exchange) -> None:
        """Pretend that all went well, and say nothing."""
        await exchange.answer(200, b"", {"content-type": "application/json"})


class HtmlSuccess(_Effect):
    """Answer 200 with an HTML page, as a captive portal or a maintenance page does."""

    kind: Literal["html_success"] = "html_success"
    html: str = HTML_PAGE

    async def play(self, exchange: Exchange) -> None:
        """Pretend that all went well, in the wrong language."""
        headers = {"content-type": "text/html; charset=utf-8"}
        await exchange.answer(200, self.html.encode(), headers)


Effect = Annotated[
    Status | LostReply | Cut | Delay | Hang | DuplicateItems | ReverseItems | EmptySuccess | HtmlSuccess,
    Field(discriminator="kind"),
]
"""Any effect; in JSON an object with ``kind``."""


def _rearranged(
    recorded: Recorded, member: str, change: Callable[[list[JsonValue]], list[JsonValue]]
) -> Recorded:
    try:
        answer = json.loads(recorded.body)
    except ValueError:
        return recorded
    items = answer.get(member) if isinstance(answer, dict) else None
    if not isinstance(items, list):
        return recorded
    return recorded.with_body(json.dumps({**answer, member: change(items)}, ensure_ascii=False).encode())
