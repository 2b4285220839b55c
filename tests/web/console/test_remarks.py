from dataclasses import dataclass

import pytest

from scoreboard.errors import InvalidInput
from scoreboard.i18n import language
from scoreboard.scoring.diagnosing.remark import remark
from scoreboard.scoring.methods.mixed import CONSTANT, INCONSISTENT, NARROW, SINGLE, WIDE
from scoreboard.scoring.normalise import METHODS as KNOWN
from scoreboard.web.console.remarks import FLAGS, METHODS, Names


@dataclass
class Thing:
    name_en: str
    name_ar: str


def names(code: str = "en", digits: str = "latn") -> Names:
    return Names(
        language(code),
        digits,
        judges={"J1": Thing("Ada <b>", "آدا")},
        teams={"T1": Thing("Falcon", "صقر"), "T2": Thing("Oryx", "مها")},
        criteria={"impact": Thing("Impact", "الأثر")},
    )


def test_a_remark_names_people_teams_and_criteria_and_escapes_them() -> None:
    said = names().said(remark("The ballot of %(judge)s for %(team)s has no time.", judge="J1", team="T1"))
    assert said == "The ballot of <bdi>Ada &lt;b&gt;</bdi> for <bdi>Falcon</bdi> has no time."
    weight = names().said(remark("With a fifth less weight for %(criterion)s", criterion="impact"))
    assert weight == "With a fifth less weight for <bdi>Impact</bdi>"
    assert names().said(remark("By the method %(method)s", method="raw")) == "By the method <bdi>mean</bdi>"


def test_a_key_without_a_name_stands_for_itself() -> None:
    assert (names().team("T9"), names().judge("<J9>")) == ("<bdi>T9</bdi>", "<bdi>&lt;J9&gt;</bdi>")
    assert (names().method("new"), names().flag("new")) == ("new", "new")


def test_a_number_runs_from_left_to_right_in_the_events_digits() -> None:
    assert names("ar", "arab").number("-1.5") == '<bdi dir="ltr">\N{MINUS SIGN}١٫٥</bdi>'
    assert names("en", "arab").number(12) == '<bdi dir="ltr">12</bdi>'


def test_a_number_and_its_error_are_one_piece() -> None:
    said = names("ar").said(
        remark(
            "%(leader)s leads by %(lead)s ± %(error)s points: %(percent)s%% sure.",
            leader="T1",
            lead="2.7",
            error="2.2",
            percent="89",
        )
    )
    assert '<bdi dir="ltr"><bdi dir="ltr">2.7</bdi> ± <bdi dir="ltr">2.2</bdi></bdi>' in said
    assert said.endswith('<bdi dir="ltr">89</bdi>%.')


def test_an_error_speaks_in_names_too() -> None:
    words = names("ar").refused(InvalidInput("%(team)s has no score to explain.", team="T2"))
    assert words == "ليس للفريق <bdi>مها</bdi> درجة يمكن تفسيرها."


@pytest.mark.parametrize("code", ["ar", "en"])
def test_every_method_and_every_flag_has_words(code: str) -> None:
    assert set(METHODS) == set(KNOWN)
    assert set(FLAGS) == {CONSTANT, NARROW, WIDE, INCONSISTENT, SINGLE}
    assert len({names(code).method(key) for key in METHODS}) == len(METHODS)
    assert len({names(code).flag(key) for key in FLAGS}) == len(FLAGS)
