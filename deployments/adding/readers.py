"""Answers in the form in which they are kept; ValueError tells the person what is wrong with one."""

from typing import Any

from deployments.agreeing import person
from dockwire.errors import SettingsError
from dockwire.model.connection import checked_slug
from dockwire.model.contacts import is_mail_address
from dockwire.model.marketplaces import Marketplace, marketplace
from dockwire.model.notice import NoticeKind


def read_marketplace(answer: str) -> Marketplace:
    """Return a marketplace by its code.

    Raises:
        ValueError: the answer does not do.
    """
    try:
        return marketplace(answer.upper())
    except KeyError as error:
        raise ValueError(error.args[0]) from None


def read_way(answer: str) -> str:
    """Return a way to the consent.

    Raises:
        ValueError: the answer does not do.
    """
    if answer not in {"receive", "paste", "self", "later"}:
        raise ValueError(f"{answer!r} is not one of receive, paste, self or later")
    return answer


def read_person(answer: str) -> str:
    """Return a person's name as it is kept.

    Raises:
        ValueError: the answer does not do.
    """
    try:
        return person(answer)
    except SettingsError as error:
        raise ValueError(str(error)) from None


def read_slug(answer: str) -> str:
    """Return the name of a new or a known account.

    Raises:
        ValueError: the answer does not do.
    """
    return checked_slug(answer)


def read_address(answer: str) -> str:
    """Return one e-mail address.

    Raises:
        ValueError: the answer does not do.
    """
    if not is_mail_address(answer):
        raise ValueError(f"{answer!r} is not one e-mail address")
    return answer


def read_addresses(answer: str) -> list[str]:
    """Return e-mail addresses, written with commas; '-' is none.

    Raises:
        ValueError: the answer does not do.
    """
    return [] if answer == "-" else [read_address(each.strip()) for each in answer.split(",") if each.strip()]


def given_contacts(words: list[str]) -> dict[str, Any]:
    """Return the contacts that options name, as KIND=ADDRESS.

    Raises:
        SettingsError: one of them cannot be.
    """
    found: dict[str, Any] = {}
    for word in words:
        kind, sign, addresses = word.partition("=")
        if not sign or kind not in {each.value for each in NoticeKind}:
            known = ", ".join(each.value for each in NoticeKind)
            raise SettingsError(f"--contact: {kind!r} is no kind of mail; write KIND=ADDRESS; kinds: {known}")
        try:
            found[kind] = [*found.get(kind, []), *read_addresses(addresses)]
        except ValueError as error:
            raise SettingsError(f"--contact: {error}") from None
    return found
