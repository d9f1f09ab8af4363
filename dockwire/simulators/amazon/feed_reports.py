"""The processing report of an XML feed.

Shape: the public ProcessingReport schema (elements ProcessingSummary, Result, AdditionalInfo) and
reports that users have shown. Results are listed for messages with an error or a warning only.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from dockwire.simulators.amazon.feed_envelopes import WHOLE_DOCUMENT
from dockwire.simulators.amazon.feeds import Feed, Result

CONTENT_TYPE = "text/xml; charset=UTF-8"

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">
\t<Header>
\t\t<DocumentVersion>1.02</DocumentVersion>
\t\t<MerchantIdentifier>{merchant}</MerchantIdentifier>
\t</Header>
\t<MessageType>ProcessingReport</MessageType>
\t<Message>
\t\t<MessageID>1</MessageID>
\t\t<ProcessingReport>
\t\t\t<DocumentTransactionID>{feed}</DocumentTransactionID>
\t\t\t<StatusCode>Complete</StatusCode>
\t\t\t<ProcessingSummary>
\t\t\t\t<MessagesProcessed>{processed}</MessagesProcessed>
\t\t\t\t<MessagesSuccessful>{successful}</MessagesSuccessful>
\t\t\t\t<MessagesWithError>{errors}</MessagesWithError>
\t\t\t\t<MessagesWithWarning>{warnings}</MessagesWithWarning>
\t\t\t</ProcessingSummary>
"""
_TAIL = "\t\t</ProcessingReport>\n\t</Message>\n</AmazonEnvelope>\n"


def xml_report(feed: Feed) -> bytes:
    """Write the report about what a feed has done so far."""
    errors = feed.count("Error")
    failed = len({each.message_id for each in feed.results if each.code == "Error"} - {WHOLE_DOCUMENT})
    head = _HEAD.format(
        merchant=escape(feed.seller_id),
        feed=feed.id,
        processed=feed.processed,
        successful=feed.processed - failed,
        errors=errors,
        warnings=feed.count("Warning"),
    )
    return "".join([head, *(part for result in feed.results for part in _result(result)), _TAIL]).encode()


def _result(result: Result) -> Iterator[str]:
    yield "\t\t\t<Result>\n"
    members = {
        "MessageID": str(result.message_id),
        "ResultCode": result.code,
        "ResultMessageCode": result.message_code,
        "ResultDescription": result.description,
    }
    yield from (f"\t\t\t\t<{name}>{escape(text)}</{name}>\n" for name, text in members.items())
    if result.about:
        about = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in result.about.items())
        yield f"\t\t\t\t<AdditionalInfo>{about}</AdditionalInfo>\n"
    yield "\t\t\t</Result>\n"
