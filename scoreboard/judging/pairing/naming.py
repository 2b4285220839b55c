"""What a device is called, from what its browser says of itself: names of products, which are the same everywhere.

A browser may say anything, and the ledger keeps what is told to it for ever; so a name is put together from these
lists and from nothing that was sent.
"""

from collections.abc import Iterable
from typing import Final

# What is found first, counts: a browser names those, too, that it is descended from.
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS: Final = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device_name(agent: str) -> str:
    """Name a device by its ``User-Agent``: "iPhone, Safari"; empty where nothing is known."""
    return ", ".join(filter(None, (first(SYSTEMS, agent), first(BROWSERS, agent))))


def first(names: Iterable[tuple[str, str]], agent: str) -> str:
    """The first name whose mark is in a text."""
    return next((name for mark, name in names if mark in agent), "")
