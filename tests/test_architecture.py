"""The house: who may import whom, every module with its caption and its tests."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "scoreboard"

BASE = {"errors", "numerals", "texts", "assets", "settings", "i18n", "signing"}
BASE |= {"columns", "models", "prepared", "database", "migrations"}
# Imports point the way a score travels: a ballot is judged, scored, made live, shown on the web.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "numerals": set(),
    "texts": {"errors"},
    "assets": set(),
    "settings": {"errors"},
    "i18n": {"errors", "numerals"},
    "columns": set(),
    "models": {"errors", "columns"},
    "prepared": set(),
    "database": {"errors", "figures", "prepared"},
    "signing": {"errors"},
    # What is measured while the server runs: nothing of ours in it, so that whoever measures may know it.
    "figures": set(),
    # How lines are written, for whoever logs: nobody needs to know it.
    "logs": set(),
    "migrations": {"errors", "models", "database", "signing"},
    "scoring": {"errors"},
    "judging": {"errors", "numerals", "texts", "signing", "models", "prepared", "database", "scoring"},
    "live": {"errors", "figures", "models", "database", "scoring", "judging"},
    # Copies of the whole database and their way back: beside the journey, and known to who runs the process only.
    "keeping": {"errors", "signing", "models", "database", "migrations", "judging"},
    "exchange": {"errors", "numerals", "texts", "models", "scoring", "judging"},
    # What is told to those who look after the server, on a listener of its own: beside the pages, asking what they ask.
    "metrics": {"database", "figures", "keeping", "live"},
    # The server around the application: it knows nothing of what is served, and pages know of it what it offers them.
    "wire": set(),
    "web": BASE | {"figures", "scoring", "judging", "live", "exchange", "wire"},
    "app": BASE | {"figures", "scoring", "judging", "live", "exchange", "keeping", "metrics", "web"},
    "cli": BASE | {"logs", "scoring", "judging", "live", "exchange", "keeping", "wire", "web", "app"},
    "__init__": set(),
    "__main__": {"cli"},
}
# Modules that know less than their room.
STRICTER = {"live/hub.py": {"figures", "live"}, "live/topics.py": {"live"}, "live/frames.py": set[str]()}

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Each import of ours, as the room that it is from; the version belongs to no room."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name.split(".")[1]) for name in node.names if name.name.startswith("scoreboard."))
        elif isinstance(node, ast.ImportFrom) and node.module == "scoreboard":
            yield from ((node, name.name) for name in node.names if name.name != "__version__")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scoreboard."):
            yield node, (node.module or "").split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_point_the_way_a_score_travels(path: Path) -> None:
    allowed = STRICTER.get(place(path), MAY_IMPORT[room(path)] | {room(path)})
    assert sorted({name for _, name in imports(ast.parse(path.read_text()))} - allowed) == []


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    inside = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("name", sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()))
def test_within_a_room_imports_form_no_circle(name: str) -> None:
    graph: dict[str, set[str]] = {}
    for path in (PACKAGE / name).rglob("*.py"):
        part = path.relative_to(PACKAGE / name).parts[0].removesuffix(".py")
        graph.setdefault(part, set()).update(neighbours(ast.parse(path.read_text()), f"scoreboard.{name}") - {part})
    assert len(list(TopologicalSorter(graph).static_order())) >= len(graph)


def neighbours(tree: ast.AST, package: str) -> set[str]:
    """What a module imports of its own room: modules, and rooms within the room."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    direct = {name.name for node in found if node.module == package for name in node.names}
    return direct | {str(node.module).split(".")[2] for node in found if str(node.module).startswith(f"{package}.")}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"], ids=place)
def test_every_module_has_its_tests(path: Path) -> None:
    mirror = ROOT / "tests" / path.relative_to(PACKAGE).with_name(f"test_{path.name}")
    covered_by_its_room = {
        "migrations/env.py": "migrations/test_migrations.py",
        "__main__.py": "cli/test_main.py",
        "columns.py": "test_models.py",
        "web/state.py": "test_app.py",
        "models/event.py": "test_models.py",
        "models/record.py": "test_models.py",
        "models/access.py": "test_models.py",
        "models/hall.py": "test_models.py",
    }
    other = covered_by_its_room.get(place(path))
    assert (ROOT / "tests" / other if other else mirror).is_file()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 350


def test_the_rooms_are_those_that_are_allowed_to_exist() -> None:
    assert {room(path) for path in MODULES} - {"demo"} == set(MAY_IMPORT)
