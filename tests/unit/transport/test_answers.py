"""What becomes of an answer: a success, another try, or an error that says what certainly happened."""

import httpx
import pytest

from dockwire.errors import RemoteError, Throttled, Unanswered, Unavailable
from dockwire.transport import Call, Reply
from tests.unit.transport.remote import HTML, OK, READ, WRITE, Answer, Scripted, no_headers, sender

NO_SUCCESS: list[Answer] = [
    (503, {"content-type": "text/html"}, HTML),
    (500, {}, ""),
    (502, {"content-type": "application/json"}, '{"fine": true}'),
    (408, {}, ""),
    (200, {"content-type": "text/html"}, HTML),
    (200, {"content-type": "application/json"}, ""),
    (200, {}, "null"),
    (200, {}, '{"cut": '),
    (200, {}, "[" * 200_000),
    (302, {"location": "http://elsewhere.test/login"}, ""),
]


@pytest.mark.parametrize("answer", NO_SUCCESS, ids=lambda a: f"{a[0]} {a[2][:8]!r}")
async def test_a_read_is_tried_again_until_the_answer_is_one(answer: Answer) -> None:
    remote = Scripted([answer, answer, OK])
    assert (await sender(remote).send(READ, before=no_headers)).json() == {"fine": True}
    assert len(remote.requests) == 3


@pytest.mark.parametrize("answer", NO_SUCCESS, ids=lambda a: f"{a[0]} {a[2][:8]!r}")
async def test_a_write_without_a_usable_answer_is_sent_once_and_in_doubt(answer: Answer) -> None:
    remote = Scripted([answer, OK])
    with pytest.raises(Unanswered) as caught:
        await sender(remote).send(WRITE, before=no_headers)
    assert len(remote.requests) == 1
    assert caught.value.status == answer[0]


async def test_a_read_that_never_gets_an_answer_is_unavailable_after_the_last_attempt() -> None:
    remote = Scripted([(503, {"x-amzn-requestid": "r-1"}, HTML)])
    with pytest.raises(Unavailable, match=r"remote readThing, status 503, request id r-1") as caught:
        await sender(remote).send(READ, before=no_headers)
    assert len(remote.requests) == 4
    assert "Please wait" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 428])
@pytest.mark.parametrize("call", [READ, WRITE], ids=["read", "write"])
async def test_a_refusal_is_an_answer_and_never_repeated(status: int, call: Call) -> None:
    remote = Scripted([(status, {}, "no")])
    assert (await sender(remote).send(call, before=no_headers)).status == status
    assert len(remote.requests) == 1


async def test_a_write_that_was_throttled_was_not_done_and_is_sent_again() -> None:
    remote = Scripted([(429, {}, ""), (429, {}, ""), (201, {}, '{"id": 1}')])
    assert (await sender(remote).send(WRITE, before=no_headers)).status == 201
    assert len(remote.requests) == 3


async def test_throttling_to_the_end_is_told_as_such() -> None:
    remote = Scripted([(429, {"retry-after": "2"}, "")])
    with pytest.raises(Throttled) as caught:
        await sender(remote).send(WRITE, before=no_headers)
    assert caught.value.retry_after == 2
    assert len(remote.requests) == 4


async def test_a_call_that_needs_no_body_takes_an_empty_success() -> None:
    call = Call("drop", "POST", "/x", expects_json=False)
    reply = await sender(Scripted([(204, {}, "")])).send(call, before=no_headers)
    assert (reply.status, reply.json()) == (204, None)


async def test_every_answer_is_shown_to_the_learner_failures_too() -> None:
    seen: list[int] = []

    async def learn(_: Call, reply: Reply) -> None:
        seen.append(reply.status)

    remote = Scripted([(429, {}, ""), (503, {}, HTML), (200, {}, HTML), OK])
    await sender(remote, after=learn).send(READ, before=no_headers)
    assert seen == [429, 503, 200, 200]


async def test_an_errors_text_quotes_neither_address_nor_query_nor_body() -> None:
    call = Call("find", "GET", "/people", {"q": "Ann Example"}, headers={"authorization": "Bearer abc"})
    with pytest.raises(RemoteError) as caught:
        await sender(Scripted([(500, {}, "Ann Example failed")])).send(call, before=no_headers)
    assert str(caught.value) == "the server failed (remote find, status 500)"


def test_an_answer_does_not_show_its_body() -> None:
    assert "Ann Example" not in repr(Reply(200, httpx.Headers(), b"Ann Example"))
