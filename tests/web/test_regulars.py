from hypothesis import given
from hypothesis import strategies as st

from scoreboard.web.regulars import Regulars


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh"))))
def test_those_who_came_last_are_known_unless_they_were_forgotten(steps: list[tuple[bool, str]]) -> None:
    regulars, expected = Regulars(3), list[str]()
    for came, token in steps:
        expected = [each for each in expected if each != token]
        if came:
            regulars.add(token)
            expected = [*expected, token][-3:]
        else:
            regulars.forget(token)
    assert {token for token in "abcdefgh" if token in regulars} == set(expected)
