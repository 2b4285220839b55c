import pytest
from starlette.requests import HTTPConnection

from scoreboard.web.cookies import cookie_name


@pytest.mark.parametrize(
    ("scheme", "name"),
    [("http", "language"), ("ws", "language"), ("https", "__Host-language"), ("wss", "__Host-language")],
)
def test_over_tls_a_cookie_is_held_to_this_host(scheme: str, name: str) -> None:
    asked = {
        "type": "http",
        "scheme": scheme,
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"score.example")],
    }
    assert cookie_name(HTTPConnection(asked), "language") == name
