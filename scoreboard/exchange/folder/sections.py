"""A TOML file read key by key: each key is asked for with its type, and whatever is wrong is said where it stands.

Reading goes on after a fault with a stand-in of the right type. `Section.sound` tells whether values may be compared.
"""

import re
import tomllib
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from scoreboard.exchange.folder.files import SHORT, check_text, listed, shortened
from scoreboard.judging.setup.faults import Faults, Place, nearest
from scoreboard.texts import tidy

Path = tuple[str | int, ...]

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LARGEST = 1_000_000
LONGEST_NUMBER = 128  # bits that are shown in decimal digits
FINEST = Decimal("0.001")

ARRAY_HEADER = re.compile(r"\s*\[\[\s*([\w.-]+)\s*\]\]")
TABLE_HEADER = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
ASSIGNMENT = re.compile(r"\s*([\w.-]+)\s*=")
SYNTAX = re.compile(r"(?P<problem>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


def open_toml(text: str, faults: Faults, file: str) -> "Section | None":
    """Parse TOML; None, and a fault with its line, where the syntax is broken."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        told = SYNTAX.fullmatch(str(error))
        line = int(told["line"]) if told and told["line"] else text.count("\n") + 1
        faults.at(file, line).fault(
            "This line is not TOML (%(found)s). Texts stand in straight quotation marks, each key on a line of its "
            "own.",
            found=told["problem"] if told else str(error),
        )
        return None
    except (ValueError, InvalidOperation, RecursionError):  # more digits, or lists in lists, than Python reads
        faults.at(file).fault("A number in the file has too many digits, or a list too many lists in it.")
        return None
    return Section(faults, file, lines_of(text), raw)


def lines_of(text: str) -> dict[Path, int]:
    """Find the line on which each key begins; keys inside of inline tables have none."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    quoted = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not quoted:
            if header := ARRAY_HEADER.match(line) or TABLE_HEADER.match(line):
                *outer, last = header[1].split(".")
                here = ()
                for part in outer:
                    here = (*here, part)
                    if here in counts:
                        here = (*here, counts[here] - 1)
                here = (*here, last)
                if ARRAY_HEADER.match(line):
                    counts[here] = counts.get(here, 0) + 1
                    here = (*here, counts[here] - 1)
                found.setdefault(here, number)
            elif assignment := ASSIGNMENT.match(line):
                found.setdefault((*here, *assignment[1].split(".")), number)
        quoted ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return found


def shown(value: object) -> str:
    """Write a TOML value as it was found, shortened."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{shortened(value)}"'
        case dict():
            return "{ … }"
        case list():
            return "[ … ]"
        case int() if value.bit_length() > LONGEST_NUMBER:
            return shortened(hex(value))
        case _:
            return shortened(str(value))


def called(part: dict[str, Any], number: int) -> str:
    """What one of several tables is called in a fault: by its key, else by its number."""
    key = part.get("key")
    return key if isinstance(key, str) and key else str(number)


class Section:
    """One table of a TOML file."""

    def __init__(
        self,
        faults: Faults,
        file: str,
        lines: dict[Path, int],
        raw: dict[str, Any],
        path: Path = (),
        label: str = "",
    ) -> None:
        self.faults = faults
        self.file = file
        self.lines = lines
        self.raw = raw
        self.path = path
        self.label = label
        self.known: set[str] = set()
        self.wrong: set[str] = set()

    def at(self, key: str = "") -> Place:
        """Name the place of a key, or of the table itself."""
        path = (*self.path, key)
        row = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        return self.faults.at(self.file, row, ".".join(filter(None, (self.label, key))) or None)

    def refuse(self, key: str, message: str, **params: str | int) -> None:
        """Note a fault and remember that the key is of no use."""
        self.wrong.add(key)
        self.at(key).fault(message, **params)

    def sound(self, *keys: str) -> bool:
        """Tell whether none of the keys has a fault."""
        return self.wrong.isdisjoint(keys)

    def take(self, key: str, example: str, *, required: bool) -> Any:
        """Give a key's value, or None; `example` says how it is written."""
        self.known.add(key)
        if key not in self.raw and required:
            self.wrong.add(key)
            self.at(key).fault("The key is missing. It is written like this: %(example)s", example=example)
        return self.raw.get(key)

    def string(self, key: str, example: str, *, required: bool = True, limit: int = SHORT) -> str:
        """Read a text; empty where there is none."""
        value = self.take(key, example, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.mistyped(key, value, example)
            return ""
        text = tidy(value)
        if required and not text:
            self.refuse(key, "The text is empty. It is written like this: %(example)s", example=example)
        if not check_text(text, self.at(key), limit):
            self.wrong.add(key)
        return text

    def key(self) -> str:
        """Read the key that tells a thing from others of its kind."""
        key = self.string("key", 'key = "impact"')
        if self.sound("key") and not KEY.fullmatch(key):
            self.refuse(
                "key", "%(found)s cannot be a key: use small letters a-z, digits, - and _.", found=shortened(key)
            )
        return key

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Read one of several words; required without a default, which may be the empty word for none of them."""
        word = self.string(key, f'{key} = "{choices[0]}"', required=default is None)
        if key not in self.raw or not self.sound(key):
            return choices[0] if default is None else default
        if word not in choices and word != default:
            self.refuse(
                key, "%(found)s is not known here; write one of: %(known)s.", found=shown(word), known=listed(choices)
            )
        return word

    def words(self, key: str, *, required: bool = True, limit: int = SHORT) -> tuple[str, str]:
        """Read a text in English and Arabic, one of which may be missing."""
        value = self.take(key, f'{key} = {{ en = "…", ar = "…" }}', required=required)
        if isinstance(value, str):
            language = "ar" if any("\u0600" <= letter <= "\u06ff" for letter in value) else "en"
            self.refuse(
                key,
                "A text needs its language. It is written like this: %(example)s",
                example=f'{key} = {{ {language} = "{shortened(value)}" }}',
            )
            return "", ""
        if value is None:
            return "", ""
        if not isinstance(value, dict):
            self.mistyped(key, value, f'{key} = {{ en = "…", ar = "…" }}')
            return "", ""
        both = Section(
            self.faults, self.file, self.lines, value, (*self.path, key), ".".join(filter(None, (self.label, key)))
        )
        english = both.string("en", 'en = "…"', required=False, limit=limit)
        arabic = both.string("ar", 'ar = "…"', required=False, limit=limit)
        if required and not english and not arabic and not both.wrong:
            self.refuse(
                key,
                "There must be a text in one language at least: %(example)s",
                example=f'{key} = {{ en = "…", ar = "…" }}',
            )
        both.close()
        return english, arabic

    def flag(self, key: str) -> bool:
        """Read yes or no; no where nothing is said."""
        value = self.take(key, f"{key} = true", required=False)
        if value is not None and not isinstance(value, bool):
            self.mistyped(key, value, f"{key} = true")
        return value is True

    def whole(self, key: str, default: int, least: int, most: int = LARGEST) -> int:
        """Read a whole number."""
        value = self.take(key, f"{key} = {default}", required=False)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.mistyped(key, value, f"{key} = {default}")
            return default
        if not least <= value <= most:
            self.refuse(
                key,
                "%(found)s is out of range: a whole number from %(least)s to %(most)s.",
                found=shown(value),
                least=least,
                most=most,
            )
            return default
        return value

    def number(self, key: str, example: str) -> Decimal:
        """Read an exact number with at most three decimal places."""
        value = self.take(key, example, required=True)
        if value is None:
            return Decimal(0)
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            self.mistyped(key, value, example)
            return Decimal(0)
        number = Decimal(value)
        if not number.is_finite() or abs(number) > LARGEST:
            self.refuse(
                key,
                "%(found)s is out of range: a number from -%(most)s to %(most)s.",
                found=shown(value),
                most=LARGEST,
            )
        elif number != number.quantize(FINEST):
            self.refuse(key, "%(found)s has more than three decimal places.", found=shown(value))
        return number

    def day(self, key: str) -> date:
        """Read a date."""
        example = f"{key} = 2026-12-06"
        value = self.take(key, example, required=True)
        if type(value) is date:
            return value
        if value is not None:
            self.mistyped(key, value, example)
        return date.min

    def strings(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Read a list of words."""
        example = f"{key} = [{listed(f'{word!r}' for word in default)}]".replace("'", '"')
        value = self.take(key, example, required=False)
        if value is None:
            return default
        if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            self.mistyped(key, value, example)
            return default
        return tuple(value)

    def sections(self, key: str, *, required: bool = False) -> list["Section"]:
        """Read a list of tables, as ``[[key]]`` writes it."""
        title = ".".join([*(part for part in self.path if isinstance(part, str)), key])
        value = self.take(key, f"[[{title}]]", required=required)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value) or (required and not value):
            self.mistyped(key, value, f"[[{title}]]")
            return []
        return [
            Section(
                self.faults,
                self.file,
                self.lines,
                part,
                (*self.path, key, number),
                ".".join(filter(None, (self.label, key, called(part, number + 1)))),
            )
            for number, part in enumerate(value)
        ]

    def mistyped(self, key: str, value: object, example: str) -> None:
        """Note that a value has another form than it should."""
        self.refuse(
            key,
            "%(found)s cannot stand here. It is written like this: %(example)s",
            found=shown(value),
            example=example,
        )

    def close(self) -> None:
        """Note the keys that nobody asked for."""
        for key in self.raw:
            if key not in self.known:
                self.refuse(
                    key,
                    "%(found)s is not a key that stands here; there are: %(known)s.",
                    found=shortened(key),
                    known=nearest(key, sorted(self.known)),
                )
