import pytest

from scoreboard.errors import InvalidForm
from scoreboard.judging.staff.passwords import LONGEST, check_password

ABOUT = ("Fatima Al-Mansoori", "f.mansoori@transport.example")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * (LONGEST + 1)])
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(InvalidForm, match="characters or more"):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "scoreboard2026",
        "Hackathon-2026",
        "qwertyuiop123",
        "aaaaaaaaaaaa",
        "xyzxyzxyzxyz",
        "111222333444",
        "Fatima123456",
        "fatima.mansoori",
        "transport-2026",
    ],
)
def test_what_everybody_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidForm, match="easily guessed"):
        check_password(password, *ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "a gull over the harbour, " * 9,
        "نخلة فوق بحر هادئ",
        "🦉 🦉 🐟 🌙 🦀 🐌 🍇",
        "my password is a gull",
        "7391 0265 8841",
    ],
)
def test_what_a_person_made_up_is_taken(password: str) -> None:
    check_password(password, *ABOUT)
