"""Our own scripts and style sheets as browsers get them: bundled and minified when the package was built, packed once.

On a phone in a hall every kilobyte is a wait, and so is every file. Where somebody has changed a script since the
build, in a checkout, all of them are served as they are written.
"""

import gzip
import hashlib
import re
from pathlib import Path
from posixpath import normpath
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KINDS: Final = {".js": "text/javascript", ".css": "text/css"}
FOLDERS: Final = ("js", "css")
BUILT: Final = "built"
STAMP: Final = ".made-from"
# In a script as it is written, and in a minified one; at its head, or later. And in a style sheet.
IMPORTED: Final = re.compile(
    r"(?:(?:^|[;}])(?:@?import|export)\b[^;'\"(]*?|\bimport\()[\"'](\.[^\"']+)[\"']", re.MULTILINE
)


class Packed:
    """One file, packed and not."""

    def __init__(self, plain: bytes, media_type: str, packed: bytes | None = None) -> None:
        self.plain = plain
        self.packed = packed or gzip.compress(plain, 9, mtime=0)
        self.media_type = media_type
        self.tag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it, or that it is the same."""
        asked = Request(scope).headers
        headers = {"etag": self.tag, "vary": "accept-encoding"}
        if asked.get("if-none-match") == self.tag:
            await Response(status_code=304, headers=headers)(scope, receive, send)
        elif "gzip" in asked.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            await Response(self.packed, media_type=self.media_type, headers=headers)(scope, receive, send)
        else:
            await Response(self.plain, media_type=self.media_type, headers=headers)(scope, receive, send)


def packed_files(static: Path) -> dict[str, Packed]:
    """All of them in a folder of static files, by the path at which pages ask for them."""
    files = files_in(static)
    if is_current(static):
        files |= files_in(static / BUILT)
    return files


def files_in(folder: Path) -> dict[str, Packed]:
    """The scripts and style sheets in a folder, as they are there."""
    return {
        path.relative_to(folder).as_posix(): Packed(path.read_bytes(), KINDS[path.suffix], packed_before(path))
        for name in FOLDERS
        for path in sorted((folder / name).rglob("*"))
        if path.suffix in KINDS
    }


def packed_before(path: Path) -> bytes | None:
    """A file as the build packed it, which takes longer and makes it smaller than gzip does."""
    packed = path.with_name(f"{path.name}.gz")
    return packed.read_bytes() if packed.is_file() else None


def is_current(static: Path) -> bool:
    """Whether what was built was built from what is there."""
    stamp = static / BUILT / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(static)


def fingerprint(static: Path) -> str:
    """Hash every script and style sheet, names included, as the build does (.build/vendor.py)."""
    digest = hashlib.sha256()
    for path in sorted(path for part in FOLDERS for path in (static / part).rglob("*") if path.is_file()):
        digest.update(path.relative_to(static).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def imported(path: str, text: str) -> list[str]:
    """What a module or a style sheet imports, as paths of the same kind as its own."""
    return [normpath(f"{path}/../{name}") for name in IMPORTED.findall(text)]
