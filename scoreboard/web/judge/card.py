"""What stands on a card: the questions of the rubric, what is entered, and what the page's scripts are told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from scoreboard.errors import InvalidForm, MissingCriterion, ScoreboardError
from scoreboard.i18n import Language
from scoreboard.judging.ballots import LONGEST_TEXT, CurrentBallot, Value, plain_text
from scoreboard.judging.bundle import AssignedTeam, Bundle
from scoreboard.judging.rounds import Phase
from scoreboard.judging.rubric import choices, step_of
from scoreboard.models import Criterion

MOST_CHOICES = 11  # so many are drawn as segments in two rows; a finer scale is typed
ONE_ROW = 6

VALUE: TypeAdapter[Decimal] = TypeAdapter(Value)


@dataclass(frozen=True)
class Question:
    """A criterion as it is asked on a card."""

    criterion: Criterion
    share: Decimal  # of the total, in percent
    choices: tuple[Decimal, ...]  # empty where the value is typed
    levels: Mapping[Decimal, tuple[str, str]]  # what values mean, in English and Arabic

    @property
    def columns(self) -> int:
        """How many segments stand in one row."""
        return len(self.choices) if len(self.choices) <= ONE_ROW else math.ceil(len(self.choices) / 2)


def questions(rubric: Sequence[Criterion]) -> list[Question]:
    """Give the questions of a rubric, in their order."""
    whole = sum((criterion.weight for criterion in rubric), Decimal(0))
    return [
        Question(
            criterion=criterion,
            share=(100 * criterion.weight / whole).quantize(Decimal(1)),
            choices=tuple(choices(criterion)) if criterion.top < MOST_CHOICES else (),
            levels={Decimal(level["value"]): (level["en"], level["ar"]) for level in criterion.levels},
        )
        for criterion in rubric
    ]


@dataclass(frozen=True)
class Entry:
    """What a card holds: as it was received, or as it was typed, with what is wrong with it."""

    base_revision: int
    typed: Mapping[str, str] = field(default_factory=dict)  # by criterion
    comment: str = ""
    note: str = ""
    uuid: UUID = field(default_factory=uuid4)
    scores: dict[str, Decimal] = field(default_factory=dict)
    problems: Mapping[str, ScoreboardError] = field(default_factory=dict)  # by criterion, or comment, note

    @classmethod
    def of_ballot(cls, ballot: CurrentBallot | None) -> Self:
        """What was received; nothing when there is no ballot."""
        if ballot is None:
            return cls(0)
        typed = {key: str(value) for key, value in ballot.scores.items()}
        return cls(ballot.revision, typed, ballot.comment, ballot.note, scores=dict(ballot.scores))

    @classmethod
    def of_fields(cls, fields: FormData, rubric: Sequence[Criterion]) -> Self:
        """What was typed into a plain form, with every problem at once. Raises InvalidForm without its hidden parts."""
        texts = {name: str(plain_text(value)) for name, value in fields.items() if isinstance(value, str)}
        try:
            uuid, base_revision = UUID(texts.get("uuid", "")), int(texts.get("base_revision", ""))
        except ValueError as failure:
            raise InvalidForm("Parts of this page are missing. Please load it again.") from failure
        typed = {criterion.key: texts.get(f"score.{criterion.key}", "").strip() for criterion in rubric}
        scores: dict[str, Decimal] = {}
        problems: dict[str, ScoreboardError] = {}
        for criterion in rubric:
            try:
                scores[criterion.key] = value_of(typed[criterion.key])
                step_of(criterion, scores[criterion.key])
            except ScoreboardError as problem:
                problems[criterion.key] = problem
        for name in ("comment", "note"):
            if len(texts.get(name, "")) > LONGEST_TEXT:
                problems[name] = InvalidForm("This text is too long: %(n)s characters at the most.", n=LONGEST_TEXT)
        return cls(base_revision, typed, texts.get("comment", ""), texts.get("note", ""), uuid, scores, problems)

    def on_top_of(self, ballot: CurrentBallot | None) -> Self:
        """Give the same as a new revision of what was received in the meantime."""
        return replace(self, base_revision=ballot.revision if ballot else 0, uuid=uuid4())


def value_of(text: str) -> Decimal:
    """Read a number that was typed on any keyboard. Raises MissingCriterion, InvalidForm."""
    if not text:
        raise MissingCriterion("This criterion has no score yet.")
    try:
        return VALUE.validate_python(text)
    except ValidationError as failure:
        raise InvalidForm("“%(value)s” is not a number.", value=text) from failure


def editable(bundle: Bundle, assigned: AssignedTeam) -> bool:
    """Whether a ballot for this team is taken now, as far as the page knows."""
    competes = assigned.team.withdrawn_at is None and assigned.team.disqualified_at is None
    return competes and bundle.phase is Phase.OPEN and bundle.signature is None


def page_for_script(bundle: Bundle, language: Language) -> dict[str, Any]:
    """What the scripts of any of the judge's pages need to know: whose it is, and how to draw."""
    return {
        "judge": str(bundle.judge.id),
        # Whose entries these are: several judges may use one phone, and one phone may serve several events.
        "scope": f"{bundle.event.slug}/{bundle.judge.id}",
        "round": bundle.round.key if bundle.round else "",
        **drawing(language, bundle),
    }


def drawing(language: Language, bundle: Bundle) -> dict[str, str]:
    """How scripts draw texts, numbers and times of an event."""
    digits = bundle.event.digits if language.code == "ar" else "latn"
    return {
        "language": language.code,
        "locale": f"{language.code}-u-nu-{digits}",
        "time_zone": bundle.event.time_zone,
    }


def rubric_for_script(bundle: Bundle, language: Language) -> list[dict[str, Any]]:
    """The rubric as the card's scripts need it: exact numbers as text, and level texts in the page's language."""
    return [
        {
            "key": criterion.key,
            "weight": str(criterion.weight),
            "minimum": str(criterion.minimum),
            "maximum": str(criterion.maximum),
            "step": str(criterion.step),
            "levels": [
                {"value": level["value"], "text": language.choose(level["en"], level["ar"])[0]}
                for level in criterion.levels
            ],
        }
        for criterion in bundle.rubric
    ]


def card_for_script(bundle: Bundle, assigned: AssignedTeam, language: Language, *, typed: bool) -> dict[str, Any]:
    """What the card's scripts need to know; `typed` when the form holds what was sent and not taken."""
    return page_for_script(bundle, language) | {
        "rubric": rubric_for_script(bundle, language),
        "team": assigned.team.key,
        "editable": editable(bundle, assigned),
        "typed": typed,
        "current": assigned.ballot.as_json() if assigned.ballot else None,
    }
