"""What our cookies are called."""

from typing import Any

from starlette.requests import HTTPConnection


def cookie_name(connection: HTTPConnection[Any], plain: str) -> str:
    """A cookie's name; over TLS the prefix makes browsers hold it to this host and to TLS."""
    return f"__Host-{plain}" if connection.scope.get("scheme") in {"https", "wss"} else plain
