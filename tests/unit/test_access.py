"""What it takes to reach a remote system is looked at once, wherever it comes from."""

from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from dockwire.access import AmazonAccess, ApplicationAccess, RefreshToken
from dockwire.errors import SettingsError
from dockwire.settings import explained

MWS = "amzn.mws.4ea38b7b-f563-7709-4bae-87aeaEXAMPLE"
APPLICATION: dict[str, Any] = {"name": "house", "application_id": "a", "client_id": "c", "client_secret": "s"}


@pytest.mark.parametrize("token", [MWS, f" {MWS}\n"])
def test_an_mws_token_is_refused_with_what_to_do_and_without_the_token(token: str) -> None:
    fields = APPLICATION | {"refresh_token": token, "seller_id": "A1", "region": "NA"}
    del fields["name"]
    words = r"MWS.*'dockwire consent url SELLER"
    with pytest.raises(SettingsError, match=words) as caught, explained("seller"):
        AmazonAccess(**fields)
    assert "4ea38b7b" not in str(caught.value)
    with pytest.raises(ValidationError, match="MWS"):
        TypeAdapter(RefreshToken).validate_python(SecretStr(token))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"redirect_uri": "http://127.0.0.1:8765/#top"}, "redirect_uri: contains '#'.*MD5110"),
        ({"redirect_uri": "127.0.0.1"}, "redirect_uri: is no address"),
        ({"regions": []}, "regions: names no region"),
        ({"regions": ["MOON"]}, "regions"),
        ({"seller_central": "sellercentral"}, "seller_central: is no address"),
        ({"client_id": ""}, "client_id"),
    ],
)
def test_a_wrong_application_is_named_by_its_field(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words), explained("application house"):
        ApplicationAccess(**APPLICATION | wrong)
