import pytest

from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.keys import Ring
from scoreboard.judging.verification.verdict import Illegal
from scoreboard.signing import SigningKey

KEY = "ab" * 16
OLD, NEW, OTHER = SigningKey.new(), SigningKey.new(), SigningKey.new()


def rotation(
    sequence: int, old: SigningKey, new: SigningKey, *, by_old: SigningKey | None, by_new: SigningKey
) -> tuple[Recorded, dict[str, str]]:
    text = rotation_text(KEY, old.public, new.public, sequence)
    payload = {
        "old": old.public,
        "new": new.public,
        "by_old": by_old.sign(text).hex() if by_old else "",
        "by_new": by_new.sign(text).hex(),
    }
    return Recorded(sequence, "", "x", "key.rotated", "deployment", "", "", "", ""), payload


def ring() -> Ring:
    found = Ring(KEY)
    found.opened({"event": "hack", "public_key": OLD.public}, "hack")
    return found


def test_a_key_signs_from_its_entry_on() -> None:
    found = ring()
    found.rotated(*rotation(7, OLD, NEW, by_old=OLD, by_new=NEW))
    assert [found.at(size) for size in (0, 1, 6, 7, 100)] == ["", OLD.public, OLD.public, NEW.public, NEW.public]
    assert (found.unbroken, found.broken) == ([OLD.public, NEW.public], [])


def test_a_ledger_of_another_event_is_refused() -> None:
    with pytest.raises(Illegal):
        Ring(KEY).opened({"event": "hack", "public_key": OLD.public}, "other")


@pytest.mark.parametrize(
    ("old", "by_old", "by_new"), [(OLD, OTHER, NEW), (OLD, OLD, OTHER), (OTHER, OTHER, NEW), (OLD, NEW, NEW)]
)
def test_a_change_that_both_keys_did_not_sign_is_refused(
    old: SigningKey, by_old: SigningKey, by_new: SigningKey
) -> None:
    found = ring()
    with pytest.raises(Illegal):
        found.rotated(*rotation(7, old, NEW, by_old=by_old, by_new=by_new))
    assert found.at(100) == OLD.public


def test_a_signature_for_another_entry_is_refused() -> None:
    entry, payload = rotation(7, OLD, NEW, by_old=OLD, by_new=NEW)
    with pytest.raises(Illegal):
        ring().rotated(entry._replace(sequence=8), payload)


def test_a_lost_key_is_replaced_and_the_break_remembered() -> None:
    found = ring()
    found.rotated(*rotation(7, OLD, NEW, by_old=None, by_new=NEW))
    assert (found.broken, found.unbroken, found.at(9)) == ([7], [NEW.public], NEW.public)
