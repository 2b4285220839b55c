import csv
import io
import json
import math
from pathlib import Path

import pytest
from ranked import APART, ranked, run
from references import CASES, expected, found

from scoreboard.scoring.normalise import METHODS

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

MIXED = {"adaptive", "severity"}
J, T = range(1000), range(1000)

SMALL = """judge,team,score
Ada,Oryx,7
Ada,Falcon,9
Grace,Oryx,8
Grace,المها,7.5
"""


@pytest.mark.parametrize("name", TABLES)
def test_every_reference_table_is_ranked(name: str) -> None:
    answer = ranked(str(found(f"{name}.csv")), "--method", "raw")
    assert list(answer) == ["method", "standings", "judges"]
    ranks = [line["rank"] for line in answer["standings"]]
    assert ranks == [1 + sum(other < rank for other in ranks) for rank in ranks]


@pytest.mark.parametrize("name", [name for name in TABLES if name not in NO_RAW_MEAN])
def test_raw_means_are_those_that_other_software_found(name: str) -> None:
    path = found(f"{name}.csv")
    scores = {line["team"]: line["score"] for line in ranked(str(path), "--method", "raw")["standings"]}
    assert scores == pytest.approx(expected(name)["raw_mean"], rel=0, abs=1e-9)


def test_mean_ranks_are_the_votes_against_that_were_published() -> None:
    path = CASES / "liquidasset_ranks.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        header, *lines = rows.read().splitlines()
    published = {name: it["published"]["votes_against"] for name, it in expected("liquidasset_ranks").items()}
    votes = {}
    for name in published:
        one = "\n".join([header, *(line for line in lines if line.startswith(f"{name},"))])
        standings = sorted(ranked("--method", "raw", given=one)["standings"], key=lambda line: line["team"])
        votes[name] = [round(line["score"] * line["ballots"], 9) for line in standings]
    assert {name: votes[name] for name, was in published.items() if was} == {
        name: was for name, was in published.items() if was
    }


def test_json_of_a_plain_method_holds_method_standings_and_judges_and_no_more() -> None:
    assert ranked("--method", "raw", given=SMALL) == {
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
    result = run("--method", "raw", "--format", "json", given=text)
    answer = json.loads(result.stdout)
    assert answer["standings"][1] == {"rank": None, "tied": False, "team": "V", "score": None, "ballots": 0}
    assert answer["judges"][1] == {"judge": "Grace", "ballots": 0, "mean": None}
    assert result.stderr == "Ballots left out because they lack a criterion: 1.\n"


def test_a_dash_reads_standard_input_as_no_file_does() -> None:
    assert ranked("-", given=SMALL) == ranked(given=SMALL)


def test_the_table_for_people_is_aligned_and_shows_ties_and_who_waits() -> None:
    text = "judge,team,criterion,score\nAda,U,idea,7\nAda,U,code,8\nAda,V,idea,8\nAda,V,code,7\nAda,W,idea,7\n"
    assert run("--method", "raw", given=text).stdout.splitlines() == [
        "    rank  score  ballots  team",
        "      1=  7.500        1  U",
        "      1=  7.500        1  V",
        "awaits 1      -        0  W",
        "",
        " mean  ballots  judge",
        "7.500        2  Ada",
    ]


def test_csv_can_be_read_again() -> None:
    result = run(
        "--method", "raw", "--format", "csv", given='judge,team,score\nAda,"Oryx, the",0.1\nAda,U,0.2\nGrace,U,0.2\n'
    )
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["rank", "tied", "team", "score", "ballots"],
        ["1", "false", "U", "0.2", "2"],
        ["2", "false", "Oryx, the", "0.1", "1"],
    ]


def test_occasions_are_told_in_words_on_standard_error() -> None:
    result = run("--method", "raw", "--format", "json", given="day,judge,team,score\nMon,Ada,U,7\nTue,Ada,U,9\n")
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


@pytest.mark.parametrize("name", [name for name in TABLES if name != "simulated/c"])  # that takes half a minute
def test_every_reference_table_is_ranked_by_default_with_what_is_sure_about_it(name: str) -> None:
    answer = ranked(str(found(f"{name}.csv")))
    assert list(answer) == ["method", "components", "variance", "standings", "judges"]
    assert answer["method"] == "adaptive"
    standings = answer["standings"]
    estimates = [round(line["estimate"], 9) for line in standings]
    assert estimates == sorted(estimates, reverse=True)
    assert sum(line["p_first"] for line in standings) == pytest.approx(1)
    assert sum(line["p_top3"] for line in standings) == pytest.approx(3)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in NO_RAW_MEAN])
def test_plain_reml_is_lme4s(name: str) -> None:
    answer = ranked(str(found(f"{name}.csv")), "--method", "severity", "--prior", "none")
    theirs = expected(name)["lme4"]
    variance = {"team": theirs["var"]["team"], "judge": theirs["var"]["judge"], "residual": theirs["var"]["Residual"]}
    assert answer["variance"] == pytest.approx(variance, rel=1e-6)
    close = 1e-5 * math.sqrt(variance["team"])
    effects = {line["team"]: line["effect"] for line in answer["standings"]}
    assert effects == pytest.approx({team: each["blup"] for team, each in theirs["team"].items()}, abs=close)
    severities = {line["judge"]: line["severity"] for line in answer["judges"]}
    assert severities == pytest.approx({judge: -each["blup"] for judge, each in theirs["judge"].items()}, abs=close)


