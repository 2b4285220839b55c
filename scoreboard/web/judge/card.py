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
from scoreboard.i18n import Language, _
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
    return competes and bundle.phase is Phase.OPEN


def page_for_script(bundle: Bundle, language: Language) -> dict[str, Any]:
    """What the scripts of any of the judge's pages need to know."""
    return {
        "judge": str(bundle.judge.id),
        # Whose entries these are: several judges may use one phone, and one phone may serve several events.
        "scope": f"{bundle.event.slug}/{bundle.judge.id}",
        "round": bundle.round.key if bundle.round else "",
        **shown_for_script(bundle, language),
    }


def shown_for_script(bundle: Bundle, language: Language) -> dict[str, Any]:
    """How the scripts draw what they show, which is the same for all judges of a round."""
    digits = bundle.event.digits if language.code == "ar" else "latn"
    return {
        "language": language.code,
        "locale": f"{language.code}-u-nu-{digits}",
        "time_zone": bundle.event.time_zone,
        "rubric": [
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
        ],
    }


def card_for_script(bundle: Bundle, assigned: AssignedTeam, language: Language, *, typed: bool) -> dict[str, Any]:
    """What the card's scripts need to know; `typed` when the form holds what was sent and not taken."""
    return page_for_script(bundle, language) | {
        "team": assigned.team.key,
        "editable": editable(bundle, assigned),
        "typed": typed,
        "current": assigned.ballot.as_json() if assigned.ballot else None,
    }


def texts_for_script(language: Language) -> dict[str, Any]:
    """What the scripts say, in the page's language."""
    texts = {
        "not_scored": _("Not scored yet"),
        "not_submitted": _("Saved on this phone. Not submitted yet."),
        "not_kept": _("Not submitted yet. Keep this page open."),
        "not_sent": _("Not received yet. Keep this page open."),
        "never_submitted": _("What was entered on this phone has never been submitted."),
        "draft": _("Saved on this phone"),
        "sending": _("Saved on this phone. Sending…"),
        "waiting": _("Saved on this phone. It is sent as soon as there is a connection."),
        "portal": _("Saved on this phone. The network here asks you to sign in to it first."),
        "paused": _("Saved on this phone. It is sent when judging goes on."),
        "late_waiting": _("Kept as late. The organisers decide whether it counts."),
        "late_admitted": _("Late, and admitted by the organisers"),
        "late_refused": _("Late, and not admitted by the organisers: %(reason)s"),
        "received": _("Received"),
        "excused": _("Excused by the organisers"),
        "table": _("Table %(table)s"),
        "total": _("Total"),
        "next_team": _("Next: %(team)s"),
        "next": _("Next team"),
        "all_teams": _("All my teams"),
        "signed_out": _("Saved on this phone. Please sign in again."),
        "distrusted": _("Saved on this phone. Not sent: see above."),
        "restoring": _(
            "The server was restored from an earlier copy. Sending again what it lacks: %(done)s of %(of)s ballots."
        ),
        "restored": _("The server was restored from an earlier copy. It has all ballots of this phone again."),
        "received_at": _("Received at %(time)s · receipt %(receipt)s · revision %(revision)s"),
        "attention": _("Needs your attention"),
        "unkept": _("This browser keeps nothing. Do not close this page before it says “Received”."),
        "missing": _("This criterion has no score yet."),
        "out_of_range": _("“%(value)s” is not a score here."),
        "level": "%(value)s: %(text)s",
        "level_above": _("Above %(value)s: %(text)s"),
        "level_below": _("Below %(value)s: %(text)s"),
        "scored": _("%(done)s of %(of)s scored"),
        "submit": _("Submit"),
        "submit_correction": _("Submit correction"),
        "asked_one_value": _("You gave the same on every criterion. Is that what you mean?"),
        "asked_always": _(
            "“%(criterion)s” has got %(value)s from you for every team so far. Are they all alike in it?"
        ),
        "asked_far": _("The total of %(value)s is far from your others, around %(mean)s. Is that what you mean?"),
    }
    return {key: language.text(text) for key, text in texts.items()} | {
        "unsent": language.plural_forms(
            "%(shown)s ballot on this phone has not been received yet.",
            "%(shown)s ballots on this phone have not been received yet.",
        ),
        "teams_scored": language.plural_forms("%(done)s of %(of)s team scored", "%(done)s of %(of)s teams scored"),
        "left_out": language.plural_forms(
            "%(shown)s team is left out because of a conflict of interest.",
            "%(shown)s teams are left out because of a conflict of interest.",
        ),
    }
