from scoreboard.judging.verification.verdict import MOST, Check, Illegal, Verdict


def test_the_first_fault_is_that_of_the_first_entry_and_then_those_beside_the_entries() -> None:
    verdict = Verdict("hack", "ab")
    assert (verdict.intact, verdict.first) == (True, None)
    verdict.blame(Check.ROWS, None, "Beside.")
    verdict.blame(Check.RULE, 9, "Nine.")
    verdict.blame(Check.RULE, 4, "Four.")
    assert verdict.first
    assert (verdict.intact, verdict.first.message) == (False, "Four.")


def test_where_the_chain_tells_which_entry_it_is_that_comes_before_what_a_checkpoint_tells() -> None:
    verdict = Verdict("hack", "ab")
    verdict.blame(Check.CHECKPOINT, 1, "Something in entries 1 to 60.")
    assert verdict.first
    assert verdict.first.sequence == 1
    verdict.blame(Check.LEAF, 50, "Fifty.")
    assert verdict.first.sequence == 50


def test_a_rule_that_was_broken_earlier_still_comes_first() -> None:
    verdict = Verdict("hack", "ab")
    verdict.blame(Check.CHAIN, 50, "Fifty.")
    verdict.illegal(20, Illegal("A %(thing)s.", thing="ballot"))
    assert verdict.first
    assert (verdict.first.sequence, verdict.first.words()) == (20, "A ballot.")


def test_faults_are_counted_beyond_what_is_kept() -> None:
    verdict = Verdict("hack", "ab")
    for number in range(MOST + 7):
        verdict.blame(Check.LEAF, number, "x")
    assert (len(verdict.faults), verdict.more, verdict.as_json()["more_faults"]) == (MOST, 7, 7)


def test_words_are_translated_before_they_are_filled_in() -> None:
    verdict = Verdict("hack", "ab")
    verdict.remark("%(n)s entries", n=3)
    assert verdict.remarks[0].words({"%(n)s entries": "%(n)s قيود"}.__getitem__) == "3 قيود"
