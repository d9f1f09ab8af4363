"""The XML envelope that Amazon's order feeds travel in, and what is wrong with it as a whole.

One entry of the report then stands for the whole document. Its number, code and text for ill-formed
XML are those that users have reported (selling-partner-api-models issues 853 and 5153,
meertensm/amazon-mws issue 90), the text for XML of another feed likewise
(selling-partner-api-docs issues 561 and 1347), there without its code.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from dockwire.simulators.amazon.feeds import Result

WHOLE_DOCUMENT = 9_223_372_036_854_775_807
"""Message number of an entry about the whole document."""

OTHER_FEED = (
    "We are unable to process the XML feed because one or more items are invalid. Please re-submit the feed."
)
_ILL_FORMED = (
    "The XML you submitted is ill-formed at the Amazon Envelope XML level at (or near) line {}, column {}."
)
_CODE = "50001"
_VERSIONS = frozenset({"1.0", "1.01", "1.02"})
_NUMBER = re.compile(r"0*[1-9]\d{0,9}", re.ASCII)
_MOST_MESSAGE_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a feed: its number and the element that says what is wanted."""

    id: int
    element: ET.Element


class UnreadableFeed(Exception):
    """The document as a whole makes no sense; ``result`` is what the report says about it."""

    def __init__(self, text: str, *, code: str = _CODE) -> None:
        super().__init__(text)
        self.result = Result(WHOLE_DOCUMENT, "Error", code, text)


def read_envelope(content: bytes, *, merchant: str, message_type: str) -> list[Message]:
    """Return the messages of a document.

    Raises:
        UnreadableFeed: it is no UTF-8, no XML or no envelope, or it is another merchant's or feed's.
    """
    text, root = _parsed(content)
    names = [child.tag for child in root]
    if root.tag != "AmazonEnvelope" or names[:2] != ["Header", "MessageType"] or len(names) < 3:  # noqa: PLR2004 - and a message
        raise _ill_formed(text)
    header = {child.tag: (child.text or "").strip() for child in root[0]}
    if set(header) != {"DocumentVersion", "MerchantIdentifier"} or header["DocumentVersion"] not in _VERSIONS:
        raise _ill_formed(text)
    if header["MerchantIdentifier"] != merchant or (root[1].text or "").strip() != message_type:
        raise UnreadableFeed(OTHER_FEED)
    messages = [_message(text, child, message_type) for child in root[2:]]
    if len({message.id for message in messages}) < len(messages):
        raise _ill_formed(text)
    return messages


def _parsed(content: bytes) -> tuple[str, ET.Element]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise UnreadableFeed(_ILL_FORMED.format(1, 1)) from None
    # Entities could make a small document huge; feeds have no use for them. A byte order mark is
    # refused as Amazon does.
    if text.startswith("\ufeff") or "<!DOCTYPE" in text:
        raise UnreadableFeed(_ILL_FORMED.format(1, 1))
    try:
        return text, ET.fromstring(text)  # noqa: S314 - no document type, hence no entities
    except ET.ParseError as problem:
        line, column = problem.position
        raise UnreadableFeed(_ILL_FORMED.format(line, column + 1)) from None


def _message(text: str, element: ET.Element, message_type: str) -> Message:
    names = [child.tag for child in element]
    number = (element.findtext("MessageID") or "").strip()
    if element.tag != "Message" or names[:1] != ["MessageID"] or not _NUMBER.fullmatch(number):
        raise _ill_formed(text)
    if names[1:] not in ([message_type], ["OperationType", message_type]):
        raise UnreadableFeed(OTHER_FEED)
    if int(number) > _MOST_MESSAGE_ID:
        raise _ill_formed(text)
    return Message(int(number), element[-1])


def _ill_formed(text: str) -> UnreadableFeed:
    # What does not fit the schema is reported where the document ends, as far as users have shown.
    lines = text.rstrip().split("\n")
    return UnreadableFeed(_ILL_FORMED.format(len(lines), len(lines[-1]) + 1))
