"""The README says what there is: each command, setting, address, and room of the house, and nothing that is not."""

import re
from pathlib import Path

import click
import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from scoreboard.app import routes
from scoreboard.cli.main import commands
from scoreboard.settings import PREFIX, Settings
from scoreboard.web.templating import Static

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def first_cells(title: str) -> list[str]:
    """The code in the first column of a section's table."""
    return re.findall(r"^\| `([^`]+)`", section(title), re.MULTILINE)


def commands_of(group: click.Group, prefix: str) -> list[str]:
    found = []
    for name, command in group.commands.items():
        inner = commands_of(command, f"{prefix} {name}") if isinstance(command, click.Group) else [f"{prefix} {name}"]
        found.extend(inner)
    return found


def test_every_command_has_its_line() -> None:
    told = [" ".join(word for word in cell.split() if not word.isupper()) for cell in first_cells("Commands")]
    assert sorted(told) == sorted(commands_of(commands, "scoreboard"))


def test_every_setting_has_its_line() -> None:
    assert sorted(first_cells("Settings")) == sorted(PREFIX + name.upper() for name in Settings.model_fields)


def test_every_address_has_its_line() -> None:
    addresses = []
    for route in routes(Static()):
        if isinstance(route, Route):
            method = "/".join(sorted((route.methods or set()) - {"HEAD"}))
            addresses.append(f"{method} {re.sub(':[a-z]+}', '}', route.path)}")
        elif isinstance(route, WebSocketRoute):
            addresses.append(f"WS {route.path}")
        elif isinstance(route, Mount):
            addresses.append(f"GET {route.path}/…")
    assert sorted(first_cells("Addresses")) == sorted(addresses)


def test_every_room_of_the_house_has_its_line() -> None:
    house = section("The house")
    rooms = [
        path.stem
        for path in (ROOT / "scoreboard").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    assert sorted(room for room in rooms if f"{room} " not in house) == sorted(["__init__", "__main__"])


@pytest.mark.parametrize("address", re.findall(r"\]\(([^)#:]+)\)", README))
def test_what_the_readme_points_to_is_there(address: str) -> None:
    assert (ROOT / address).exists()


def test_the_event_folder_of_the_readme_is_the_demos() -> None:
    example = re.search(r"```toml\n(.*?)```", section("The event folder"), re.DOTALL)
    assert example
    shipped = (ROOT / "scoreboard" / "demo" / "event" / "event.toml").read_text(encoding="utf-8")
    parts = [part.strip() for part in example[1].split("# ...\n")]
    assert [part for part in parts if part not in shipped] == []
