"""What ``connection add`` asks, each question with its option; the options become those of the command."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: The option, without dashes in front; with underscores it is the parameter.
        text: What is asked, and the option's help.
        key: The key in the table that the answer becomes; empty where it becomes something else.
        default: What an empty answer means; None means that there has to be one.
        silent: Only an option: nobody is asked.
        reference: The answer names where a secret is, an environment variable or a stored block.
        needs: The key that has to have an answer before this is asked.
        prefix: What the option says in front of the answer, such as ``STANDARD=``.
        once: The answer is good only once.
    """

    name: str
    text: str
    key: str = ""
    default: str | None = None
    silent: bool = False
    reference: bool = False
    needs: str = ""
    prefix: str = ""
    once: bool = False

    @property
    def parameter(self) -> str:
        """The option's name in Python."""
        return self.name.replace("-", "_")


MARKETPLACE = Question("marketplace", "Marketplace, such as US or DE")
SELLER = Question("seller", "Seller account; a name that is not known makes a new one")
APPLICATION = Question("application", "Application; a name that is not known makes a new one")
CONSENT = Question(
    "consent",
    "How the seller consents: receive (in a browser of this machine), paste (a link to open, and the address that "
    "the browser ends at), self (a self-authorised token), later",
    default="receive",
)
REDIRECTED = Question("redirected", "Address that the browser ended at", once=True)
TOKEN = Question(
    "token-env",
    "Environment variable with the self-authorised refresh token",
    "refresh_token",
    reference=True,
)
SELLER_ID = Question("seller-id", "The seller's merchant token, such as A2EXAMPLE", "seller_id")
WAREHOUSE = Question("warehouse", "Warehouse account; a name that is not known makes a new one")
CUSTOMER = Question("customer", "Customer in the warehouse, its number or name")
FACILITY = Question("facility", "Facility that ships, its number or name")
SINCE = Question("import-since", "Orders changed since this day are imported", default="today")
MAIL = Question(
    "mail", "Mail server; a name that is not known makes a new one, 'none' sends no mails", default="none"
)
MAIL_FROM = Question("mail-from", "Sender of the mails", "mail_from", default="dockwire@localhost")
TERMS = Question("terms", "File with the 3PL's terms; 'none' where there are none", default="none")
ACCEPTED_BY = Question("accepted-by", "I accept these terms; my name is", once=True)

NEW: Mapping[str, tuple[Question, ...]] = {
    "applications": (
        Question("application-id", "Id of the Selling Partner API application", "application_id"),
        Question("client-id", "Its Login with Amazon client id", "client_id"),
        Question("client-secret-env", "Environment variable with its client secret, or TYPE/NAME of a block", "client_secret", reference=True),
        Question("redirect-uri", "Its redirect URI", "redirect_uri", default="http://127.0.0.1:8765/callback"),
        Question("seller-central", "Another Seller Central than Amazon's, for the simulator", "seller_central", default="", silent=True),
    ),
    "sellers": (
        Question("endpoint", "Another address than Amazon's, for the simulator", "endpoint", default="", silent=True),
        Question("token-url", "Another token address than Amazon's, for the simulator", "token_url", default="", silent=True),
    ),
    "warehouses": (
        Question("warehouse-url", "Its address, or the word embedded", "base_url", default="https://secure-wms.com"),
        Question("warehouse-client-id", "Client id of its REST credential", "client_id"),
        Question("warehouse-secret-env", "Environment variable with the credential's secret, or TYPE/NAME of a block", "client_secret", reference=True),
        Question("warehouse-login", "Login name that the calls are made under", "user_login"),
        Question("warehouse-tpl", "GUID of the warehouse company, where the credential needs it", "tpl", default="", silent=True),
        Question("warehouse-time-zone", "Zone of its times", "time_zone", default="America/Los_Angeles"),
    ),
    "mail": (
        Question("smtp-server", "Mail server's address", "smtp_server"),
        Question("smtp-type", "STARTTLS, SSL or INSECURE", "smtp_type", default="STARTTLS"),
        Question("smtp-port", "Its port; empty means the usual one", "smtp_port", default=""),
        Question("smtp-user", "Login name; empty where none is needed", "username", default=""),
        Question("smtp-password-env", "Environment variable with the password; empty where none is needed", "password", default="", reference=True, needs="username"),
    ),
}  # fmt: skip
"""By section: what makes a new table of it."""

SINGLE = (
    MARKETPLACE, SELLER, APPLICATION, CONSENT, REDIRECTED, TOKEN, SELLER_ID, WAREHOUSE, CUSTOMER, FACILITY, SINCE,
    MAIL, MAIL_FROM, TERMS, ACCEPTED_BY, *(each for section in NEW.values() for each in section),
)  # fmt: skip


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each question, and the answers given to its parameter ``given``."""
    shown: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        shown += [_option(each) for each in SINGLE] if name == "given" else [parameter]

    def asked(**values: Any) -> None:
        given = {each.name: values.pop(each.parameter) for each in SINGLE}
        command(given={name: value for name, value in given.items() if value is not None}, **values)

    asked.__name__, asked.__doc__ = command.__name__, command.__doc__
    # What typer reads: the parameters, and again their types.
    asked.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    asked.__annotations__ = {each.name: each.annotation for each in shown}
    return asked


def _option(question: Question) -> inspect.Parameter:
    annotation = Annotated[str | None, typer.Option(f"--{question.name}", help=f"{question.text}.")]
    return inspect.Parameter(
        question.parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation
    )
