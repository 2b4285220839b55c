from decimal import Decimal
from pathlib import Path

import pytest
from described import EVENT_TOML, faults_of, told, write_files

from scoreboard.exchange.folder import read_folder
from scoreboard.judging.setup.description import AwardForm, Level
from scoreboard.scoring.normalise import METHODS

ROUND_KEYS = "ballots_per_team, beside, criteria, key, minimum_ballots, name, precedence, rule, visit_minutes"
AWARD = '\n[[awards]]\nkey = "best"\nname = { en = "Best" }\n'


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        (
            'slug = "hack"',
            'slug = "Hack_26"',
            "slug",
            "Hack_26 cannot be part of an address: use small letters a-z and digits, with - between words.",
        ),
        ('slug = "hack"', "", "slug", 'The key is missing. It is written like this: slug = "services-2026"'),
        (
            'name = { en = "Hackathon", ar = "هاكاثون" }',
            'name = "هاكاثون"',
            "name",
            'A text needs its language. It is written like this: name = { ar = "هاكاثون" }',
        ),
        (
            'name = { en = "Hackathon", ar = "هاكاثون" }',
            'name = { fr = "Marathon", en = "Hackathon" }',
            "name.fr",
            "fr is not a key that stands here; there are: ar, en.",
        ),
        (
            "2026-12-08",
            "2026-12-05",
            "ends_on",
            "The event ends on 2026-12-05, before it starts on 2026-12-06.",
        ),
        (
            "starts_on = 2026-12-06",
            'starts_on = "2026-12-06"',
            "starts_on",
            '"2026-12-06" cannot stand here. It is written like this: starts_on = 2026-12-06',
        ),
        (
            "starts_on = 2026-12-06",
            "starts_on = 2026-12-06T08:00:00",
            "starts_on",
            "2026-12-06 08:00:00 cannot stand here. It is written like this: starts_on = 2026-12-06",
        ),
        ('language = "ar"', 'language = "fr"', "language", '"fr" is not known here; write one of: ar, en.'),
        (
            'key = "impact"',
            'key = "Impact!"',
            "rounds.final.criteria.Impact!.key",
            "Impact! cannot be a key: use small letters a-z, digits, - and _.",
        ),
        ("weight = 1", "weight = 0", "rounds.final.criteria.impact.weight", "The weight is 0; it must be above 0."),
        (
            "weight = 1",
            "weight = 0.0005",
            "rounds.final.criteria.impact.weight",
            "0.0005 has more than three decimal places.",
        ),
        (
            "weight = 1",
            "weight = nan",
            "rounds.final.criteria.impact.weight",
            "NaN is out of range: a number from -1000000 to 1000000.",
        ),
        (
            "weight = 1",
            "weight = true",
            "rounds.final.criteria.impact.weight",
            "true cannot stand here. It is written like this: weight = 1",
        ),
        (
            "maximum = 10",
            "maximum = 0",
            "rounds.final.criteria.impact.maximum",
            "The maximum is 0; it must be above the minimum, 0.",
        ),
        ("step = 1", "step = -1", "rounds.final.criteria.impact.step", "The step is -1; it must be above 0."),
        ("step = 1", "step = 0.3", "rounds.final.criteria.impact.step", "Steps of 0.3 do not lead from 0 to 10."),
        (
            "step = 1",
            'step = 1\nlevels = [{ value = 11, en = "Beyond" }]',
            "rounds.final.criteria.impact.levels",
            "There is a text for 11, which is not on the scale: 0 to 10 in steps of 1.",
        ),
        (
            "step = 1",
            'step = 1\nlevels = [{ value = 1, en = "A" }, { value = 1.0, ar = "ب" }]',
            "rounds.final.criteria.impact.levels",
            "There are two texts for 1; one is enough.",
        ),
        (
            "step = 1",
            "step = 1\nlevels = [{ value = 1 }]",
            "rounds.final.criteria.impact.levels.1",
            'There must be a text in one language at least: { value = 10, en = "…", ar = "…" }',
        ),
        (
            'key = "final"',
            'key = "final"\nrule = "magic"',
            "rounds.final.rule",
            f'"magic" is not known here; write one of: {", ".join(METHODS)}.',
        ),
        (
            'key = "final"',
            'key = "final"\nbeside = "magic"',
            "rounds.final.beside",
            f'"magic" is not known here; write one of: {", ".join(METHODS)}.',
        ),
        (
            'key = "final"',
            'key = "final"\nbeside = "adaptive"',
            "rounds.final.beside",
            "adaptive decides already; another method can be shown beside it.",
        ),
        (
            'key = "final"',
            'key = "final"\nprecedence = ["total", "criterion:pitch"]',
            "rounds.final.precedence",
            "criterion:pitch cannot decide a rank; there are: criterion:impact, total, median.",
        ),
        (
            'key = "final"',
            'key = "final"\nprecedence = ["median", "total"]',
            "rounds.final.precedence",
            "median comes first, but ranks begin with total.",
        ),
        (
            'key = "final"',
            'key = "final"\nprecedence = ["total", "total"]',
            "rounds.final.precedence",
            "The same key stands twice in: total, total.",
        ),
        (
            'key = "final"',
            'key = "final"\nprecedence = "total"',
            "rounds.final.precedence",
            '"total" cannot stand here. It is written like this: precedence = ["total"]',
        ),
        (
            'key = "final"',
            'key = "final"\nminimum_ballots = 0',
            "rounds.final.minimum_ballots",
            "0 is out of range: a whole number from 1 to 1000000.",
        ),
        (
            'key = "final"',
            'key = "final"\nvisit_minutes = 121',
            "rounds.final.visit_minutes",
            "121 is out of range: a whole number from 0 to 120.",
        ),
        (
            'key = "final"',
            'key = "final"\nvisit_minutes = 7.5',
            "rounds.final.visit_minutes",
            "7.5 cannot stand here. It is written like this: visit_minutes = 0",
        ),
        (
            'key = "final"',
            'key = "final"\ncolour = "red"',
            "rounds.final.colour",
            f"colour is not a key that stands here; there are: {ROUND_KEYS}.",
        ),
    ],
)
def test_what_cannot_be_is_said_where_it_stands(
    tmp_path: Path, before: str, after: str, place: str, words: str
) -> None:
    assert before in EVENT_TOML
    write_files(tmp_path, {"event.toml": EVENT_TOML.replace(before, after, 1)})
    assert [(fault.file, fault.column, fault.words()) for fault in faults_of(tmp_path)] == [
        ("event.toml", place, words)
    ]


