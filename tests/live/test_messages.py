import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from scoreboard.judging.groups import Linkage
from scoreboard.live import messages
from scoreboard.live.messages import Heartbeat, Line, Resume, Standings, StandingsMessage, Status, iso

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
AT = datetime(2026, 12, 9, 11, 32, 7, tzinfo=UTC)

STANDINGS = Standings(
    status=Status.LIVE,
    opened_at=AT,
    frozen_at=None,
    closed_at=None,
    finalised_at=None,
    rule="raw",
    decimals=1,
    linkage=Linkage.JOINED,
    groups=0,
    minimum_ballots=3,
    progress=None,
    lines=(Line("T4", 1, False, "81.3", 5, 0, (1, 2), None), Line("T1", None, False, None, 2, 1, None, 3)),
)


def fields(model: type[messages.Wire]) -> set[str]:
    return set(model.model_fields)


def test_times_compare_as_texts_as_they_do_as_times() -> None:
    qatar = timezone(timedelta(hours=3))
    assert iso(AT) == "2026-12-09T11:32:07.000Z"
    assert iso(AT.astimezone(qatar)) == iso(AT)
    assert iso(AT) < iso(AT + timedelta(milliseconds=1)) < iso(AT + timedelta(hours=13))


def test_a_frame_is_compact_json_and_its_lines_are_lists() -> None:
    message = StandingsMessage(epoch="e", version=7, roster_version=3, as_of=AT, standings=STANDINGS)
    frame = message.frame()
    assert json.loads(frame)["standings"]["lines"] == [
        ["T4", 1, False, "81.3", 5, 0, [1, 2], None],
        ["T1", None, False, None, 2, 1, None, 3],
    ]
    assert frame == json.dumps(json.loads(frame), separators=(",", ":"), ensure_ascii=False)


def test_a_line_costs_less_than_fifty_bytes() -> None:
    line = json.dumps(STANDINGS.model_dump(mode="json")["lines"][0], separators=(",", ":"))
    assert len(line) < 50


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type":"resume"}',
        '{"type":"resume","epoch":"e","version":-1}',
        '{"type":"standings","epoch":"e","version":1}',
        '{"type":"resume","epoch":"e","version":1,"more":1}',
        '{"type":"resume","epoch":"' + "e" * 101 + '","version":1}',
    ],
)
def test_a_reader_can_say_one_thing_only(text: str) -> None:
    with pytest.raises(ValidationError):
        Resume.model_validate_json(text)


def test_the_scripts_know_the_messages_by_the_same_names() -> None:
    """Each type that a script compares with or sends is declared, and each that a board is sent is known to it."""
    declared = set(re.findall(r'type: Literal\["(\w+)"\]', Path(messages.__file__).read_text()))
    scripts = [*SCRIPTS.glob("board/*.js"), SCRIPTS / "lib" / "socket.js"]
    text = "\n".join(path.read_text() for path in sorted(scripts))
    named = set(re.findall(r'message\.type [!=]== "(\w+)"', text)) | set(re.findall(r'type: "(\w+)"', text))
    assert named <= declared
    assert declared - named == {"console"}


def test_the_scripts_read_only_fields_that_are_declared() -> None:
    text = (SCRIPTS / "board" / "snapshot.js").read_text()
    read = set(re.findall(r"message\.(\w+)", text))
    assert read <= fields(messages.RosterMessage) | fields(StandingsMessage) | fields(Heartbeat)
    stage = (SCRIPTS / "board" / "stage.js").read_text()
    found = re.search(r"lines\.map\(\(\[([\w, ]+)\]\)", stage)
    assert found is not None
    assert tuple(found[1].split(", ")) == Line._fields


def test_the_scripts_have_words_for_each_status() -> None:
    drawn = (SCRIPTS.parent / "css" / "board.css").read_text() + (SCRIPTS / "board" / "main.js").read_text()
    assert {status for status in Status if status.value not in drawn} == set()


def test_topics_of_events_and_of_surfaces_are_apart() -> None:
    names = [messages.public(1), messages.public(11), messages.console(1), messages.console(11)]
    assert len(set(names)) == len(names)
