from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from builder import build_event
from starlette.datastructures import FormData

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, MissingCriterion, ScoreOutOfRange
from scoreboard.i18n import language
from scoreboard.judging.ballots import CurrentBallot
from scoreboard.judging.bundle import bundle_of
from scoreboard.models import Criterion, Event, Judge
from scoreboard.web.judge.card import Entry, page_for_script, questions, value_of


def criterion(key: str = "impact", *, top: int = 10, step: str = "1", weight: str = "1") -> Criterion:
    return Criterion(
        round_id=1,
        key=key,
        position=1,
        name_en=key,
        weight=Decimal(weight),
        minimum=Decimal(0),
        maximum=top * Decimal(step),
        step=Decimal(step),
        top=top,
        levels=[{"value": "2.0", "en": "Two", "ar": "اثنان"}],
    )


def fields(**values: str) -> FormData:
    return FormData({"uuid": str(uuid4()), "base_revision": "2", **values})


@pytest.mark.parametrize(
    ("top", "drawn", "columns"), [(1, 2, 2), (5, 6, 6), (6, 7, 4), (8, 9, 5), (10, 11, 6), (11, 0, 0), (100, 0, 0)]
)
def test_short_scales_are_drawn_in_two_rows_at_most_and_long_ones_typed(top: int, drawn: int, columns: int) -> None:
    [question] = questions([criterion(top=top)])
    assert (len(question.choices), question.columns) == (drawn, columns)


def test_shares_are_of_the_whole_and_levels_are_found_by_value() -> None:
    asked = questions([criterion("a", weight="3"), criterion("b", weight="1", top=4, step="0.5")])
    assert [str(question.share) for question in asked] == ["75", "25"]
    assert asked[1].levels[asked[1].choices[-1]] == ("Two", "اثنان")


def test_an_entry_without_a_ballot_is_empty() -> None:
    entry = Entry.of_ballot(None)
    assert (entry.base_revision, entry.typed, entry.scores, entry.problems) == (0, {}, {}, {})


def test_an_entry_of_a_ballot_is_made_from_its_revision() -> None:
    ballot = CurrentBallot(uuid4(), 1, 1, 3, 9, datetime.now(UTC), {"impact": Decimal("7.5")}, "Good", "Mine")
    entry = Entry.of_ballot(ballot)
    assert (entry.base_revision, entry.typed, entry.comment, entry.note) == (3, {"impact": "7.5"}, "Good", "Mine")
    assert entry.uuid != ballot.uuid


def test_what_was_typed_is_read_and_kept() -> None:
    entry = Entry.of_fields(fields(**{"score.impact": " ٧ ", "comment": "a\r\nb"}), [criterion()])
    assert (entry.typed, entry.scores, entry.problems) == ({"impact": "٧"}, {"impact": Decimal(7)}, {})
    assert (entry.base_revision, entry.comment, entry.note) == (2, "a\nb", "")


def test_each_field_has_its_own_problem() -> None:
    rubric = [criterion(key) for key in ("a", "b", "c", "d")]
    entry = Entry.of_fields(fields(**{"score.a": "11", "score.b": "x", "score.d": "0", "note": "n" * 4001}), rubric)
    assert {name: type(problem) for name, problem in entry.problems.items()} == {
        "a": ScoreOutOfRange,
        "b": InvalidForm,
        "c": MissingCriterion,
        "note": InvalidForm,
    }


@pytest.mark.parametrize("broken", [{"uuid": "1"}, {"base_revision": "x"}, {"base_revision": ""}])
def test_without_its_hidden_parts_a_form_is_not_read(broken: dict[str, str]) -> None:
    with pytest.raises(InvalidForm):
        Entry.of_fields(FormData({**fields(), **broken}), [criterion()])


def test_an_entry_on_top_of_a_newer_ballot_is_a_ballot_of_its_own() -> None:
    entry = Entry.of_fields(fields(**{"score.impact": "7"}), [criterion()])
    newer = CurrentBallot(uuid4(), 1, 1, 5, 9, datetime.now(UTC), {"impact": Decimal(1)}, "", "")
    moved = entry.on_top_of(newer)
    assert (moved.base_revision, moved.scores, moved.uuid != entry.uuid) == (5, entry.scores, True)
    assert entry.on_top_of(None).base_revision == 0


@pytest.mark.parametrize(("text", "value"), [("7", "7"), ("٦٢٫٥", "62.5"), ("-1", "-1")])
def test_numbers_of_any_keyboard_are_read(text: str, value: str) -> None:
    assert value_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["x", "7,5", "1e999", "nan", "7 8", "--"])
def test_what_is_no_number_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InvalidForm, match="is not a number"):
        value_of(text)


async def test_scripts_are_told_the_digits_and_whose_entries_these_are(database: Database) -> None:
    cast = await build_event(database)
    judge_id = cast.judges["J1"]
    bundle = await database.read(lambda session: bundle_of(session, session.get_one(Judge, judge_id)))
    told = page_for_script(bundle, language("ar"))
    assert (told["locale"], told["scope"], told["judge"]) == ("ar-u-nu-latn", f"hack/{judge_id}", str(judge_id))
    bundle.event.digits = "arab"
    assert page_for_script(bundle, language("ar"))["locale"] == "ar-u-nu-arab"
    assert page_for_script(bundle, language("en"))["locale"] == "en-u-nu-latn"
    assert isinstance(bundle.event, Event)
