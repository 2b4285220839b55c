"""Every text that a person sees is in both catalogues, and the catalogues hold nothing else."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from scoreboard import errors
from scoreboard.errors import ScoreboardError

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("ar", "en")
ERRORS = {
    name: None for name, thing in inspect.getmembers(errors, inspect.isclass) if issubclass(thing, ScoreboardError)
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "text": None,
    "plural": (1, 2),
    "plural_forms": (1, 2),
    "Fault": (3,),
    "fault": None,
    "refuse": (2,),
    "_refuse": (2,),
    "_coded": (3,),
    "_places": (3,),
    "remark": None,
    "blame": (3,),
    "_wrong": (3,),
    "require": (2,),
    "Illegal": None,
    **ERRORS,
}
PLACE = re.compile(r"%\((\w+)\)s")


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Each text in templates and in the package, with the file that it stands in."""
    for folder, method in ((ROOT / "templates", "jinja2"), (ROOT / "scoreboard", "python")):
        pattern = "**.html" if method == "jinja2" else "**.py"
        options = {pattern: {"newstyle_gettext": "true", "trimmed": "true", "encoding": "utf-8"}}
        for file, _line, message, _comments, _context in extract_from_dir(
            folder, [(pattern, method)], options, keywords=KEYWORDS
        ):
            if message:
                yield file, message


def catalogue(language: str) -> Catalog:
    with (ROOT / "scoreboard" / "locale" / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_the_catalogue(language: str) -> None:
    known = {key(message.id) for message in catalogue(language) if message.id}
    assert sorted({(file, key(message)) for file, message in texts() if key(message) not in known}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_nothing_that_is_not_used(language: str) -> None:
    used = {key(message) for _, message in texts()}
    assert (
        sorted(key(message.id) for message in catalogue(language) if message.id and key(message.id) not in used) == []
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_in_every_form(language: str) -> None:
    forms = catalogue(language).num_plurals
    untranslated = [
        key(message.id)
        for message in catalogue(language)
        if message.id
        and (
            message.fuzzy
            or not message.string
            or (message.pluralizable and (len(message.string) != forms or not all(message.string)))
        )
    ]
    assert untranslated == []


def test_translations_keep_the_places_of_their_text() -> None:
    wrong = [
        key(message.id)
        for message in catalogue("ar")
        if message.id and isinstance(message.string, str)
        if sorted(PLACE.findall(key(message.id))) != sorted(PLACE.findall(message.string))
    ]
    assert wrong == []


def test_arabic_texts_are_arabic() -> None:
    latin = [
        key(message.id)
        for message in catalogue("ar")
        if message.id
        and re.search("[A-Za-z]{3}", key(message.id))
        and not re.search("[\u0600-\u06ff]", str(message.string))
    ]
    assert latin == []


def test_errors_are_raised_with_words_and_not_with_made_up_text() -> None:
    """A message put together at run time is in no catalogue."""
    made_up = []
    for path in (ROOT / "scoreboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                first = node.args[0]
                if isinstance(first, ast.JoinedStr | ast.BinOp):
                    made_up.append(f"{path.name}:{node.lineno}")
    assert made_up == []
