"""What a password may be: long, of any characters, and not of what everybody would try first.

Twelve letters of which most are "password", the person's name or one key pressed again and again are guessed as
quickly as three. So these are taken out, and what is left must be something.
"""

import re
from typing import Final

from scoreboard.errors import InvalidForm

SHORTEST: Final = 12
LONGEST: Final = 1000  # what nobody types need not be hashed
LEFT: Final = 6  # different characters, beside what is guessed

# What this is and what it is for, and what is typed by people who want to have typed something.
# fmt: off
GUESSED: Final = (
    "scoreboard", "hackathon", "organiser", "organizer", "administrator", "admin", "console", "judging", "judge",
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "welcome", "letmein", "changeme", "secret", "login", "user", "test",
    "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "1q2w3e4r", "1qaz2wsx", "qazwsx", "abcdefgh", "abcdef", "abc",
    "1234567890", "0123456789", "123456789", "12345678", "123456", "12345", "1234", "123", "987654321", "654321", "321",
)
# fmt: on


def check_password(password: str, *about: str) -> None:
    """Refuse a password that is too short to keep, too long to be one, or easily guessed. Raises InvalidForm.

    `about`: what is known of the person, such as a name or an address.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidForm("A password needs %(n)s characters or more.", n=SHORTEST)
    left = password.casefold()
    words = (word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 2)
    for word in (*sorted(words, key=len, reverse=True), *GUESSED):
        left = left.replace(word, "")
    if len(set(left)) < LEFT:
        raise InvalidForm("This password is easily guessed. A sentence of your own is a good one.")
