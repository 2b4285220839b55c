"""What may be written nowhere, since it lets texts become markup, programs or commands; and no secret in a file.

ruff's S rules look at the same in Python (markup, pickles, shells, SQL); here is what they do not read.
"""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
MADE = {".git", "vendor", "built", "node_modules", "__pycache__", "dist", ".venv"}  # by tools, not by us


class Rule(NamedTuple):
    """What is banned where, apart from the files that are there to do it; and an example that must be found."""

    name: str
    folder: str
    suffix: str
    banned: re.Pattern[str]
    example: str
    apart: frozenset[str] = frozenset()


MARKUP = frozenset({"static/js/lib/markup.js"})
# The judge's pages, their worker and their tabs tell each other things; all are of one origin.
TELLING = frozenset({"static/js/judge/shell.js", "static/js/judge/worker.js", "static/js/judge/store.js"})
RULES = (
    Rule("unescaped", "templates", ".html", re.compile(r"\|\s*safe\b|autoescape\s+false|Markup"), "{{ name|safe }}"),
    Rule(
        "inline handler", "templates", ".html", re.compile(r"""\son[a-z]+=["'{]""", re.IGNORECASE), '<p onclick="f()">'
    ),
    Rule(
        "inline style", "templates", ".html", re.compile(r"\sstyle\s*=|<style", re.IGNORECASE), '<p style="color: red">'
    ),
    Rule(
        "inline script",
        "templates",
        ".html",
        re.compile(
            r'<script(?! type="module" src="\{\{ static\()(?! type="application/json" id="[^"]+">\{\{ \w+\|tojson \}\})'
        ),
        "<script>const name = {{ name|tojson }}</script>",
    ),
    Rule(
        "value without quotation marks", "templates", ".html", re.compile(r"\s[\w-]+=\{\{"), "<input value={{ name }}>"
    ),
    Rule(
        "address that a text begins",
        "templates",
        ".html",
        re.compile(
            r'\b(?:href|src|action|formaction)="\{\{ '
            r"(?!static\(|'/|(?:root|back|here|page_address|pair|place|rooms|request\.url\.path)\b(?!\.))"
        ),
        '<a href="{{ team.site }}">',
    ),
    Rule(
        "script address",
        "templates",
        ".html",
        re.compile(r"javascript:|srcdoc", re.IGNORECASE),
        '<a href="javascript:f()">',
    ),
    Rule("foreign window", "templates", ".html", re.compile(r"target\s*=(?![^>]*noopener)"), '<a target="_blank">'),
    Rule(
        "markup made of text",
        "static/js",
        ".js",
        re.compile(
            r"(inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe|srcdoc"
            r"|createPolicy"
        ),
        "row.innerHTML = name;",
        MARKUP | {"static/js/judge/shell.js"},  # has a policy by which the worker is started
    ),
    Rule(
        "parsed text",
        "static/js",
        ".js",
        re.compile(r"parseFromString"),
        "new DOMParser().parseFromString(text)",
        MARKUP,
    ),
    Rule(
        "program made of text",
        "static/js",
        ".js",
        re.compile(
            r"""\beval\(|new Function|\bFunction\(|set(?:Timeout|Interval)\(\s*["'`]|import\([^"]|javascript:"""
        ),
        "setTimeout(`f(${name})`)",
        MARKUP,
    ),
    Rule(
        "handler as an attribute",
        "static/js",
        ".js",
        re.compile(r"""setAttribute\(["'`]on"""),
        'e.setAttribute("onclick")',
    ),
    Rule(
        "window without an origin",
        "static/js",
        ".js",
        re.compile(r"postMessage\("),
        'w.postMessage(secret, "*")',
        TELLING,
    ),
    Rule(
        "secret that stays",
        "static/js",
        ".js",
        re.compile(r"(?:local|session)Storage|document\.cookie"),
        "localStorage.x = 1",
        frozenset({"static/js/judge/mirror.js"}),  # a judge's own ballots, where there is no better place
    ),
)


