"""The query language: its tree, and what it finds in orders."""

from datetime import UTC, datetime

import httpx
import pytest

from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.rql import Both, Comparison, Either, Operator, Value, parse
from tests.unit.warehouse.houses import ORDERS, create, number, open_house, visiting

A = Comparison("a", Operator.EQUAL, (Value("1"),))
B = Comparison("b.c", Operator.AT_LEAST, (Value("2026-01-01T00:00:00"),))


def test_and_binds_closer_than_or_and_parentheses_closer_than_both() -> None:
    text = "a==1,b.c=ge=2026-01-01T00:00:00;A==1"
    assert parse(text) == Either((A, Both((B, A))))
    assert parse("(a==1,B.C=GE=2026-01-01T00:00:00);a==1") == Both((Either((A, B)), A))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", Value("plain")),
        ("x*", Value("x", open_end=True)),
        ("*x", Value("x", open_start=True)),
        ("*x*", Value("x", open_start=True, open_end=True)),
        ("*", Value("", open_start=True)),
        ("%2A100%25%3B%28a%29%2Cb", Value("*100%;(a),b")),
        ("", Value("")),
    ],
)
def test_wildcards_are_seen_before_values_are_decoded(text: str, value: Value) -> None:
    tree = parse(f"a=={text}")
    assert tree == Comparison("a", Operator.EQUAL, (value,))


