import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from scoreboard.web import auth


def asked(scheme: str = "http", cookie: str = "") -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "scheme": scheme,
            "path": "/",
            "query_string": b"",
            "client": ("192.0.2.7", 4711),
            "headers": [(b"host", b"score.example"), (b"cookie", cookie.encode()), (b"user-agent", b"phone")],
        }
    )


def test_over_tls_the_cookie_belongs_to_this_host_and_to_tls() -> None:
    response = Response()
    auth.remember(asked("https"), response, auth.CONSOLE, "t0ken", 60)
    assert response.headers["set-cookie"] == (
        "__Host-console=t0ken; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"
    )


def test_without_tls_the_cookie_still_is_no_business_of_scripts() -> None:
    response = Response()
    auth.remember(asked(), response, auth.JUDGE, "t0ken", 60)
    assert response.headers["set-cookie"] == "judge=t0ken; HttpOnly; Max-Age=60; Path=/; SameSite=lax"


@pytest.mark.parametrize(
    ("scheme", "cookie", "token"),
    [
        ("https", "__Host-console=a", "a"),
        ("https", "console=a", ""),
        ("http", "console=a", "a"),
        ("ws", "console=a", "a"),
        ("wss", "__Host-console=a", "a"),
        ("http", "judge=a", ""),
    ],
)
def test_a_token_is_read_from_the_cookie_of_its_surface(scheme: str, cookie: str, token: str) -> None:
    assert auth.token_of(asked(scheme, cookie), auth.CONSOLE) == token


def test_forgetting_ends_the_cookie() -> None:
    response = Response()
    auth.forget(asked(), response, auth.CONSOLE)
    assert 'console=""' in response.headers["set-cookie"]
    assert "Max-Age=0" in response.headers["set-cookie"]


def test_who_asks_is_known_by_device_and_address() -> None:
    assert (auth.device_of(asked()), auth.address_of(asked())) == ("phone", "192.0.2.7")
