import gzip
from pathlib import Path

import httpx2
import pytest

from scoreboard.assets import asset_dir
from scoreboard.web.packed import Packed, fingerprint, imported, is_current, packed_files

SCRIPT = b"""import { x } from "./lib/x.js";
import "../y.js";
import {
  z,
} from "../../z.js";
export { w } from './w.js';
await (x ? import("./a.js") : import("./b.js"));
const text = "export nothing from './no.js'";
"""


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A folder of static files that was built."""
    for path, text in {
        "js/a.js": "a; // as it is written",
        "js/b.js": "b",
        "css/a.css": "a { }",
        "built/js/a.js": "a",
        "built/js/chunk-X.js": "x",
        "built/css/a.css": "a{}",
        "built/css/a.css.gz": "as the build packed it",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "built/.made-from").write_text(fingerprint(tmp_path))
    return tmp_path


def contents(static: Path) -> dict[str, bytes]:
    return {path: file.plain for path, file in packed_files(static).items()}


def test_what_was_built_is_sent_in_the_place_of_what_it_was_built_from(static: Path) -> None:
    built = {"js/a.js": b"a", "js/b.js": b"b", "js/chunk-X.js": b"x", "css/a.css": b"a{}"}
    assert contents(static) == built
    assert packed_files(static)["css/a.css"].packed == b"as the build packed it"


@pytest.mark.parametrize("path", ["js/b.js", "js/new.js", "css/a.css"])
def test_after_a_change_everything_is_sent_as_it_is_written(static: Path, path: str) -> None:
    (static / path).write_text("changed")
    assert is_current(static) is False
    written = {"js/a.js": b"a; // as it is written", "js/b.js": b"b", "css/a.css": b"a { }"}
    assert contents(static) == written | {path: b"changed"}


def test_what_was_not_built_to_its_end_is_not_sent(static: Path) -> None:
    (static / "built/.made-from").unlink()
    assert "js/chunk-X.js" not in contents(static)


def test_the_build_and_the_server_agree_on_what_is_current() -> None:
    assert is_current(asset_dir("static")), "scripts were changed since the build: run `pip install -e '.[test]'` again"


def test_a_module_names_what_it_imports() -> None:
    assert imported("js/judge/a.js", SCRIPT.decode()) == [
        "js/judge/lib/x.js",
        "js/y.js",
        "z.js",
        "js/judge/w.js",
        "js/judge/a.js",
        "js/judge/b.js",
    ]
    minified = 'import{a as b}from"../chunk-X.js";import"./c.js";var t="from";export{b as d};'
    assert imported("js/judge/a.js", minified) == ["js/chunk-X.js", "js/judge/c.js"]


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_a_file_is_sent_as_the_browser_takes_it_and_not_again(accepted: str) -> None:
    file = Packed(SCRIPT, "text/javascript")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=file), base_url="http://score.example") as browser:
        answer = await browser.get("/", headers={"accept-encoding": accepted})
        again = await browser.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert (answer.content, answer.headers["content-type"]) == (SCRIPT, "text/javascript; charset=utf-8")
    assert (answer.headers.get("content-encoding", "identity"), again.status_code) == (accepted, 304)
    assert gzip.decompress(file.packed) == file.plain
