"""Whether a reason that is kept in the open says something of the buyer."""

import re
from collections.abc import Callable, Iterable
from unicodedata import normalize

from dockwire.model.order import Address

_TELLING = 4
"""Shorter words of a name or street stand in many sentences."""
_LOCAL = 7
"""Digits of a phone number that stay when country and area code are left out."""
_EMAIL = re.compile(r"[\w.+-]\s?@\s?[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}")
_EXTENSION = re.compile(r"(?:ext|x|#|;).*", re.DOTALL)
_ZIP_PLUS_4 = re.compile(r"(\d{5})-?\d{4}")
_NOBODYS = re.compile(
    r"""(?<!\w)(?:
        \d{3}-\d{7}-\d{7}                                      # an Amazon order
        |\d{4}-\d\d?-\d\d? | \d\d?([./-])\d\d?\1\d{4}          # a day
        |(?:order|shipment)\s?(?:no\.?|number|id)?\s?[#:]?\s?\d{1,9}   # a number of the warehouse
    )(?!\w)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?<!\w)(?<!\w-)\+?\(?\d(?:[\s()./-]*\d)+(?!\w)")
_MOST_OF_PHONE, _TRACKING = 15, 12


def quotes(address: Address, text: str) -> bool:
    """Whether a text holds something of the buyer, however it is spaced.

    That is a whole name or street line, a telling word of a name, the postal code, or the phone number by its last
    seven digits.
    """
    said = _plain(text)
    names = [
        word for name in (address.name, address.company) for word in name.split() if len(word) >= _TELLING
    ]
    whole = [address.name, *address.lines]
    return (
        any(_plain(part) in said for part in (*names, *whole) if part)
        or _has_phone(_plain(address.phone), said)
        or _has_postal_code(_plain(address.postal_code), said)
    )


def holds_contact(text: str, *, own: Iterable[str]) -> bool:
    """Whether a text holds what looks like anybody's e-mail address, or phone number of seven digits or more.

    ``own`` are numbers of the order, which may be said, as may other orders' ids, days, and tracking numbers: twelve
    digits or more in one piece, or more than a phone number has.
    """
    said = _plain(text)
    if _EMAIL.search(said):
        return True
    for number in filter(None, own):
        said = re.sub(rf"(?<!\w){re.escape(_plain(number))}(?!\w)", ",", said)
    return any(_is_phone(found.group()) for found in _NUMBER.finditer(_NOBODYS.sub(",", said)))


def _is_phone(number: str) -> bool:
    digits = sum(sign.isdigit() for sign in number)
    in_one_piece = digits == len(number)
    return _LOCAL <= digits <= _MOST_OF_PHONE and not (in_one_piece and digits >= _TRACKING)


def _has_phone(phone: str, said: str) -> bool:
    digits = _only(str.isdigit, _EXTENSION.sub("", phone))
    if len(digits) < _LOCAL:
        return bool(phone) and phone in said
    return digits[-_LOCAL:] in _only(str.isalnum, said)


def _has_postal_code(code: str, said: str) -> bool:
    signs = _only(str.isalnum, code)
    spaced = [r"[\s-]*".join(map(re.escape, signs))] if signs else []
    if short := _ZIP_PLUS_4.fullmatch(code):
        spaced.append(short[1])
    # Within a longer number or word it is another one.
    return any(re.search(_bounded(each, signs), said) for each in spaced)


def _bounded(pattern: str, signs: str) -> str:
    kinds = [r"\d" if sign.isdigit() else r"[^\W\d_]" for sign in (signs[0], signs[-1])]
    return rf"(?<!{kinds[0]}){pattern}(?!{kinds[1]})"


def _only(kind: Callable[[str], bool], text: str) -> str:
    return "".join(filter(kind, text))


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()
