"""The folders of templates and static files are found wherever the package lies."""

import json
import re
from pathlib import Path

import pytest

from scoreboard.assets import asset_dir

CHECKOUT = Path(__file__).resolve().parents[1]


def test_in_a_checkout_the_folders_lie_beside_the_package() -> None:
    assert asset_dir("templates") == CHECKOUT / "templates"
    assert asset_dir("static") == CHECKOUT / "static"


def test_in_a_wheel_the_folders_inside_the_package_win_over_neighbours(tmp_path: Path) -> None:
    package = tmp_path / "scoreboard"
    (package / "static").mkdir(parents=True)
    (tmp_path / "static").mkdir()

    assert asset_dir("static", package) == package / "static"


def test_a_broken_installation_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no static/ inside or beside"):
        asset_dir("static", tmp_path)


@pytest.mark.parametrize("sprite", ["icons", "judge"])
def test_a_sprite_holds_the_icons_that_its_pages_draw_and_no_others(sprite: str) -> None:
    held = set(json.loads((CHECKOUT / "static/package.json").read_text())["scoreboard"]["icons"][sprite])
    pages = [
        page for page in (CHECKOUT / "templates").rglob("*.html") if ("judge" in page.parts) == (sprite == "judge")
    ]
    text = "".join(page.read_text() for page in pages)
    if sprite == "judge":
        text += (CHECKOUT / "static/js/judge/notices.js").read_text()
    drawn = set(re.findall(r"\bicon\(['\"]([^'\"]+)", text))
    assert (drawn - held, {name for name in held if f'"{name}"' not in text}) == (set(), set())
