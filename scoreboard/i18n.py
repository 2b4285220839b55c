"""Two languages: texts, plurals, digits and times.

The English sentence is the key into both catalogues (``locale/ar.po``, ``locale/en.po``), which are compiled when
they are loaded, so that there is nothing to build and nothing to go stale. Catalogues state their own plural rule:
the order that tools expect for Arabic is not the one that Babel writes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scoreboard.errors import ScoreboardError
from scoreboard.numerals import arabic_digits

LANGUAGES = ("ar", "en")
LOCALES = Path(__file__).parent / "locale"


class Named(Protocol):
    """Anything with a name in two languages."""

    name_en: str
    name_ar: str


def _(message: str) -> str:
    """Mark a text for the catalogues where no language is known yet; it is translated when it is shown."""
    return message


@dataclass(frozen=True)
class Language:
    """One language that pages are shown in."""

    code: str
    translations: GNUTranslations

    @property
    def direction(self) -> str:
        """The value of ``dir`` in HTML."""
        return "rtl" if self.code == "ar" else "ltr"

    @property
    def other(self) -> str:
        """The code of the other language."""
        return "en" if self.code == "ar" else "ar"

    def text(self, message: str, **params: object) -> str:
        """Translate a sentence and fill in its places."""
        translated = self.translations.gettext(message)
        return translated % params if params else translated

    def plural(self, singular: str, plural: str, n: int, **params: object) -> str:
        """Translate a sentence that counts; ``%(n)s`` is its number."""
        return self.translations.ngettext(singular, plural, n) % {"n": n, **params}

    def plural_forms(self, singular: str, plural: str) -> dict[str, str]:
        """Give each form by its CLDR category, for ``Intl.PluralRules`` in a browser; places stay unfilled."""
        rule = Locale.parse(self.code).plural_form
        return {rule(n): self.translations.ngettext(singular, plural, n) for n in (100, 11, 3, 2, 1, 0)}

    def error(self, error: ScoreboardError) -> str:
        """Say what went wrong; a name in it is kept from turning the direction of what stands around it."""
        places = {
            key: f"\u2068{value}\u2069" if isinstance(value, str) else value for key, value in error.params.items()
        }
        return self.text(error.message, **places)

    def choose(self, english: str, arabic: str) -> tuple[str, str]:
        """Of a text in two languages give the one to show and its language; the other one when this one is empty."""
        first, second = ((arabic, "ar"), (english, "en")) if self.code == "ar" else ((english, "en"), (arabic, "ar"))
        return first if first[0] else second

    def name(self, thing: Named) -> str:
        """Name a thing, in the other language where this one has no name for it."""
        return self.choose(thing.name_en, thing.name_ar)[0]

    def digits(self, number: str, system: str = "latn") -> str:
        """Draw a number in a digit system; English always has its own."""
        return arabic_digits(number) if system == "arab" and self.code == "ar" else number

    def clock(self, at: datetime, zone: str, system: str = "latn") -> str:
        """Give the time of day at the event: 18:04:32."""
        return self.digits(at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S"), system)

    def day(self, day: date, system: str = "latn") -> str:
        """Give a date in words."""
        # Babel draws Latin digits in both languages.
        return self.digits(format_date(day, "d MMMM y", locale=self.code), system)


@cache
def language(code: str) -> Language:
    """Load a language by its code, ``ar`` or ``en``."""
    with (LOCALES / f"{code}.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, GNUTranslations(compiled))