def test_the_same_seed_gives_the_same_probabilities_and_another_one_others() -> None:
    path = str(found("shrout_fleiss.csv"))
    assert ranked(path) == ranked(path, "--seed", "0")
    assert ranked(path) != ranked(path, "--seed", "1")


def test_weights_and_ranges_come_from_a_file(tmp_path: Path) -> None:
    weights = tmp_path / "weights.toml"
    weights.write_text(
        "".join(
            f'[[criteria]]\nkey = "{key}"\nweight = {weight}\nminimum = 0\nmaximum = {most}\n'
            for key, weight, most in (("idea", 3, 10), ("code", 1, 5))
        ),
        encoding="utf-8",
    )
    text = "judge,team,criterion,score\nAda,U,idea,8\nAda,U,code,5\nAda,V,idea,9\nAda,V,code,1\n"
    answer = ranked("--criteria", str(weights), "--method", "raw", given=text)
    assert {line["team"]: line["score"] for line in answer["standings"]} == pytest.approx({"U": 85, "V": 72.5})


def test_a_criterion_that_the_file_of_weights_does_not_know_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights.toml"
    weights.write_text('[[criteria]]\nkey = "idea"\nweight = 1\n', encoding="utf-8")
    result = run("--criteria", str(weights), given="judge,team,criterion,score\nAda,U,code,8\n")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "Error: The criterion code is not known.\n")


def test_faults_in_the_file_of_weights_are_told_with_exit_code_2(tmp_path: Path) -> None:
    weights = tmp_path / "weights.toml"
    weights.write_text('[[criteria]]\nkey = "idea"\n', encoding="utf-8")
    result = run("--criteria", str(weights), given=SMALL)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: The criteria cannot be used:\n"
        "  line 1, criteria.idea.weight: The key is missing. It is written like this: weight = 1\n"
    )


def test_what_no_judge_connects_is_said_in_words_with_the_visits_that_would() -> None:
    assert run("--format", "json", given=APART).stderr == (
        "The teams fall into 2 groups that share no judge, so nothing says which is better: "
        "each has a table of its own, and there is no overall winner.\n"
        "Visits that would join them: Ada to Ibis. With --equal-groups they are ranked together, as equally strong.\n"
    )
    assert run("--format", "json", "--equal-groups", given=APART).stderr == (
        "The teams fall into 2 groups that share no judge; "
        "they are ranked together as if the groups were equally strong.\n"
    )
    assert run("--format", "json", "--method", "raw", given=APART).stderr == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"judge,team,score\n", "The table has a header but no scores."),
        (
            b"judge,team,score\nAda,U,nan\nAda,V,inf\n",
            (
                "The table cannot be used:\n"
                "  row 2, column score: expected a number such as 7 or 7.5, found nan.\n"
                "  row 3, column score: expected a number such as 7 or 7.5, found inf."
            ),
        ),
        (
            b"judge,team,score\nAda,U,seven\n",
            "The table cannot be used:\n  row 2, column score: expected a number such as 7 or 7.5, found seven.",
        ),
        (
            b"judge,team,score\nAda,U,7\nAda,U,8\n",
            "The table cannot be used:\n  row 3: repeats row 2: Ada, U, score has a score already.",
        ),
        (
            b"judge,squad,score\nAda,U,7\n",
            (
                "The header lacks team; expected judge, team, score and, if there are several criteria, criterion. "
                "It has: judge, squad, score."
            ),
        ),
    ],
)
def test_a_table_that_is_not_clear_is_refused_by_every_method(given: bytes, words: str) -> None:
    for method in METHODS:
        result = run("--method", method, given=given)
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {words}\n")


def test_a_column_that_is_not_known_changes_nothing() -> None:
    assert ranked(given="judge,team,score,mood\nAda,U,7,good\nAda,V,6,bad\n") == ranked(
        given="judge,team,score\nAda,U,7\nAda,V,6\n"
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "given",
    [
        "judge,team,score\nAda,U,7\n",
        "judge,team,score\nAda,U,7\nAda,V,6\nAda,W,5\n",
        "judge,team,score\nAda,U,7\nBob,U,5\nEve,U,6\n",
        "judge,team,score\nAda,U,7\nAda,V,7\nBob,U,7\nBob,V,7\n",
    ],
    ids=["one score", "one judge", "one team", "all equal"],
)
def test_next_to_nothing_is_ranked_without_a_number_that_is_none(method: str, given: str) -> None:
    standings = ranked("--method", method, given=given)["standings"]
    best = {line["team"] for line in standings if line["rank"] == 1}
    assert best == ({"U", "V"} if "Bob,V" in given else {"U"})
    score = "estimate" if method in MIXED else "score"
    assert all(isinstance(line[score], float) for line in standings)


def test_a_million_scores_are_ranked() -> None:
    rows = "".join(f"J{judge},T{team},{(judge * 7 + team * 13) % 11 + team / 500}\n" for judge in J for team in T)
    answer = ranked("--method", "additive", given=f"judge,team,score\n{rows}")
    assert (len(answer["standings"]), len(answer["judges"])) == (len(T), len(J))
    assert {line["ballots"] for line in answer["standings"]} == {len(J)}
    assert answer["standings"][0]["score"] > answer["standings"][-1]["score"]
