import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import httpx2 as httpx
import pytest
from serving import Served

from scoreboard.assets import asset_dir
from scoreboard.web.verifier import FILE, policy

PAGE = (asset_dir("static") / FILE).read_text(encoding="utf-8")


def test_the_policy_names_exactly_what_is_inside_of_the_page() -> None:
    digests = [b64encode(sha256(part.encode()).digest()).decode() for part in ("a()", "b{}")]
    assert policy("<script>a()</script><style>b{}</style>") == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; style-src 'sha256-{digests[1]}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


async def test_the_page_is_served_with_that_policy(served: Served) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{served.url}/verify")
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-security-policy"] == policy(PAGE)


def test_the_page_has_no_part_outside_of_itself() -> None:
    assert re.findall(r"""(?:src|href)=["'][^#]""", PAGE) == []
    assert re.findall(r"https?://|\bfetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon|innerHTML|eval\(", PAGE) == []
    assert re.findall(r"<(?:script|style|link)\b[^>]", PAGE) == []


def words(code: str) -> dict[str, str]:
    """The page's texts in a language."""
    block = re.search(rf"^    {code}: \{{\n(.*?)^    \}},$", PAGE, re.MULTILINE | re.DOTALL)
    assert block
    return dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', block[1]))


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    english, arabic = words("en"), words("ar")
    assert len(english) > 80
    assert english.keys() == arabic.keys()
    places = re.compile(r"\{(\w+)\}")
    assert [n for n in english if set(places.findall(english[n])) != set(places.findall(arabic[n]))] == []
    assert [n for n, text in arabic.items() if n != "language" and not re.search("[\u0600-\u06ff]", text)] == []


def test_every_text_that_is_used_is_there_and_no_other() -> None:
    script = PAGE[: PAGE.index("const WORDS")] + PAGE[PAGE.index("const ENDINGS") :]
    used = {name for name in words("en") if re.search(rf"""["'`]{re.escape(name.rstrip("_"))}["'`]""", script)}
    assert sorted(set(words("en")) - used) == []
    named = set(
        re.findall(r'(?:refuse\([^;]*?|Broken\(|fault\([^;]*?), "((?:rule|run|key|note|outside|seq)[A-Z]\w*)"', script)
    )
    assert sorted(named - set(words("en"))) == []


@pytest.mark.parametrize("path", [asset_dir("static") / FILE], ids=["verify.html"])
def test_directions_are_logical(path: Path) -> None:
    style = re.search(r"<style>(.*?)</style>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert style
    assert re.findall(r"\b(?:margin|padding|border)-(?:left|right)|[ ;{](?:left|right|width|height):", style[1]) == []
