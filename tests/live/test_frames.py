import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plumbing import texts_of
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as Theirs
from websockets.frames import Opcode
from websockets.streams import StreamReader

from scoreboard.live.frames import WORTH_BYTES, Frame

TEAMS = json.dumps([{"team": f"T{number}", "total": number / 7, "ballots": number} for number in range(200)])


def read_by_a_library(data: bytes, *, deflate: bool) -> str:
    """What another implementation of the two standards makes of a frame, as a client that negotiated deflate or not."""
    reader = StreamReader()
    reader.feed_data(data)
    extensions = [PerMessageDeflate(True, True, 15, 15)] if deflate else []
    parsing = Theirs.parse(reader.read_exact, mask=False, extensions=extensions)
    with pytest.raises(StopIteration) as ended:
        next(parsing)
    frame: Theirs = ended.value.value
    assert (frame.opcode, frame.fin, reader.read_available() if hasattr(reader, "read_available") else b"") == (
        Opcode.TEXT,
        True,
        b"",
    )
    return bytes(frame.data).decode()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_arrives_as_it_was(text: str) -> None:
    frame = Frame(text)
    assert read_by_a_library(frame.plain, deflate=False) == text
    assert read_by_a_library(frame.packed, deflate=True) == text
    assert texts_of(frame.plain + frame.packed) == [text, text]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_every_length_has_its_form(size: int) -> None:
    frame = Frame("ن" * (size // 2) + "x" * (size % 2))
    assert read_by_a_library(frame.plain, deflate=False) == frame.text
    assert read_by_a_library(frame.packed, deflate=True) == frame.text


def test_what_is_large_is_deflated_and_what_is_small_is_not() -> None:
    large, small = Frame(TEAMS), Frame("x" * (WORTH_BYTES - 1))
    assert len(large.packed) < len(large.plain) / 3
    assert small.packed is small.plain


def test_what_deflating_does_not_make_smaller_stays_as_it_is() -> None:
    noise = Frame("".join(chr(byte & 0x7F) for key in range(10) for byte in sha256(bytes([key])).digest()))
    assert len(noise.payload) > WORTH_BYTES
    assert noise.packed is noise.plain


def test_each_form_is_made_once() -> None:
    frame = Frame(TEAMS)
    assert (frame.plain is frame.plain, frame.packed is frame.packed) == (True, True)


def test_a_frame_can_be_a_part_of_an_event_stream() -> None:
    assert Frame('{"type":"heartbeat"}').streamed == b'data: {"type":"heartbeat"}\n\n'
