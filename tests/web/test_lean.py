import gzip
import re
from pathlib import Path

import httpx2
import pytest

from scoreboard.assets import asset_dir
from scoreboard.web.lean import Lean, lean, lean_files, lean_sheet

SCRIPT = """/** What it does.
 * At length. */
import { x } from "./x.js"; // why

// A line.
export function f() {
  /* Another. */
  return "/* kept */" + x("https://example.org");
}
"""


def test_what_only_people_read_is_left_out() -> None:
    assert lean(SCRIPT) == (
        'import { x } from "./x.js";\nexport function f() {\nreturn "/* kept */" + x("https://example.org");\n}\n'
    )


def test_a_style_sheet_says_the_same_in_less() -> None:
    sheet = '/* Why. */\n@media (min-height: 30rem) {\n  a :hover, b:has(> i) { margin: 0 1px; content: "+"; }\n}\n'
    assert lean_sheet(sheet) == '@media (min-height:30rem){a :hover,b:has(> i){margin:0 1px;content:"+";}}'


def test_no_style_sheet_of_ours_has_a_text_that_would_be_changed() -> None:
    texts = [
        text for path in asset_dir("static").glob("css/*.css") for text in re.findall(r'"[^"\n]*"', path.read_text())
    ]
    assert (len(texts) > 5, [text for text in texts if lean_sheet(text) != text]) == (True, [])


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_a_file_is_sent_as_the_browser_takes_it_and_not_again(accepted: str) -> None:
    file = Lean(lean(SCRIPT), "text/javascript")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=file), base_url="http://score.example") as browser:
        answer = await browser.get("/", headers={"accept-encoding": accepted})
        again = await browser.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert (answer.text, answer.headers["content-type"]) == (lean(SCRIPT), "text/javascript; charset=utf-8")
    assert (answer.headers.get("content-encoding", "identity"), again.status_code) == (accepted, 304)
    assert gzip.decompress(file.packed) == file.plain


def test_no_script_of_ours_depends_on_how_a_line_begins() -> None:
    folder = asset_dir("static")
    found = lean_files(folder)
    assert {"js/judge/list.js", "css/judge.css"} <= set(found)
    assert [path for path in found if path.endswith(".js") and "`" in beside_texts(folder / path)] == []


def beside_texts(path: Path) -> str:
    """A script without its comments and without the texts in backticks that end on their line."""
    text = re.sub(r"^\s*(\*|/\*|//).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)
