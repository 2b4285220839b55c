import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidTable
from scoreboard.exchange.tables import FAULTS_SHOWN, read_score_table
from scoreboard.scoring.table import Scale, ScoreTable

Row = tuple[str, str, str, float]


def read(text: str, encoding: str = "utf-8") -> ScoreTable:
    return read_score_table(io.BytesIO(text.encode(encoding)))


def rows_of(table: ScoreTable) -> list[Row]:
    return [
        (table.judges[judge], table.teams[team], table.scales[criterion].key, value)
        for judge, team, criterion, value in zip(
            table.judge, table.team, table.criterion, table.value.tolist(), strict=True
        )
    ]


def refusal(text: str) -> str:
    with pytest.raises(InvalidTable) as refused:
        read(text)
    assert refused.value.code == "invalid_table"
    return str(refused.value)


def faults(text: str) -> list[str]:
    first, *others = refusal(text).split("\n")
    assert first.startswith("The table cannot be used")
    return [line.strip() for line in others]


def test_a_table_of_one_score_column_has_one_criterion() -> None:
    table = read("judge,team,score\nAda,Oryx,7.5\nAda,Falcon,8\n")
    assert rows_of(table) == [("Ada", "Falcon", "score", 8), ("Ada", "Oryx", "score", 7.5)]
    assert table.scales == (Scale("score"),)


def test_criteria_have_a_column_of_their_own() -> None:
    table = read("judge,team,criterion,score\nAda,Oryx,idea,7\nAda,Oryx,code,8\n")
    assert rows_of(table) == [("Ada", "Oryx", "code", 8), ("Ada", "Oryx", "idea", 7)]


@pytest.mark.parametrize(
    "text",
    [
        "score,Team,JUDGE\n7,Oryx,Ada\n",
        "judge;team;score\r\nAda;Oryx;7\r\n",
        "judge\tteam\tscore\nAda\tOryx\t7",
        '"judge","team","score"\n"Ada","Oryx",7\n',
        "\n\n judge , team , score \n\n Ada , Oryx , 7 \n,,\n",
        "judge,team,score\nAda,Oryx,7,,\n",
        "\ufeffjudge,team,score\nAda,Oryx,7\n",
        "judge,team,score\nAda,Oryx,٧\n",
    ],
)
def test_columns_case_delimiter_quotes_blanks_and_byte_order_marks_do_not_matter(text: str) -> None:
    assert rows_of(read(text)) == [("Ada", "Oryx", "score", 7)]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks() -> None:
    table = read('judge,team,score\n"Ada, ""the"" judge","Oryx\nII",7\n')
    assert rows_of(table) == [('Ada, "the" judge', "Oryx\nII", "score", 7)]


def test_the_same_name_composed_in_two_ways_is_one_team() -> None:
    assert read("judge,team,score\nAda,B\u00e2tard,7\nGrace,Ba\u0302tard,8\n").teams == ("B\u00e2tard",)


def test_a_path_is_read_as_well_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("judge,team,score\nآدا,المها,7\n", encoding="utf-8-sig")
    assert rows_of(read_score_table(path)) == [("آدا", "المها", "score", 7)]


