import asyncio

import httpx2
import pytest
from serving import Served, serving
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from scoreboard.settings import Settings
from scoreboard.web.hosts import name_in, own_names


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "x@127.0.0.1", "[::2]", "", "127.0.0.1, evil"]
)
async def test_another_host_is_refused(served: Served, host: str) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        answer = await browser.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_our_own_names_are_answered(database_path: str) -> None:
    settings = Settings(database=database_path, backups="off", public_address="https://Score.example", hosts="a.b, c.d")
    async with serving(settings) as served, httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        for host in ("score.example", "SCORE.example:443", "a.b", "c.d:8000", "localhost:1", "127.0.0.1"):
            assert (await browser.get("/healthz", headers={"host": host})).status_code == 200


async def test_what_ends_in_two_ways_is_refused_and_nothing_after_it_is_a_request(served: Served) -> None:
    """Request smuggling: a proxy that goes by the length sees one request here, and who goes by the chunks two."""
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    inner = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"
    ends = f"Content-Length: {5 + len(inner)}\r\nTransfer-Encoding: chunked"
    writer.write(f"POST /language HTTP/1.1\r\nHost: {host}\r\n{ends}\r\n\r\n0\r\n\r\n{inner}".encode())
    async with asyncio.timeout(20):
        answered = await reader.read()
    writer.close()
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1") == 1


async def test_a_socket_of_another_host_is_refused(served: Served) -> None:
    address = served.url.replace("http", "ws") + "/e/hack/socket"
    host = {"host": "evil.example"}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, additional_headers=host, origin=None):
            pass
    assert refused.value.response.status_code in {400, 403}


@pytest.mark.parametrize(("host", "name"), [("[::1]:80", "::1"), ("a.b.:1", "a.b"), ("[x", ""), ("A.b", "a.b")])
def test_a_name_is_read_without_its_port(host: str, name: str) -> None:
    assert name_in(host) == name


def test_this_machine_has_its_names() -> None:
    assert {"localhost", "127.0.0.1", "::1"} < own_names(Settings())
