"""Digits: as keyboards give them, and as pages draw them."""

ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
# Both Arabic digit sets and the decimal sign; what groups thousands and what only marks a direction goes.
PLAIN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.", "٬\u200e\u200f\u061c\u2066\u2067\u2068\u2069")


def plain_digits(text: str) -> str:
    """Bring a number as any keyboard may give it to 0-9 with a point, without marks that cannot be seen."""
    return text.translate(PLAIN).strip()


def arabic_digits(number: str) -> str:
    """Draw a number with Arabic-Indic digits."""
    return number.translate(ARABIC)
