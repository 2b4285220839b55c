"""A ballot as a phone sends it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from scoreboard.numerals import plain_digits

LONGEST_TEXT = 4000


def spelled_number(value: object) -> object:
    """Read digits of any keyboard; what is no text is left to the next check."""
    return plain_digits(value) if isinstance(value, str) else value


def plain_text(text: object) -> object:
    """Bring line ends to one form, so that a page and a script send the same text as the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") if isinstance(text, str) else text


def in_utc(at: datetime) -> datetime:
    """Bring a time to UTC; the ends of the calendar, which have no UTC, are refused."""
    try:
        return at.astimezone(UTC)
    except OverflowError as failure:
        raise ValueError("outside of the calendar") from failure


Value = Annotated[Decimal, BeforeValidator(spelled_number), Field(allow_inf_nan=False, max_digits=12)]
Words = Annotated[str, Field(max_length=LONGEST_TEXT), BeforeValidator(plain_text)]


class BallotForm(BaseModel):
    """A ballot as the phone sends it. `scores` holds a value for each criterion of the round, by its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uuid: UUID
    round: str
    team: str
    base_revision: int = Field(ge=0)
    scores: dict[str, Value]
    comment: Words = ""
    note: Words = ""
    entered_at: Annotated[AwareDatetime, AfterValidator(in_utc)] | None = None
