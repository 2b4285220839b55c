"""Every message on the wire, in both directions. The JavaScript in static/js knows them by the same names.

    roster      server to board      the names of the event, its round and its teams; once for each change of a name
    standings   server to board      where the round stands and every line of the ranking; once for each change
    console     server to console    the ledger's newest entry and today's ranking, whatever the public may see
    heartbeat   server to both       every ten seconds: the version that is current, and when that was last known
    bye         server to both       the server ends; when to come back, which differs from reader to reader
    resume      both to server       "this is what I have": the whole state is sent again, unless it is the current one
    here        both to server       what is shown; every ten seconds, and by a screen of the hall at each change

A state is always whole, and small. `version` counts the changes of a topic, `epoch` says which count is meant: it
changes when the server starts and when a backup is restored. A reader keeps the highest version of the newest epoch.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter

from scoreboard.judging.groups import Linkage


def iso(at: datetime) -> str:
    """A time in UTC, always of the same length, so that later times are greater as texts too."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


At = Annotated[datetime, PlainSerializer(iso)]


class Wire(BaseModel):
    """What travels: exactly what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Wire):
    """A name in both languages; either may be empty."""

    en: str
    ar: str


NAMELESS = Name(en="", ar="")


class EventCard(Wire):
    """What a board needs to know of its event."""

    slug: str
    name: Name
    time_zone: str
    digits: str


class TeamCard(Wire):
    """A team's names."""

    key: str
    name: Name
    organisation: Name


class Roster(Wire):
    """All that is named on a board; a round's key is empty while the event has none."""

    event: EventCard
    round_key: str
    round: Name
    teams: tuple[TeamCard, ...]


class Status(StrEnum):
    """Where the public sees the round stand."""

    WAITING_FOR_START = "waiting_for_start"
    LIVE = "live"
    FROZEN = "frozen"  # judging goes on, what it changes is hidden
    CLOSED = "closed"  # judging is over, the result is hidden
    PRELIMINARY = "preliminary"
    FINAL = "final"


class Line(NamedTuple):
    """A line of the ranking, in this order; `rank` and `total` are null while the team awaits ballots.

    `interval` is the ranks, from and to, that the team has with a probability of 90 %: as far as the rule, or else the
    method beside it, is one that knows; null otherwise. `group` is the table that the team is in, 1-based, where groups
    of teams that cannot be compared have tables of their own; null where all are in one.
    """

    team: str
    rank: int | None
    tied: bool
    total: str | None
    ballots: int
    awaiting: int
    interval: tuple[int, int] | None
    group: int | None


class Progress(Wire):
    """Ballots of the round."""

    received: int
    expected: int


class Standings(Wire):
    """A ranking with what is to be said about it.

    `linkage` tells what comparing the teams rests on, and `groups` how many groups there are that no judge joins (0:
    none). Lines come table after table. Totals have so many `decimals`.
    """

    status: Status
    opened_at: At | None
    frozen_at: At | None
    closed_at: At | None
    finalised_at: At | None
    rule: str
    decimals: int
    linkage: Linkage
    groups: int
    minimum_ballots: int
    progress: Progress | None
    lines: tuple[Line, ...]


class Told(Wire):
    """What the server says."""

    def frame(self) -> str:
        """The message as it goes over the wire."""
        return self.model_dump_json()


class Message(Told):
    """What every message of a topic says about the state it belongs to."""

    epoch: str
    version: int


class RosterMessage(Message):
    """Names; `version` is the topic's when they last changed."""

    type: Literal["roster"] = "roster"
    roster: Roster


class StandingsMessage(Message):
    """The ranking; `roster_version` says which names belong to it, `as_of` when it was true."""

    type: Literal["standings"] = "standings"
    roster_version: int
    as_of: At
    standings: Standings


class ConsoleMessage(Message):
    """What the console is told of each change; `sequence` is the ledger's newest entry."""

    type: Literal["console"] = "console"
    as_of: At
    sequence: int
    standings: Standings


class Heartbeat(Message):
    """The server lives, and at `as_of` this version was current."""

    type: Literal["heartbeat"] = "heartbeat"
    as_of: At


class Bye(Told):
    """The server ends; `retry_in_ms` is how long this reader is to stay away."""

    type: Literal["bye"] = "bye"
    retry_in_ms: int


class Word(Wire):
    """What a reader says; `epoch` and `version` are of the newest state that it has."""

    epoch: str = Field(max_length=100)
    version: int = Field(ge=0)


class Resume(Word):
    """A reader has lost track and asks for the whole state, unless what it has is the current one."""

    type: Literal["resume"]


class Here(Word):
    """A reader lives, and shows this state."""

    type: Literal["here"]


SAID: TypeAdapter[Resume | Here] = TypeAdapter(Annotated[Resume | Here, Field(discriminator="type")])


def public(event_id: int) -> str:
    """The topic of what everybody may see of an event."""
    return f"public:{event_id}"


def console(event_id: int) -> str:
    """The topic of what an event's organisers see."""
    return f"console:{event_id}"
