"""Our own scripts and style sheets as browsers get them: without comments and indentation, and packed once.

On a phone in a hall every kilobyte is a wait. A comment stands on lines of its own, or at the end of one, or stays; and
nothing in a script may depend on how a line begins (no text in backticks has more than one).
"""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

COMMENT: Final = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE | re.DOTALL)
# At the end of a line only where nothing follows that could make it a part of a text.
REMARK: Final = re.compile(r"(?<=[;{,])[ \t]+// [^\"'`\n]*$", re.MULTILINE)
INDENTATION: Final = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)
BETWEEN: Final = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")  # in a style sheet
KINDS: Final = {".js": "text/javascript", ".css": "text/css"}
FOLDERS: Final = ("js", "css")


def lean(text: str) -> str:
    """Leave out of a script what only people read."""
    return INDENTATION.sub("", REMARK.sub("", COMMENT.sub("", text)))


def lean_sheet(text: str) -> str:
    """Leave out of a style sheet what only people read."""
    return BETWEEN.sub(lambda found: found[1] or "", lean(text))


class Lean:
    """One file, packed and not."""

    def __init__(self, text: str, media_type: str) -> None:
        self.plain = text.encode()
        self.packed = gzip.compress(self.plain, 9, mtime=0)
        self.media_type = media_type
        self.tag = f'"{hashlib.sha256(self.plain).hexdigest()[:16]}"'

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


def lean_files(folder: Path) -> dict[str, Lean]:
    """All of them in a folder of static files, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): Lean(
            (lean_sheet if path.suffix == ".css" else lean)(path.read_text(encoding="utf-8")), KINDS[path.suffix]
        )
        for name in FOLDERS
        for path in sorted((folder / name).rglob("*"))
        if path.suffix in KINDS
    }
