from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.web.console.role_words import MEANINGS, NAMES


def test_every_role_has_words() -> None:
    assert (set(NAMES), set(MEANINGS)) == (set(Role), set(GIVEN))