@pytest.mark.parametrize("text", ["", "\ufeff", " \n\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refusal(text) == "The file is empty; expected a header judge, team, score and a row for each score."


def test_a_header_without_scores_is_refused() -> None:
    assert refusal("judge,team,score\n") == "The table has a header but no scores."


def test_a_missing_column_is_named() -> None:
    assert refusal("judge;points\nAda;7\n") == (
        "The header lacks team, score; expected judge, team, score and, if there are several criteria, criterion. "
        "It has: judge, points."
    )


def test_a_column_named_twice_is_refused() -> None:
    assert refusal("judge,team,score,Score\nAda,Oryx,7,8\n") == "The header names the column score twice."


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(InvalidTable) as refused:
        read("judge,team,score\nAda,المها,7\n", "cp1256")
    assert str(refused.value) == "The file is not a CSV file in UTF-8 (byte 22); save it as CSV UTF-8."


def test_a_quote_that_never_ends_is_refused() -> None:
    assert refusal('judge,team,score\n"Ada,Oryx,7\n') == "The file is not sound CSV: unexpected end of data."


def test_every_fault_is_told_at_once_with_row_and_column() -> None:
    text = """judge,team,criterion,score
Ada,Oryx,idea,7
,Oryx,idea,

Ada,Oryx,idea,8
Grace,,,many
Grace,Oryx,idea,nan
Grace,Oryx,idea,1_0
Grace,Oryx,idea,"7,5"
Grace,Oryx,idea
Grace,Oryx,idea,7,7
"""
    assert faults(text) == [
        "row 3, column judge: is empty.",
        "row 3, column score: is empty.",
        "row 5: repeats row 2: Ada, Oryx, idea has a score already.",
        "row 6, column criterion: is empty.",
        "row 6, column score: expected a number such as 7 or 7.5, found many.",
        "row 6, column team: is empty.",
        "row 7, column score: expected a number such as 7 or 7.5, found nan.",
        "row 8, column score: expected a number such as 7 or 7.5, found 1_0.",
        "row 9, column score: expected a number such as 7 or 7.5, found 7,5.",
        "row 10: has fewer cells than the header.",
        "row 11: has more cells than the header.",
    ]


def test_more_faults_than_one_can_read_are_counted() -> None:
    text = "judge,team,score\n" + "Ada,Oryx,inf\n" * (FAULTS_SHOWN + 5)
    lines = faults(text)
    assert lines[-2:] == ["row 21, column score: expected a number such as 7 or 7.5, found inf.", "and 5 more."]
    assert len(lines) == FAULTS_SHOWN + 1


def test_a_program_gets_the_faults_as_values() -> None:
    with pytest.raises(InvalidTable) as refused:
        read("judge,team,score\nAda,Oryx,many\n")
    assert refused.value.extra == {
        "count": 1,
        "faults": [
            {
                "row": 2,
                "column": "score",
                "message": "expected a number such as 7 or 7.5, found %(found)s.",
                "found": "many",
                "earlier": 0,
            }
        ],
    }


def test_a_column_that_tells_repeated_scores_apart_makes_occasions() -> None:
    table = read("day,judge,team,score\nMonday,Ada,Oryx,7\nTuesday,Ada,Oryx,9\n")
    assert table.occasions == ("day Monday", "day Tuesday")
    assert table.ballots().total.tolist() == [7, 9]


def test_of_several_such_columns_the_one_with_the_fewest_values_is_the_occasion() -> None:
    text = """at,judge,team,criterion,score,day
10:01,Ada,Oryx,idea,7,Mon
10:02,Ada,Oryx,code,8,Mon
10:03,Ada,Oryx,idea,3,Tue
10:04,Ada,Oryx,code,4,Tue
"""
    assert read(text).occasions == ("day Mon", "day Tue")
    assert read(text).ballots().total.tolist() == [7.5, 3.5]


def test_a_column_that_repeats_with_the_score_does_not_excuse_a_duplicate() -> None:
    assert faults("room,judge,team,score\nA,Ada,Oryx,7\nA,Ada,Oryx,7\n") == [
        "row 3: repeats row 2: Ada, Oryx, score has a score already."
    ]


def test_other_columns_do_nothing_where_no_score_repeats() -> None:
    table = read("room,judge,team,score\nA,Ada,Oryx,7\nB,Ada,Falcon,7\n")
    assert table.occasions == ("",)


name = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).map(
    lambda text: unicodedata.normalize("NFC", text)
)

score = st.just(0.0) | st.floats(1e-9, 1e9) | st.floats(-1e9, -1e-9)


@given(
    st.dictionaries(st.tuples(name, name, name), score, min_size=1),
    st.sampled_from([",", ";", "\t"]),
    st.permutations(["judge", "team", "criterion", "score"]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_what_was_written_is_read(
    scores: dict[tuple[str, str, str], float], delimiter: str, order: list[str], encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, order, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(
        {"judge": judge, "team": team, "criterion": criterion, "score": score}
        for (judge, team, criterion), score in scores.items()
    )
    table = read(text.getvalue(), encoding)
    assert sorted(rows_of(table)) == sorted((*key, value) for key, value in scores.items())
