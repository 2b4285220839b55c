import gzip
from pathlib import Path

import pytest
from recorded import Lived

from scoreboard.errors import InvalidInput
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.published import Published
from scoreboard.judging.verification.verify import Item, Signed, Unreadable

HEAD = '{"scoreboard":"record","version":1,"event":{"key":"ab","slug":"hack","name_en":"Hack","name_ar":""}}\n'
END = '{"end":{"entries":0,"checkpoints":0,"runs":0}}\n'


def items_of(path: Path) -> list[Item]:
    with RecordFile(path) as record:
        return list(record.items())


def items_in(folder: Path, text: str | bytes) -> list[Item]:
    path = folder / "record.ndjson"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return items_of(path)


def test_a_record_is_read_alike_plain_and_packed(genuine: Lived, tmp_path: Path) -> None:
    text = genuine.record()
    plain = items_in(tmp_path, text)
    assert {type(item) for item in plain} == {Recorded, Signed, Published}
    assert items_in(tmp_path, gzip.compress(text.encode())) == plain
    assert items_in(tmp_path, text.replace("\n", "\r\n")) == plain


def test_the_heading_says_whose_record_it_is(tmp_path: Path) -> None:
    path = tmp_path / "record.ndjson"
    path.write_text(HEAD + END)
    with RecordFile(path) as record:
        heading = record.heading
        assert (heading.key, heading.slug, heading.name_en, heading.name_ar, heading.whole) == (
            "ab",
            "hack",
            "Hack",
            "",
            True,
        )
        assert list(record.items()) == []
        assert record.done() == record.size


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"[]\n",
        b"{}\n",
        HEAD.replace("1", "2").encode(),
        b"\x1f\x8bnothing",
        b"\xff\xfe\x00",
        HEAD.replace('"slug":"hack",', "").encode(),
    ],
)
def test_what_is_no_record_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        items_in(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        items_of(tmp_path / "none")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "7",
        '{"checkpoint":7}',
        '{"run":{}}',
        '{"sequence":"1","leaf":"","hash":""}',
        '{"sequence":1,"leaf":7,"hash":""}',
        '{"sequence":1,"at":"","actor":"","action":"","subject":"","payload":7,"salt":"","leaf":"","hash":""}',
        '{"sequence": 1,"at":"","actor":"","action":"","subject":"","payload":{},"salt":"","leaf":"","hash":""}',
        '{"sequence":1,"at":"","actor":"","action":"","subject":"","payload":{},"salt":"AA","leaf":"","hash":""}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_none_of_a_records_is_handed_on_as_such(line: str, tmp_path: Path) -> None:
    assert items_in(tmp_path, f"{HEAD}{line}\n{END}") == [Unreadable(2)]


def test_texts_with_escapes_are_read_as_what_they_say(tmp_path: Path) -> None:
    line = (
        r'{"sequence":1,"at":"t","actor":"a\"b\\","action":"é","subject":"\n","payload":{"x":"\"}"},'
        f'"salt":"{"00" * 16}","leaf":"{"00" * 32}","hash":"{"00" * 32}"}}'
    )
    end = END.replace('"entries":0', '"entries":1')
    assert items_in(tmp_path, f"{HEAD}{line}\n{end}") == [
        Recorded(1, "t", 'a"b\\', "é", "\n", '{"x":"\\"}"}', "00" * 16, "00" * 32, "00" * 32)
    ]


def test_what_the_end_counts_must_be_there_and_nothing_may_follow(tmp_path: Path) -> None:
    assert items_in(tmp_path, HEAD) == [Unreadable(2)]
    assert items_in(tmp_path, HEAD + END.replace("0", "1")) == [Unreadable(2)]
    assert items_in(tmp_path, HEAD + END + END) == [Unreadable(3)]
    assert items_in(tmp_path, HEAD + END + "\n") == [Unreadable(3)]


def test_a_broken_archive_and_bytes_that_are_no_text_are_faults_of_their_line(genuine: Lived, tmp_path: Path) -> None:
    packed = gzip.compress(genuine.record().encode())
    assert isinstance(items_in(tmp_path, packed[:-400])[-1], Unreadable)
    assert isinstance(items_in(tmp_path, packed[:-2000] + b"\x00\x01\x02" + packed[-1997:])[-1], Unreadable)
    assert items_in(tmp_path, HEAD.encode() + b"\xff\xff\n" + END.encode()) == [Unreadable(2)]
