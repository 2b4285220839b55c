from scores import Scores, ballots, panel

from scoreboard.scoring.explaining.explain import why
from scoreboard.scoring.explaining.explanation import Why
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.options import Options

QUICK = Options(integrated=False)


def explanation(method: str, scores: Scores, one: str, other: str) -> Why:
    table = ballots(scores)
    return why(METHODS[method](table, QUICK), table, one, other, QUICK)


def test_the_reasons_read_as_sentences() -> None:
    harsh = {("A", "T"): 4.0, ("A", "V"): 2.0, ("A", "W"): 3.0, ("B", "V"): 5.0, ("B", "W"): 6.0, ("B", "U"): 6.5}
    found = explanation("additive", harsh, "U", "T")
    assert [str(said) for said in found.remarks] == [
        "T 5.50, U 5.00 (raw 4.00, 6.50).",
        "The judges of U were 3.00 points more generous than those of T, on the teams they share with others.",
        "T leads by 0.50 ± 0.00 points: >99% sure.",
        "The order would flip if the ballot of A for T were more than 0.50 points lower.",
    ]
    assert found.above == 0
    plain = explanation("raw", harsh, "T", "U")
    assert [str(said) for said in plain.remarks] == [
        "U 6.50, T 4.00.",
        "U leads by 2.50 ± 3.00 points: 75% sure.",
        "The order would flip if the ballot of A for T were more than 2.50 points higher.",
    ]


def test_unequal_shrinkage_is_said() -> None:
    scores = panel(1, teams=20, judges=8)
    del scores[next(pair for pair in scores if pair[1] == "T03")]
    said = [str(remark) for remark in explanation("severity", scores, "T03", "T04").remarks]
    assert any("is kept for T04 and" in sentence for sentence in said)


def test_equally_strict_judges_are_said_to_be() -> None:
    complete = {(judge, team): float(ord(judge) * ord(team) % 7) for judge in "ABCD" for team in "TUVW"}
    said = [str(remark) for remark in explanation("severity", complete, "T", "U").remarks]
    assert any(sentence.startswith("The judges of") and sentence.endswith("equally strict.") for sentence in said)
