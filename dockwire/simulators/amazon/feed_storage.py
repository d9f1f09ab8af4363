"""Where the contents of feed documents lie: presigned addresses, and answers as S3 gives them.

An address is good for one method, for five minutes, and for the content type it was signed with.
It needs no access token and takes none: S3 refuses ``Authorization`` beside a signature and headers
``x-amz-*`` that were not signed.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from dockwire.simulators.amazon.feeds import FeedDocument
from dockwire.simulators.amazon.operations import STORAGE
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World

LIFETIME = timedelta(minutes=5)
_DATE = "%Y%m%dT%H%M%SZ"
_SIGNATURE = "X-Amz-Signature"
_SIGNABLE = {"x-amz-content-sha256", "x-amz-date"}
_NO_MATCH = "The request signature we calculated does not match the signature you provided."


class StorageRefusal(Exception):
    """An answer of the storage other than success; ``more`` are further elements of its XML."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.elements = {"Code": code, "Message": message, **more}


def presigned(world: World, base: str, method: str, document: FeedDocument, **more: str) -> str:
    """Return the address at which a document can be put or got until five minutes from now.

    ``base`` is scheme and host as the caller sees them; ``more`` are further signed parameters.
    """
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": world.clock.now().astimezone(UTC).strftime(_DATE),
        "X-Amz-Expires": str(int(LIFETIME.total_seconds())),
        "X-Amz-SignedHeaders": "content-type;host" if method == "PUT" else "host",
        **more,
    }
    query[_SIGNATURE] = _signature(world, method, document, query.items())
    return f"{base}{STORAGE}{document.id}?{urlencode(query)}"


async def answer_storage(world: World, request: Request, document_id: str) -> Response:
    """Answer an upload or a download; refusals are XML."""
    request_id = world.new_request_id()
    try:
        response = await _served(world, request, document_id)
    except StorageRefusal as refusal:
        elements = refusal.elements | {"RequestId": request_id, "HostId": "simulated"}
        inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'
        response = Response(body, refusal.status, media_type="application/xml")
    response.headers["x-amz-request-id"] = request_id
    return response


async def _served(world: World, request: Request, document_id: str) -> Response:
    document = world.feeds.document(document_id, world.clock.now())
    _check_headers(request)
    if document is None:
        raise _denied("Access Denied")
    _check_signature(world, request, document)
    if request.method == "PUT":
        if request.headers.get("content-type", "") != document.content_type:
            # The content type is one of the signed headers.
            raise StorageRefusal(403, "SignatureDoesNotMatch", _NO_MATCH)
        document.content = await request.body()
        etag = hashlib.sha256(document.content).hexdigest()[:32]
        return Response(headers={"etag": f'"{etag}"'})
    if document.content is None:
        raise StorageRefusal(404, "NoSuchKey", "The specified key does not exist.")
    encoding = request.query_params.get("response-content-encoding")
    headers = {"content-type": document.content_type} | ({"content-encoding": encoding} if encoding else {})
    return Response(document.content, headers=headers)


def _check_headers(request: Request) -> None:
    if "authorization" in request.headers:
        raise StorageRefusal(400, "InvalidArgument", "Only one auth mechanism allowed")
    unsigned = sorted(name for name in request.headers if name.startswith("x-amz-") and name not in _SIGNABLE)
    if unsigned:
        message = "There were headers present in the request which were not signed"
        raise _denied(message, HeadersNotSigned=", ".join(unsigned))


def _check_signature(world: World, request: Request, document: FeedDocument) -> None:
    query = request.query_params
    if _SIGNATURE not in query:
        raise _denied("Access Denied")
    signed = [(name, value) for name, value in query.multi_items() if name != _SIGNATURE]
    expected = _signature(world, request.method, document, signed)
    if not hmac.compare_digest(expected.encode(), query[_SIGNATURE].encode()):
        raise StorageRefusal(403, "SignatureDoesNotMatch", _NO_MATCH)
    now = world.clock.now()
    expires = datetime.strptime(query["X-Amz-Date"], _DATE).replace(tzinfo=UTC) + LIFETIME
    if now > expires:
        times = {"Expires": timestamp(expires), "ServerTime": timestamp(now)}
        raise _denied("Request has expired", **times)


def _signature(world: World, method: str, document: FeedDocument, query: Iterable[tuple[str, str]]) -> str:
    text = f"{method} {document.id} {urlencode(sorted(query))}"
    return hmac.digest(world.key, text.encode(), hashlib.sha256).hex()


def _denied(message: str, **more: str) -> StorageRefusal:
    return StorageRefusal(403, "AccessDenied", message, **more)
