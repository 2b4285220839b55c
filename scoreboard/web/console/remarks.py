"""What the engine says, in the page's language and with the names of the people and teams that it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from scoreboard.errors import ScoreboardError
from scoreboard.i18n import Language, Named, _
from scoreboard.scoring.diagnosing.remark import Remark
from scoreboard.web.console.words import isolated

# The places of remarks that hold the key of a team; `judge` and `criterion` hold the keys of these, others a number.
TEAMS: Final = frozenset({"team", "one", "other", "leader", "lenient", "strict"})

PLUS_MINUS: Final = re.compile(r"%\(\w+\)s ± %\(\w+\)s")

METHODS: Final[Mapping[str, str]] = {
    "adaptive": _("adaptive normalisation"),
    "severity": _("normalisation of severity"),
    "additive": _("least squares"),
    "raw": _("mean"),
    "trimmed": _("trimmed mean"),
    "zscore": _("standard scores"),
    "minmax": _("minimum to maximum"),
    "borda": _("Borda count"),
    "bradley_terry": _("Bradley–Terry model"),
}
FLAGS: Final[Mapping[str, str]] = {
    "constant": _("same total on every ballot: set aside"),
    "narrow": _("narrow use of the scale"),
    "wide": _("wide use of the scale"),
    "inconsistent": _("less consistent than others"),
    "single": _("a single ballot"),
}


@dataclass(frozen=True)
class Names:
    """The names of an event's judges, teams and criteria by their keys, and the language to say them in."""

    language: Language
    digits: str
    judges: Mapping[str, Named]
    teams: Mapping[str, Named]
    criteria: Mapping[str, Named]

    def judge(self, key: str) -> Markup:
        """A judge's name, isolated."""
        return self.of(self.judges, key)

    def team(self, key: str) -> Markup:
        """A team's name, isolated."""
        return self.of(self.teams, key)

    def criterion(self, key: str) -> Markup:
        """A criterion's name, isolated."""
        return self.of(self.criteria, key)

    def of(self, named: Mapping[str, Named], key: str) -> Markup:
        """A name, isolated; the key of what has none."""
        return isolated(self.language.name(named[key]) if key in named else key)

    def method(self, key: str) -> str:
        """A method in words."""
        return self.language.text(METHODS[key]) if key in METHODS else key

    def flag(self, key: str) -> str:
        """What is remarkable of a judge, in words."""
        return self.language.text(FLAGS[key]) if key in FLAGS else key

    def number(self, text: object) -> Markup:
        """A number as it was written, in the event's digits, from left to right, with a minus sign that is one."""
        drawn = self.language.digits(str(text), self.digits).replace("-", "\N{MINUS SIGN}")
        return Markup('<bdi dir="ltr">{}</bdi>').format(drawn)

    def said(self, remark: Remark) -> Markup:
        """A remark, with names and numbers in their places; a number with its error is one piece, left to right."""
        words = Markup(PLUS_MINUS.sub(r'<bdi dir="ltr">\g<0></bdi>', self.language.text(remark.message)))  # noqa: S704  (the catalogue's own words)
        return words % {place: self.put(place, remark) for place in remark.params}

    def put(self, place: str, remark: Remark) -> Markup:
        """What stands in one place of a remark."""
        value = remark.params[place]
        if place in TEAMS:
            return self.team(value)
        if place == "judge":
            return self.judge(value)
        if place == "criterion":
            return self.criterion(value)
        if place == "method":
            return isolated(self.method(value))
        return self.number(value)

    def refused(self, error: ScoreboardError) -> Markup:
        """Why something could not be computed, in the same way."""
        return self.said(Remark(error.message, {place: str(value) for place, value in error.params.items()}))
