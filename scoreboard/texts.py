"""Names and sentences that people give: what of them is kept.

Pages keep a text from turning the direction of what stands around it by isolating it. A text that holds the characters
of isolation itself (U+2066 to U+2069) could end that early, and what follows on the page would be read backwards; so
whatever a text opens is closed in it, and it closes nothing else. Letters, marks and joiners of every script are kept.
"""

import re
import unicodedata
from typing import Final

from scoreboard.errors import InvalidForm

OPENING: Final = "\u2066\u2067\u2068"
CLOSING: Final = "\u2069"
LONGEST_REASON: Final = 1000
LINE_END: Final = re.compile("\r\n|[\r\u2028\u2029]")


def tidy(text: str) -> str:
    """Take off the space around a text, write its line ends as one character, and close what it opens."""
    return closed(LINE_END.sub("\n", text).strip())


def closed(text: str) -> str:
    """Close each isolate on the line that opens it, and leave out what closes none."""
    return "\n".join(map(closed_line, text.split("\n")))


def closed_line(line: str) -> str:
    """The same for one line."""
    kept, depth = [], 0
    for letter in line:
        if letter == CLOSING and depth == 0:
            continue
        depth += (letter in OPENING) - (letter == CLOSING)
        kept.append(letter)
    return "".join(kept) + CLOSING * depth


def control_in(text: str) -> str:
    """The first character of a text that nothing can show, as it is written: U+001B; empty where there is none."""
    found = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"), None)
    return f"U+{ord(found):04X}" if found else ""


def written(text: str, field: str) -> str:
    """A text that a person gave in a field of a form, as it is kept. Raises InvalidForm for what cannot be shown."""
    text = tidy(text)
    if found := control_in(text):
        raise InvalidForm(
            "There is a character that cannot be shown: %(found)s. Type the text again.",
            found=found,
            extra={"fields": [field]},
        )
    return text


def given(reason: str) -> str:
    """A reason that may go into the record. Raises InvalidForm."""
    reason = written(reason, "reason")
    if not reason:
        raise InvalidForm("Please give a reason for the record.", extra={"fields": ["reason"]})
    if len(reason) > LONGEST_REASON:
        raise InvalidForm(
            "The reason is too long: %(n)s characters at the most.", n=LONGEST_REASON, extra={"fields": ["reason"]}
        )
    return reason