def test_lists_have_several_values() -> None:
    assert parse("a=in=(1,2%2C3)") == Comparison("a", Operator.IN, (Value("1"), Value("2,3")))
    assert parse("a=out=(1)") == Comparison("a", Operator.OUT, (Value("1"),))


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a=1", "a=xx=1", "==1", "a==1;", "a==1)", "(a==1", "a=in=1", "a==(1)", "a==1;;b==2"),
        # Values hold what means something else only when it is encoded, and never a zero byte.
        *("a==b!c", "a==b=c", "a==b*c", "a==100%", "a==%zz", "a==%00", "a=in=(b=c)"),
        "(" * 1000 + "a==1" + ")" * 1000,
        ";".join(["a==1"] * 5000),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    assert caught.value.code == "NotParsable"


async def _fill(client: httpx.AsyncClient) -> None:
    await create(client, "112-1-1", poNum="a_b", externalId="100%")
    await create(client, "112-1-2", poNum="axb", externalId="(x;y),z")
    await create(client, "113-9-9", facilityIdentifier={"name": "Hamburg"}, poNum="ÄÖ-1")
    await create(client, "112-1-1", customerIdentifier={"id": 12})
    await client.put("/orders/orderholder?holdReason=x", json={"orderIdentifiers": [{"id": 2}]})


FOUND = {
    "referenceNum==112-1-1": [1, 4],
    "REFERENCENUM==112-1-1;readonly.customeridentifier.id==11": [1],
    "referencenum=in=(112-1-2,113-9-9,nix)": [2, 3],
    "referencenum=out=(112-1-2,113-9-9)": [1, 4],
    "referencenum!=112-1-1": [2, 3],
    "referencenum==112*": [1, 2, 4],
    "referencenum==*-9": [3],
    "referencenum!=*1-1*": [2, 3],
    "ponum==a_*": [1],
    "ponum==A*": [1, 2],
    "ponum==ÄÖ*": [3],
    "ponum==*Ö-1": [3],
    "externalid==100%2525": [1],
    "externalid==%2528x%253By%2529%252Cz": [2],
    "readonly.customeridentifier.name==Borealis": [4],
    "readonly.facilityidentifier.id==4,readonly.orderid==1": [1, 3],
    "(readonly.orderid==1,readonly.orderid==2);ponum==axb": [2],
    "readonly.orderid=gt=1;readonly.orderid=lt=4": [2, 3],
    "readonly.orderid=le=2": [1, 2],
    "readonly.isclosed==true": [],
    "readonly.status==0;readonly.fullyallocated==false": [3, 4],
    "readonly.onholddate=hv=true": [2],
    "readonly.onholddate=hv=false;ponum=hv=true": [1, 3],
    "readonly.creationdate=ge=2026-11-02T09:00:00": [1, 2, 3, 4],
    "readonly.creationdate=gt=2026-11-02T09:00:00": [],
    "readonly.creationdate=lt=2026-11-02T17:00:01Z": [1, 2, 3, 4],
}


async def test_expressions_find_the_orders_they_mean(client: httpx.AsyncClient) -> None:
    await _fill(client)
    for rql, ids in FOUND.items():
        # Sent as it stands: values are encoded twice where they need it.
        reply = await client.get(f"/orders?rql={rql.replace(';', '%3B')}")
        assert reply.status_code == 200, (rql, reply.text)
        assert [number(found) for found in reply.json()["_embedded"][ORDERS]] == ids, rql
        assert reply.json()["totalResults"] == len(ids)


@pytest.mark.parametrize(
    ("rql", "hint"),
    [
        ("shipto.name==Ann", "Properties not supported: shipto.name"),
        ("readonly.orderid==x", "The value of readonly.orderid cannot be understood."),
        ("readonly.orderid==99999999999", "The value of readonly.orderid cannot be understood."),
        ("readonly.creationdate=ge=soon", "The value of readonly.creationdate cannot be understood."),
        ("readonly.isclosed==maybe", "The value of readonly.isclosed cannot be understood."),
        ("readonly.isclosed=gt=true", "readonly.isclosed is true or false, not more or less."),
        ("readonly.orderid==1*", "readonly.orderid is no text; wildcards do not apply."),
        ("ponum=hv=x", "=hv= takes true or false."),
        ("ponum=in=(a*)", "Wildcards stand with == and != only; encode a star as %2A."),
    ],
)
async def test_unknown_names_and_values_are_refused_with_a_hint(
    client: httpx.AsyncClient, rql: str, hint: str
) -> None:
    reply = await client.get("/orders", params={"rql": rql})
    assert reply.status_code == 400
    problem = reply.json()
    assert (problem["ErrorCode"], problem["Hint"], problem["Parameters"]) == ("NotParsable", hint, ["rql"])


async def test_an_hour_that_autumn_repeats_is_read_so_that_cursors_lose_nothing(database_url: str) -> None:
    # In Los Angeles 01:30 is 08:30 and an hour later 09:30 UTC on that day; the order is between.
    house = open_house(database_url, start=datetime(2026, 11, 1, 8, 40, tzinfo=UTC))
    async with visiting(house) as client:
        await create(client, "R-1")
        for operator, found in (("=ge=", 1), ("=le=", 1), ("=gt=", 0), ("=lt=", 0)):
            query = {"rql": f"readonly.lastmodifieddate{operator}2026-11-01T01:30:00"}
            assert (await client.get("/orders", params=query)).json()["totalResults"] == found, operator
    house.close()


async def test_an_hour_that_spring_skips_is_read_so_that_cursors_lose_nothing(database_url: str) -> None:
    # In Los Angeles 01:59 is followed by 03:00 on that day, at 10:00 UTC. A cursor of 03:10 less an
    # overlap of forty minutes is a time that never was; it means 09:30 or 10:30 UTC.
    house = open_house(database_url, start=datetime(2026, 3, 8, 10, 5, tzinfo=UTC))
    async with visiting(house) as client:
        created = await create(client, "R-1")
        assert created["readOnly"]["lastModifiedDate"] == "2026-03-08T03:05:00"
        for operator, found in (("=ge=", 1), ("=le=", 1), ("=gt=", 0), ("=lt=", 0)):
            query = {"rql": f"readonly.lastmodifieddate{operator}2026-03-08T02:30:00"}
            assert (await client.get("/orders", params=query)).json()["totalResults"] == found, operator
    house.close()


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), "2026-07-01T05:00:00"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01T01:30:00"),
        (datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "2026-11-01T01:30:00"),
    ],
)
async def test_times_are_shown_as_the_clocks_on_the_wall_show_them(
    database_url: str, moment: datetime, shown: str
) -> None:
    house = open_house(database_url, start=moment)
    async with visiting(house) as client:
        assert (await create(client, "R-1"))["readOnly"]["creationDate"] == shown
    house.close()
