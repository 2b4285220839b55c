import pytest
from ranked import APART, ranked, run
from references import found

PARIS = "paris1976_white.csv"
SKATING = "isu_gpf2017_men_sp.csv"


def test_safety_counts_the_recounts_and_names_those_that_come_out_otherwise() -> None:
    path = str(found(SKATING))
    safety = ranked(path, "--safety")["safety"]
    made = [each for each in safety["recounts"] if each["refused"] is None]
    assert safety["counted"] == len(made)
    assert safety["held"] == sum(each["holds_first"] for each in made)
    assert {each["kind"] for each in made} >= {"method", "judge", "criterion"}
    text = run(path, "--safety").stdout
    assert [line for line in safety["words"] if line not in text] == []
    otherwise = [each["recount"] for each in made if not (each["holds_first"] and each["holds_top"])]
    assert [label for label in otherwise if f"- {label}: " not in text] == []


def test_groups_that_stand_apart_have_no_winner_to_be_safe() -> None:
    safety = ranked("--safety", given=APART)["safety"]
    assert (safety["verdict"], safety["first"], safety["recounts"]) == ("apart", [], [])
    assert ranked("--safety", "--equal-groups", given=APART)["safety"]["verdict"] != "apart"


@pytest.mark.parametrize("method", ["adaptive", "severity", "additive", "raw"])
def test_an_explanation_is_exact(method: str) -> None:
    answer = ranked(str(found(PARIS)), "--method", method, "--explain", "Chateau Montelena", "Mersault Charmes")
    why = answer["explanation"]
    one, other = why["one"], why["other"]
    assert why["difference"] == pytest.approx(one["score"] - other["score"])
    assert sum(each["weight"] for each in why["contrast"]) == pytest.approx(0, abs=1e-12)
    told = sum(each["weight"] * each["total"] for each in why["contrast"])
    assert told == pytest.approx(why["difference"], abs=1e-9)
    assert len(why["contrast"]) == 110
    assert [len(side["ballots"]) for side in (one, other)] == [11, 11]


def test_an_explanation_is_a_page_for_people() -> None:
    text = run(str(found(PARIS)), "--explain", "Chateau Montelena", "Mersault Charmes").stdout
    lines = text[text.index("Why Chateau Montelena") :].splitlines()
    assert lines.count("given  severity    +-  spread  precision  adjusted  weight  judge") == 2
    assert [line for line in lines if line.startswith("Influence on the difference: ")] != []


def test_a_name_with_other_accents_and_spaces_is_the_same_team() -> None:
    decomposed = "  Ba\u0302tard-Montrachet "
    why = ranked(str(found(PARIS)), "--explain", decomposed, "Veedercrest")["explanation"]
    assert why["one"]["team"] == "Bâtard-Montrachet"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--explain", "Falcon", "Nobody"], "The team Nobody is not known."),
        (["--explain", "Falcon", "Falcon"], "A team cannot be compared with itself."),
    ],
)
def test_what_cannot_be_explained_is_told_with_exit_code_2(arguments: list[str], words: str) -> None:
    result = run(*arguments, given=APART)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {words}\n")


def test_a_method_whose_scores_are_no_sums_is_not_explained() -> None:
    result = run("--method", "bradley_terry", "--explain", "Falcon", "Oryx", given=APART)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")


@pytest.mark.parametrize("method", ["adaptive", "raw"])
def test_diagnostics_tell_the_published_coefficients(method: str) -> None:
    panel = ranked(str(found("shrout_fleiss.csv")), "--diagnostics", "--method", method)["diagnostics"]
    intraclass = panel["agreement"]["intraclass"]
    assert [round(intraclass[name], 2) for name in ("icc1", "icc2", "icc3")] == [0.17, 0.29, 0.71]


def test_findings_are_told_with_their_thresholds() -> None:
    text = "judge,team,score\n" + "".join(
        f"J{judge},T{team},{5 if judge == 0 else team + judge % 2}\n" for judge in range(3) for team in range(4)
    )
    findings = ranked("--diagnostics", given=text)["diagnostics"]["findings"]
    constant = [each for each in findings if each["code"] == "constant"]
    assert [(each["judge"], each["value"], each["threshold"]) for each in constant] == [("J0", 4, 3)]
    # a sentence may be wrapped at the edge of the screen
    assert constant[0]["words"] in " ".join(run("--diagnostics", given=text).stdout.split())


@pytest.mark.parametrize("section", [["--safety"], ["--diagnostics"], ["--explain", "Falcon", "Oryx"]])
def test_csv_holds_standings_only(section: list[str]) -> None:
    result = run("--format", "csv", *section, given=APART)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: CSV holds the standings only; ask for --format table or json.\n")
