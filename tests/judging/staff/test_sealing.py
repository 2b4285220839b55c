import pytest
from pairs import SIGNING

from scoreboard.judging.staff.sealing import sealed, unsealed
from scoreboard.signing import SigningKey


def test_what_is_sealed_is_read_with_the_key_and_where_it_belongs() -> None:
    kept = sealed(SIGNING, "a secret", "one")
    assert "a secret" not in kept
    assert sealed(SIGNING, "a secret", "one") != kept
    assert unsealed(SIGNING, kept, "one") == "a secret"
    assert unsealed(SIGNING, kept, "another") is None
    assert unsealed(SigningKey.new(), kept, "one") is None


@pytest.mark.parametrize("kept", ["", "JBSWY3DPEHPK3PXP"])
def test_what_was_never_sealed_is_what_it_is(kept: str) -> None:
    assert unsealed(SIGNING, kept, "one") == kept
