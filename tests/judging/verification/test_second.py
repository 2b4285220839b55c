import sys
from pathlib import Path

import pytest
from recorded import Lived

from scoreboard.errors import Unusable
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.verification.chain import closed
from scoreboard.judging.verification.fingerprints import DOUBT, Order
from scoreboard.judging.verification.second import Believed, Doubted, Second, verdict_of_two
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.judging.verification.verify import Verification

NOTHING = Order(key="ab", places=set(), file="", stored=None)


@pytest.fixture
def record(genuine: Lived, tmp_path: Path) -> Path:
    path = tmp_path / "record.ndjson"
    path.write_text(genuine.record(), encoding="utf-8", newline="")
    return path


def order_for(record: RecordFile) -> Order:
    return Order(key=record.heading.key, places=set(), file=str(record.path), stored=None)


def test_two_find_what_one_finds(record: Path) -> None:
    with RecordFile(record) as file:
        alone = Verification(file.heading).of(file.items())
        two = Verification(file.heading, follow=Believed)
        verdict = verdict_of_two(two, order_for(file), lambda second: file.items(second.lines()))
    assert verdict == alone
    assert verdict.intact


def test_what_is_said_of_a_root_must_be_what_the_other_process_finds() -> None:
    chain = Believed("ab", Verdict("hack", "ab"))
    chain.take(closed(1, "ab", "cd"))
    assert chain.gives(b"root")
    chain.compare((True, 1, "cd", {0: b"more", 1: b"root"}))
    for answer in (
        DOUBT,
        (True, 1, "cd", {}),
        (True, 1, "cd", {1: b"other"}),
        (True, 2, "cd", {1: b"root"}),
        (True, 1, "ef", {1: b"root"}),
    ):
        with pytest.raises(Doubted):
            chain.compare(answer)


def test_a_checkpoint_of_another_root_is_no_verdict_of_two(record: Path) -> None:
    with RecordFile(record) as file:
        verification = Verification(file.heading, follow=Believed)
        verification.chain.gives(b"a root that nobody has")
        assert verdict_of_two(verification, order_for(file), lambda second: file.items(second.lines())) is None


def test_with_the_first_fault_there_is_no_more_for_two_to_do(record: Path) -> None:
    with RecordFile(record) as file:
        verification = Verification(file.heading, follow=Believed)
        verification.verdict.blame(Check.RULE, 1, "Something is wrong.")
        assert verdict_of_two(verification, order_for(file), lambda second: file.items(second.lines())) is None


def test_a_process_that_was_killed_is_told_of_and_not_taken_for_a_doubt() -> None:
    with Second(NOTHING, Verdict("hack", "ab")) as second:
        second.process.kill()
        second.process.wait()
        for use in (second.answer, lambda: list(second.lines())):
            with pytest.raises(Unusable, match=r"ended before its time \(exit code -9\)"):
                use()


def test_a_process_that_finds_nothing_to_read_doubts() -> None:
    with Second(NOTHING, Verdict("hack", "ab")) as second:
        assert second.answer() == DOUBT


def test_whatever_happens_no_process_is_left() -> None:
    with pytest.raises(KeyboardInterrupt), Second(NOTHING, Verdict("hack", "ab")) as second:
        raise KeyboardInterrupt
    assert second.process.returncode == -9
    assert second.process.args == [sys.executable, "-P", "-m", "scoreboard.judging.verification.fingerprints"]