@pytest.mark.parametrize(
    ("part", "row", "column", "words"),
    [
        (
            AWARD + 'track = "place"\n',
            31,
            "awards.best.track",
            "There is no track place in event.toml; there are: people.",
        ),
        (AWARD + "places = 0\n", 31, "awards.best.places", "0 is out of range: a whole number from 1 to 1000000."),
        (AWARD + AWARD, 33, "awards.best.key", "The key best is used twice; each needs its own."),
        (
            '\n[[tracks]]\nname = { en = "Offices" }\n',
            28,
            "tracks.2.key",
            'The key is missing. It is written like this: key = "impact"',
        ),
        ("awards = 1\n", 27, "tracks.people.awards", "awards is not a key that stands here; there are: key, name."),
    ],
)
def test_faults_in_what_is_listed_are_told_with_their_line(
    tmp_path: Path, part: str, row: int, column: str, words: str
) -> None:
    write_files(tmp_path, {"event.toml": EVENT_TOML + part})
    assert told(faults_of(tmp_path)) == [("event.toml", row, column, words)]


def test_an_event_without_rounds_and_a_round_without_criteria_are_refused(tmp_path: Path) -> None:
    start, end = EVENT_TOML.index("[[rounds]]"), EVENT_TOML.index("[[organisations]]")
    write_files(tmp_path, {"event.toml": EVENT_TOML[:start] + EVENT_TOML[end:]})
    assert told(faults_of(tmp_path)) == [
        ("event.toml", None, "rounds", "The key is missing. It is written like this: [[rounds]]")
    ]
    write_files(tmp_path, {"event.toml": EVENT_TOML[: EVENT_TOML.index("[[rounds.criteria]]")] + EVENT_TOML[end:]})
    assert told(faults_of(tmp_path)) == [
        ("event.toml", 8, "rounds.final.criteria", "The key is missing. It is written like this: [[rounds.criteria]]")
    ]


def test_a_time_zone_that_is_none_is_answered_with_some_that_are(tmp_path: Path) -> None:
    write_files(tmp_path, {"event.toml": EVENT_TOML.replace("Asia/Qatar", "Asia/Quatar")})
    (fault,) = faults_of(tmp_path)
    assert (fault.row, fault.column) == (5, "time_zone")
    assert str(fault.params["known"]).startswith("Asia/Qatar, ")


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    form = read_folder(write_files(tmp_path, {"event.toml": EVENT_TOML + AWARD}))
    round_ = form.rounds[0]
    assert (form.digits, form.place_en, form.place_ar) == ("latn", "", "")
    assert (round_.rule, round_.beside, round_.minimum_ballots, round_.ballots_per_team, round_.precedence) == (
        "adaptive",
        "",
        1,
        0,
        ("total",),
    )
    assert form.awards == (AwardForm("best", "Best", "", "", 1),)


def test_a_method_is_shown_beside_the_one_that_decides(tmp_path: Path) -> None:
    for written, beside in (('beside = "raw"', "raw"), ('beside = ""', "")):
        text = EVENT_TOML.replace('key = "final"', f'key = "final"\n{written}')
        assert read_folder(write_files(tmp_path, {"event.toml": text})).rounds[0].beside == beside


def test_numbers_are_exact_and_levels_keep_their_texts(tmp_path: Path) -> None:
    text = EVENT_TOML.replace("step = 1", 'step = 0.1\nlevels = [{ value = 0.3, en = "Some", ar = "بعض" }]')
    form = read_folder(write_files(tmp_path, {"event.toml": text.replace("weight = 1", "weight = 0.333")}))
    criterion = form.rounds[0].criteria[0]
    assert (criterion.weight, criterion.step) == (Decimal("0.333"), Decimal("0.1"))
    assert criterion.levels == (Level(Decimal("0.3"), "Some", "بعض"),)


def test_a_rank_takes_no_more_ballots_than_a_team_has_judges(tmp_path: Path) -> None:
    numbers = "minimum_ballots = 2\nballots_per_team = 1\n\n[[rounds.criteria]]"
    write_files(
        tmp_path,
        {
            "event.toml": EVENT_TOML.replace("[[rounds.criteria]]", numbers),
            "judges.csv": "id,name_en\nJ1,Ada\nJ2,Grace\n",
        },
    )
    assert told(faults_of(tmp_path)) == [
        (
            "event.toml",
            12,
            "rounds.final.minimum_ballots",
            "More ballots are needed for a rank (2) than judges see a team (1).",
        )
    ]