def files(folder: str, suffix: str) -> Iterator[Path]:
    """Our own files."""
    for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
        if path.is_file() and MADE.isdisjoint(path.relative_to(ROOT).parts):
            yield path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_lets_texts_become_more_than_texts_is_written_nowhere(rule: Rule) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files(rule.folder, rule.suffix)
        if path.relative_to(ROOT).as_posix() not in rule.apart
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if rule.banned.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_what_it_bans(rule: Rule) -> None:
    assert rule.banned.search(rule.example)
    assert list(files(rule.folder, rule.suffix)) != []


SQL = {"text", "exec_driver_sql", "execute", "executescript"}
# Names of tables and of SQLite's own settings, from lists in the same module.
OF_LISTS = {
    "scoreboard/cli/doctor/database.py",
    "scoreboard/live/window.py",
    "scoreboard/migrations/versions/0001_first.py",
    "scoreboard/migrations/versions/0003_holds.py",
    "scoreboard/migrations/versions/0005_late.py",
}


def put_together(tree: ast.AST) -> Iterator[int]:
    """The lines on which a command to the database is made of pieces."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            formatted = isinstance(first, ast.Call) and getattr(first.func, "attr", "") == "format"
            if name in SQL and (isinstance(first, ast.JoinedStr | ast.BinOp) or formatted):
                yield node.lineno


def test_no_command_to_the_database_is_made_of_texts() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files("scoreboard", ".py")
        if path.relative_to(ROOT).as_posix() not in OF_LISTS
        for line in put_together(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "command", ["text(f'{x}')", "c.execute('a' + x)", "c.execute('%s' % x)", "text('{}'.format(x))"]
)
def test_a_command_that_is_made_of_texts_is_found(command: str) -> None:
    assert list(put_together(ast.parse(command))) == [1]


# Keys and tokens as they are written by those who issue them, and anything that looks drawn at random.
KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30}|\bglpat-[\w-]{20}|\bxox[abp]-\w|\bsk-\w{20}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.|://[^/\s:@{}\"'<>]+:[^/\s@{}\"'<>$]+@"
)
DRAWN = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
LIKELY = 4.0  # bits a letter, of base 64
LIKELY_HEX = 3.0
# Fingerprints of packages, and the examples that standards give.
PUBLISHED = {
    "static/package-lock.json",
    "static/verify.html",
    "tests/judging/ledger/test_tree.py",
    "tests/test_signing.py",
    "benchmarks/push_floor.c",
}
FOLDERS = ("scoreboard", "templates", "static", "tests", "benchmarks", ".build", ".ci")
EXAMPLES = {
    "dGhlIHNhbXBsZSBub25jZQ==",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.",
}  # RFC 6455's, and one without a signature
TEXTS = {".py", ".js", ".html", ".css", ".md", ".toml", ".json", ".csv", ".c", ".po", ".svg", ".mako", ".txt", ""}


def surprise(word: str) -> float:
    """How many bits each letter tells (Shannon)."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def drawn_at_random(word: str) -> bool:
    """Whether nobody would have thought of a word."""
    if re.fullmatch(r"[0-9a-f]{32,}", word):
        return surprise(word) > LIKELY_HEX
    kinds = all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return kinds and "_" not in word and "-" not in word.strip("-") and surprise(word) > LIKELY


def secrets_in(text: str) -> list[str]:
    """What looks like a secret."""
    found = [match[0] for match in KNOWN.finditer(text)]
    found += [match[0] for match in DRAWN.finditer(text) if drawn_at_random(match[0])]
    return [word for word in found if word not in EXAMPLES]


def test_no_file_holds_a_secret() -> None:
    kept = [path for folder in FOLDERS for path in files(folder, "")] + [
        path for path in ROOT.iterdir() if path.is_file()
    ]
    found = {
        name: secrets
        for path in kept
        if path.suffix in TEXTS and (name := path.relative_to(ROOT).as_posix()) not in PUBLISHED
        if (secrets := secrets_in(path.read_text(errors="replace")))
    }
    assert found == {}
    assert len(kept) > 500


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "postgresql://scoreboard:hunter2" + "@db/scoreboard",
        'KEY = "' + "0123456789abcdef" * 2 + '"',
        'secret = "' + "aB3xYz09QwEr" + "TyUiOpLkJhGf" + '"',
        "AKIA" + "ABCDEFGHIJKLMNOP",
    ],
)
def test_a_secret_is_found(text: str) -> None:
    assert secrets_in(text) != []
