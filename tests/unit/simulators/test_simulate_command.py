"""``dockwire simulate amazon`` in a process of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from dockwire.cli.simulate import app

START = "from dockwire.cli.simulate import app; app()"
PATIENCE = 60.0
"""Seconds for an answer: the first one comes when the server has told its address and still starts."""
ORDER = {
    "orderId": "112-0000001-0000001",
    "createdTime": "2026-01-01T10:00:00Z",
    "lastUpdatedTime": "2026-01-01T11:00:00Z",
    "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER"},
    "orderItems": [{"orderItemId": "1", "quantityOrdered": 2, "product": {}}],
}


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """The command's first line of output, while it runs."""
    command = [sys.executable, "-c", START, "amazon", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def client_of(told: dict[str, Any]) -> Iterator[httpx.Client]:
    """A client of the first seller, made from the JSON line alone."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": told["sellers"][0]["refresh_token"],
        "client_id": told["client_id"],
        "client_secret": told["client_secret"],
    }
    with httpx.Client(base_url=told["url"], timeout=PATIENCE, trust_env=False) as client:
        client.headers["x-amz-access-token"] = client.post(told["token_url"], data=form).json()[
            "access_token"
        ]
        yield client


@pytest.mark.parametrize(
    "document", [[ORDER], {"orders": [ORDER]}, {"order": ORDER}, ORDER], ids=["list", "search", "get", "one"]
)
def test_the_json_line_is_all_a_client_needs(tmp_path: Path, document: Any) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with running("--seed", "7", "--orders", "10", "--orders-file", str(file), "--control", "--json") as line:
        told: dict[str, Any] = json.loads(line)
        assert told["orders"] == 11
        with client_of(told) as client:
            assert client.get(f"/orders/2026-01-01/orders/{ORDER['orderId']}").json()["order"] == ORDER
            state = client.get(f"{told['control']}/state").json()
    assert (state["seed"], len(state["orders"])) == (7, 11)


def test_listings_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "listings.json"
    row = {"seller": "A3SIMNORTHAM01", "marketplace": "US", "sku": "Ä/B +C", "quantity": 5}
    file.write_text(json.dumps([row]), encoding="utf-8")
    with running("--listings-file", str(file), "--json") as line, client_of(json.loads(line)) as client:
        path = "/listings/2021-08-01/items/A3SIMNORTHAM01/%C3%84%2FB%20+C"
        query = {"marketplaceIds": "ATVPDKIKX0DER", "includedData": "fulfillmentAvailability"}
        shown = client.get(path, params=query).json()
    assert shown["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 5}]
    file.write_text(json.dumps([row | {"marketplace": "DE"}]), encoding="utf-8")
    refused = CliRunner().invoke(app, ["amazon", "--listings-file", str(file)])
    assert (refused.exit_code, "takes part in marketplace DE" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("quota", "last"), [("documented", 429), ("off", 200)])
def test_quota_throttles_or_not_as_it_says(quota: str, last: int) -> None:
    with running("--quota", quota, "--json") as line, client_of(json.loads(line)) as client:
        statuses = [client.get("/sellers/v1/marketplaceParticipations").status_code for _ in range(16)]
    assert statuses == [200] * 15 + [last]


def test_people_are_told_address_and_credentials_and_control_stays_closed() -> None:
    with running() as line:
        found = re.fullmatch(r"Simulated Amazon Selling Partner API on (\S+) with 0 orders\.\n", line)
        assert found
        assert httpx.get(found[1] + "/_sim/state", timeout=PATIENCE, trust_env=False).status_code == 404


def test_the_application_and_its_sellers_are_set_up_for_consent() -> None:
    callback = "http://127.0.0.1:9001/back"
    wish = ("--seller", "A2NEW=de,fr", "--redirect-uri", callback, "--draft", "--control", "--json")
    with running(*wish) as line:
        told = json.loads(line)
        assert told["sellers"][-1]["marketplaces"] == ["DE", "FR"]
        assert told["redirect_uris"][-1] == callback
        ask = {"application_id": told["application_id"], "state": "s", "redirect_uri": callback}
        consent = f"{told['seller_central']}/apps/authorize/consent"
        page = httpx.get(consent, params=ask, timeout=PATIENCE, trust_env=False)
        assert "MD1000" in page.text
        state = httpx.get(f"{told['control']}/state", timeout=PATIENCE, trust_env=False).json()
    assert [seller["consent"] for seller in state["sellers"]] == [True, True, True, False]


@pytest.mark.parametrize("wish", ["A2NEW", "=DE", "A2NEW=XX", "A2NEW=DE,US"])
def test_a_seller_that_cannot_be_is_explained(wish: str) -> None:
    result = CliRunner().invoke(app, ["amazon", "--seller", wish])
    assert (result.exit_code, f"--seller {wish}: " in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[{}]", "orders[0].orderId"),
        (json.dumps({"orders": [ORDER | {"orderItems": 1}]}), "orders[0].orderItems"),
        ("nonsense", "not JSON"),
    ],
)
def test_a_bad_file_is_explained_and_exits_2(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "captured.json"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["amazon", "--orders-file", str(file)])
    assert result.exit_code == 2
    assert f"{file}: {named}" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--quota", "some"], ["--orders", "-1"]])
def test_bad_usage_exits_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["amazon", *arguments]).exit_code == 2


def test_an_address_in_use_is_explained() -> None:
    with running("--json") as line:
        port = json.loads(line)["url"].rpartition(":")[2]
        result = CliRunner().invoke(app, ["amazon", "--port", port])
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
