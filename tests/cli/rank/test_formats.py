import csv
import io

import pytest
from ranked import APART, run

from scoreboard.cli.rank.formats import aligned

ARABIC = "judge,team,score\nعائشة,فريق المها,8\nعائشة,فريق الصقر,7\nسالم,فريق المها,7\nسالم,فريق الصقر,5\n"


def test_the_table_of_a_mixed_model_tells_how_sure_each_rank_is() -> None:
    lines = run("--method", "severity", given=ARABIC).stdout.splitlines()
    assert " ".join(lines[0].split()) == "rank estimate 90 % interval ranks P(1st) P(top 3) raw ballots team"
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert [line.endswith(name) for line, name in zip(lines[1:3], ["فريق المها", "فريق الصقر"], strict=True)] == [
        True,
        True,
    ]
    assert " ".join(lines[4].split()) == "severity +- spread precision ballots flags judge"
    assert lines[-1].startswith("Standard deviations: teams ")


def test_tables_that_stand_apart_have_titles() -> None:
    lines = run(given=APART).stdout.splitlines()
    assert [line for line in lines if line.startswith("Group")] == ["Group 1", "Group 2"]


@pytest.mark.parametrize("method", ["adaptive", "raw"])
def test_a_screen_of_a_hundred_columns_is_wide_enough(method: str) -> None:
    name = "الفريق الوطني لتطوير الخدمات الحكومية الرقمية الموحدة للأفراد والمؤسسات " * 3
    text = f"judge,team,score\nAda,{name},-1234.5\nAda,Oryx,1234.5\nBob,{name},-1034.5\nBob,Oryx,1034.5\n"
    result = run("--method", method, "--explain", "Oryx", name, "--safety", "--diagnostics", given=text)
    lines = result.stdout.splitlines()
    assert (result.exit_code, [line for line in lines if len(line) > 100]) == (0, [])


def test_a_long_name_goes_on_below_itself() -> None:
    assert aligned([("rank", "team"), ("1", "word " * 20)]).splitlines() == [
        "rank  team",
        "   1  " + "word " * 18 + "word",
        "      word",
    ]


def test_an_interval_is_two_columns_of_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--format", "csv", given=APART).stdout)))
    assert list(rows[0]) == [
        *["rank", "tied", "team", "estimate", "se", "effect", "low", "high", "rank_low", "rank_high"],
        *["p_first", "p_top3", "raw", "ballots", "component"],
    ]
    assert [(row["rank"], row["tied"], row["rank_low"], row["component"]) for row in rows[-2:]] == [
        ("1", "false", "1", "2"),
        ("2", "false", "2", "2"),
    ]
    assert [float(row["low"]) < float(row["estimate"]) < float(row["high"]) for row in rows] == [True] * 5
