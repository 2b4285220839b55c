import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scoreboard.cli.rank import rank

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "scoring" / "cases"
REFERENCE = ROOT.parent / "shared" / "data"  # tables whose licence does not let us keep a copy

TABLES = [
    "appletaste",
    "conference_kuhlisch2016",
    "french_fries_potato",
    "irr_anxiety",
    "irr_video",
    "isu_gpf2017_men_sp",
    "krippendorff_4x12",
    "liquidasset_ranks",
    "paris1976_white",
    "shrout_fleiss",
    "sirt_ratings1",
    "sirt_ratings2",
    "tam_ex10",
    "wine_bitterness",
    "simulated/a",
    "simulated/b",
    "simulated/c",
]
NO_RAW_MEAN = {
    "isu_gpf2017_men_sp",
    "krippendorff_4x12",
    "liquidasset_ranks",
    *(name for name in TABLES if "/" in name),
}

SMALL = """judge,team,score
Ada,Oryx,7
Ada,Falcon,9
Grace,Oryx,8
Grace,المها,7.5
"""


def found(name: str) -> Path:
    """Where a table is: among the cases, or in the reference folder beside this checkout."""
    for folder in (CASES, REFERENCE):
        if (folder / f"{name}.csv").exists():
            return folder / f"{name}.csv"
    pytest.skip(f"the reference table {name}.csv is not here, as its licence lets us keep no copy")


def run(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(rank, arguments, given)


def ranked(*arguments: str, given: str | bytes = "") -> dict[str, Any]:
    result = run(*arguments, "--format", "json", given=given)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize("name", TABLES)
def test_every_reference_table_is_ranked(name: str) -> None:
    answer = ranked(str(found(name)), "--method", "raw")
    assert list(answer) == ["method", "standings", "judges"]
    ranks = [line["rank"] for line in answer["standings"]]
    assert ranks == [1 + sum(other < rank for other in ranks) for rank in ranks]


@pytest.mark.parametrize("name", [name for name in TABLES if name not in NO_RAW_MEAN])
def test_raw_means_are_those_that_other_software_found(name: str) -> None:
    path = found(name)
    expected = json.loads(path.with_name(f"{name}_expected.json").read_text(encoding="utf-8"))["raw_mean"]
    scores = {line["team"]: line["score"] for line in ranked(str(path), "--method", "raw")["standings"]}
    assert scores == pytest.approx(expected, rel=0, abs=1e-9)


def test_mean_ranks_are_the_votes_against_that_were_published() -> None:
    path = CASES / "liquidasset_ranks.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        header, *lines = rows.read().splitlines()
    expected = json.loads(path.with_name("liquidasset_ranks_expected.json").read_text(encoding="utf-8"))
    published = {name: tasting["published"]["votes_against"] for name, tasting in expected.items()}
    votes = {}
    for name in published:
        one = "\n".join([header, *(line for line in lines if line.startswith(f"{name},"))])
        standings = sorted(ranked(given=one)["standings"], key=lambda line: line["team"])
        votes[name] = [round(line["score"] * line["ballots"], 9) for line in standings]
    assert {name: votes[name] for name, was in published.items() if was} == {
        name: was for name, was in published.items() if was
    }


def test_json_holds_method_standings_and_judges_and_no_more() -> None:
    assert ranked(given=SMALL) == {
        "method": "raw",
        "standings": [
            {"rank": 1, "tied": False, "team": "Falcon", "score": 9.0, "ballots": 1},
            {"rank": 2, "tied": True, "team": "Oryx", "score": 7.5, "ballots": 2},
            {"rank": 2, "tied": True, "team": "المها", "score": 7.5, "ballots": 1},
        ],
        "judges": [{"judge": "Ada", "ballots": 2, "mean": 8.0}, {"judge": "Grace", "ballots": 2, "mean": 7.75}],
    }


def test_a_team_without_a_complete_ballot_has_neither_rank_nor_score() -> None:
    text = "judge,team,criterion,score\nAda,U,idea,7\nAda,U,code,8\nGrace,V,idea,7\n"
    result = run("--format", "json", given=text)
    answer = json.loads(result.stdout)
    assert answer["standings"][1] == {"rank": None, "tied": False, "team": "V", "score": None, "ballots": 0}
    assert answer["judges"][1] == {"judge": "Grace", "ballots": 0, "mean": None}
    assert result.stderr == "Ballots left out because they lack a criterion: 1.\n"


def test_a_dash_reads_standard_input_as_no_file_does() -> None:
    assert ranked("-", given=SMALL) == ranked(given=SMALL)


def test_the_table_for_people_is_aligned_and_shows_ties_and_who_waits() -> None:
    text = "judge,team,criterion,score\nAda,U,idea,7\nAda,U,code,8\nAda,V,idea,8\nAda,V,code,7\nAda,W,idea,7\n"
    assert run(given=text).stdout.splitlines() == [
        "    rank  score  ballots  team",
        "      1=  7.500        1  U",
        "      1=  7.500        1  V",
        "awaits 1      -        0  W",
        "",
        " mean  ballots  judge",
        "7.500        2  Ada",
    ]


def test_csv_can_be_read_again() -> None:
    result = run("--format", "csv", given='judge,team,score\nAda,"Oryx, the",0.1\nAda,U,0.2\nGrace,U,0.2\n')
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["rank", "tied", "team", "score", "ballots"],
        ["1", "false", "U", "0.2", "2"],
        ["2", "false", "Oryx, the", "0.1", "1"],
    ]


def test_occasions_are_told_in_words_on_standard_error() -> None:
    result = run("--format", "json", given="day,judge,team,score\nMon,Ada,U,7\nTue,Ada,U,9\n")
    assert json.loads(result.stdout)["standings"][0]["score"] == 8
    assert result.stderr == (
        "Some judges scored a team more than once. 2 occasions were told apart (day Mon, ...), "
        "and each counts as a ballot of its own.\n"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", "Error: The file is empty; expected a header judge, team, score and a row for each score.\n"),
        (
            b"judge,team,score\nAda,U,\n",
            "Error: The table cannot be used:\n  row 2, column score: is empty.\n",
        ),
        (b"PK\x03\x04\x14\x00\xff", "Error: The file is not a CSV file in UTF-8 (byte 7); save it as CSV UTF-8.\n"),
    ],
)
def test_what_cannot_be_ranked_is_told_in_words_with_exit_code_2(given: bytes, words: str) -> None:
    result = run(given=given)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", words)


@pytest.mark.parametrize("arguments", [["no such file.csv"], ["--method", "astrology"], ["--format", "xml"]])
def test_what_was_asked_wrongly_has_exit_code_2(arguments: list[str]) -> None:
    result = run(*arguments, given=SMALL)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


def test_help_shows_an_example() -> None:
    text = run("--help").stdout
    assert "scoreboard rank scores.csv --method raw --format table" in text
