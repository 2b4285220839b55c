"""Addresses: where a person may be sent back to, and by which address phones reach this server."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.requests import HTTPConnection

from scoreboard.settings import Settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def parts_of(address: str) -> SplitResult:
    """Read an address that somebody gave; what is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:  # brackets that hold no IPv6 address
        return urlsplit("")


def own_path(address: str, otherwise: str = "/") -> str:
    """Give the path and query of an address of ours; of any other, the one to go to instead.

    Only a path is ours: a full address given by somebody else could lead anywhere, and browsers read a backslash and
    two slashes as the beginning of one.
    """
    parts = parts_of(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return otherwise
    if "\\" in address:
        return otherwise
    return path_of(address)


def path_of(address: str) -> str:
    """Give the path and query of a full address."""
    parts = parts_of(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def reachable_address(connection: HTTPConnection[Any], settings: Settings) -> str:
    """The address that links and QR codes are made of: the one that is set, else the one that was asked."""
    return settings.public_address or f"{connection.url.scheme}://{connection.url.netloc}"


def only_here(address: str) -> bool:
    """Whether an address leads nowhere but to the machine that asks."""
    return (urlsplit(address).hostname or "") in LOOPBACK
