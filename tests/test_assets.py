"""The folders of templates and static files are found wherever the package lies."""

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
