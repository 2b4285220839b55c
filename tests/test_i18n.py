from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from scoreboard.errors import InvalidForm, TooManyTries
from scoreboard.i18n import LANGUAGES, LOCALES, language
from scoreboard.models import Team

# The order in which the catalogues hold their forms, by CLDR's names.
FORMS = {"ar": ("zero", "one", "two", "few", "many", "other"), "en": ("one", "other")}


def counted(code: str) -> list[tuple[str, str]]:
    """The texts of a catalogue that count something, in singular and plural."""
    with (LOCALES / f"{code}.po").open("rb") as source:
        return [(message.id[0], message.id[1]) for message in read_po(source, locale=code) if message.pluralizable]


COUNTED = [(code, *texts) for code in LANGUAGES for texts in counted(code)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_number_gets_the_form_that_cldr_names(code: str) -> None:
    rule = Locale.parse(code).plural_form
    plural = language(code).translations.plural  # type: ignore[attr-defined]  # gettext keeps the rule, undeclared
    assert [FORMS[code][plural(n)] for n in range(201)] == [rule(n) for n in range(201)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogues_count_something(code: str) -> None:
    assert counted(code) != []


@pytest.mark.parametrize(("code", "singular", "plural"), COUNTED)
def test_a_browser_is_given_every_form_that_its_rule_may_ask_for(code: str, singular: str, plural: str) -> None:
    given = language(code).plural_forms(singular, plural)
    rule = Locale.parse(code).plural_form
    assert set(given) == set(FORMS[code])
    translations = language(code).translations
    assert [given[rule(n)] for n in range(201)] == [translations.ngettext(singular, plural, n) for n in range(201)]


def test_directions_and_the_other_language() -> None:
    assert [(language(code).direction, language(code).other) for code in ("ar", "en")] == [("rtl", "en"), ("ltr", "ar")]


def test_errors_are_said_with_their_particulars() -> None:
    error = TooManyTries("Too many wrong tries. Please wait %(seconds)s seconds.", seconds=7)
    assert language("en").error(error) == "Too many wrong tries. Please wait 7 seconds."
    assert "7" in language("ar").error(error)


def test_a_name_in_an_error_is_isolated() -> None:
    error = InvalidForm("There is already an organiser named %(name)s.", name="واحة")
    assert language("en").error(error) == "There is already an organiser named \u2068واحة\u2069."


def test_a_text_without_particulars_may_hold_a_percent_sign() -> None:
    assert language("en").text("100 % of it") == "100 % of it"


@pytest.mark.parametrize(
    ("english", "arabic", "code", "chosen"),
    [
        ("Oasis", "واحة", "ar", ("واحة", "ar")),
        ("Oasis", "واحة", "en", ("Oasis", "en")),
        ("Oasis", "", "ar", ("Oasis", "en")),
        ("", "واحة", "en", ("واحة", "ar")),
    ],
)
def test_a_name_that_one_language_lacks_is_shown_in_the_other(
    english: str, arabic: str, code: str, chosen: tuple[str, str]
) -> None:
    assert language(code).choose(english, arabic) == chosen
    assert language(code).name(Team(event_id=1, key="T1", name_en=english, name_ar=arabic)) == chosen[0]


def test_digits_are_a_setting_of_the_event_and_english_keeps_its_own() -> None:
    assert [language(code).digits("12.5", system) for code in ("ar", "en") for system in ("latn", "arab")] == [
        "12.5",
        "١٢٫٥",
        "12.5",
        "12.5",
    ]


def test_times_and_days_are_those_of_the_event() -> None:
    at = datetime(2026, 12, 7, 21, 4, 5, tzinfo=UTC)
    assert language("en").clock(at, "Asia/Qatar") == "00:04:05"
    assert language("ar").clock(at, "Asia/Qatar", "arab") == "٠٠:٠٤:٠٥"
    assert language("ar").day(date(2026, 12, 7)) == "7 ديسمبر 2026"
    assert language("en").day(date(2026, 12, 7)) == "7 December 2026"


def test_both_catalogues_lie_where_they_are_looked_for() -> None:
    assert sorted(Path(LOCALES).glob("*.po")) == [LOCALES / "ar.po", LOCALES / "en.po"]
