"""The security table of the README: every item is there once, with a test that exists, a deviation or a document.

Below it what the table says of the whole source, and no single part could prove.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER: Final = re.compile(r"\b\d+\.\d+\.\d+\b")
ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
PROOF: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LINK: Final = re.compile(r"\]\(#([\w-]+)\)")

# How many items of level 1 and 2 the sections of ASVS 5.0.0 have; in each they come before those of level 3.
ITEMS: Final = {
    place: int(count)
    for place, count in re.findall(
        r"(\S+):(\d+)",
        "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 "
        "4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 "
        "7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 "
        "10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 "
        "13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 "
        "16.5:3 17.1:1 17.2:4 17.3:2",
    )
}


def section() -> str:
    found = re.search(r"^## Security\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def rows() -> list[tuple[str, str]]:
    """The number of each row, and what stands for it."""
    return [(number, proof) for number, _what, proof in ROW.findall(section())]


def order(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]


def named_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_item_is_in_the_table_or_does_not_apply() -> None:
    told = [number for number, _proof in rows()]
    assert told == sorted(set(told), key=order)
    outside, found = section().partition("</summary>")[2].partition("| item |")[0], set()
    for first, last in re.findall(r"(\d+\.\d+\.\d+) to (\d+\.\d+\.\d+)", outside):
        place, _, end = last.rpartition(".")
        found |= {f"{place}.{number}" for number in range(order(first)[-1], int(end) + 1)}
    found |= set(NUMBER.findall(outside))
    assert found & set(told) == set()
    due = {f"{place}.{number}" for place, count in ITEMS.items() for number in range(1, count + 1)}
    assert sorted(found | set(told), key=order) == sorted(due, key=order)


def test_every_row_has_a_test_that_exists_or_a_deviation_or_a_document() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    wrong = {}
    for number, proof in rows():
        missing = [f"{path}::{name}" for path, name in PROOF.findall(proof) if name not in named_in(ROOT / path)]
        nowhere = [anchor for anchor in LINK.findall(proof) if anchor not in headings]
        stands = PROOF.search(proof) or re.search(r"deviation: \w", proof) or re.search(r"documented: \[", proof)
        if missing or nowhere or not stands:
            wrong[number] = [*missing, *nowhere, proof]
    assert wrong == {}


# Of the whole source.

STARTING: Final = {"subprocess", "pickle", "marshal", "shelve", "xml", "yaml", "pty", "code", "codeop", "runpy"}
RUNNING: Final = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "execv",
    "execve",
    "spawnv",
    "posix_spawn",
}
PATTERNS: Final = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
APART: Final = {
    "scoreboard/cli/doctor/machine.py": ["subprocess"],  # one program, with fixed words
    "scoreboard/judging/verification/second.py": ["subprocess"],  # a module of ours, with fixed words
    "scoreboard/judging/verification/fingerprints.py": ["marshal"],  # what these two tell each other
}
HASHES: Final = {"sha256", "sha384", "sha512", "blake2b", "scrypt", "pbkdf2_hmac", "compare_digest"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "scoreboard").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def module_of(call: ast.Call) -> str:
    """The name before the point of a call; empty for none."""
    function = call.func
    return function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""


def dangers(tree: ast.AST) -> Iterator[str]:
    """What starts a program, reads more than texts, or makes a program or a pattern of a text."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    within = {
        node for function in functions for node in ast.walk(function)
    }  # when the program runs, not when it begins
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from (name for name in names if name.split(".")[0] in STARTING)
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            bare = isinstance(node.func, ast.Name) or module_of(node) == "os"
            if bare and name in RUNNING:
                yield name
            if (
                module_of(node) == "re"
                and name in PATTERNS
                and node in within
                and not isinstance(node.args[0], ast.Constant)
            ):
                yield f"re.{name}"
            if module_of(node) == "hashlib" and name not in HASHES:
                yield f"hashlib.{name}"


def test_no_program_is_started_and_none_is_made_of_texts() -> None:
    found = {name: [each for each in dangers(tree) if "hashlib" not in each] for name, tree in modules()}
    assert {name: wrong for name, wrong in found.items() if wrong} == APART


def test_no_broken_hash_is_used() -> None:
    found = {name: [each for each in dangers(tree) if "hashlib" in each] for name, tree in modules()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess",
        "from pickle import loads",
        "eval(x)",
        "os.system(x)",
        "def f(x): re.compile(x)",
        "hashlib.md5(x)",
        "import xml.sax",
    ],
)
def test_what_is_dangerous_is_found(line: str) -> None:
    assert len(list(dangers(ast.parse(line)))) == 1


def test_scripts_reach_no_prototype() -> None:
    banned = re.compile(r"__proto__|setPrototypeOf|\]\s*\[[^\]]+\]\s*=[^=>]|\.prototype\.\w+\s*=[^=]")
    sources = [*(ROOT / "static" / "js").rglob("*.js"), ROOT / "static" / "verify.html"]
    found = [path.name for path in sources if banned.search(path.read_text(encoding="utf-8"))]
    assert (len(sources) > 20, found) == (True, [])
