import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from scoreboard.settings import Settings
from scoreboard.web.addresses import only_here, own_path, path_of, reachable_address


@pytest.mark.parametrize("address", ["/", "/console/e/hack?round=final", "/%D8%A7", "/a//b", "/a?next=//evil.example"])
def test_a_path_of_ours_is_kept(address: str) -> None:
    assert own_path(address, "/console") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "console",
        "//evil.example",
        "https://evil.example/",
        "////evil.example",
        "/\t/evil.example",
        "/\\evil.example",
        "javascript:x",
        "//[",
        "http://[x",
    ],
)
def test_an_address_that_leads_elsewhere_is_not_followed(address: str) -> None:
    assert own_path(address, "/console") == "/console"


@given(st.text(alphabet="/\\.:@?#%[]\t\n ab", max_size=12))
def test_whatever_is_asked_for_browsers_stay_here(address: str) -> None:
    path = own_path(address)
    assert urljoin("http://score.example/", path).startswith("http://score.example/")
    assert re.match(r"/(?![/\\])", path)


def test_a_fragment_is_left_behind() -> None:
    assert own_path("/console/enter#secret") == "/console/enter"


def test_the_path_of_a_full_address() -> None:
    assert path_of("https://score.example:8000/console/e/hack?round=final#x") == "/console/e/hack?round=final"


def asked(host: str) -> HTTPConnection:
    scope = {"type": "http", "scheme": "http", "path": "/", "query_string": b"", "headers": [(b"host", host.encode())]}
    return HTTPConnection(scope)


def test_links_are_made_of_the_public_address_where_one_is_set() -> None:
    settings = Settings(public_address="https://score.example")
    assert reachable_address(asked("10.0.0.7:8000"), settings) == "https://score.example"


def test_links_are_made_of_the_address_that_was_asked_otherwise() -> None:
    assert reachable_address(asked("10.0.0.7:8000"), Settings()) == "http://10.0.0.7:8000"


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://10.0.0.7", False),
    ],
)
def test_an_address_of_this_machine_alone_is_known(address: str, here: bool) -> None:
    assert only_here(address) is here
