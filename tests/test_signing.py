import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scoreboard.errors import Unusable
from scoreboard.signing import SigningKey, given_key, key_at_hand, key_file, key_or_new, read_key, signed, write_key


def test_what_is_signed_can_be_checked_by_the_public_key_alone() -> None:
    key = SigningKey.new()
    signature = key.sign("واحة")
    assert signed(key.public, signature, "واحة")
    assert key.sign("واحة") == signature
    assert not signed(key.public, signature, "واحه")
    assert not signed(SigningKey.new().public, signature, "واحة")
    assert not signed("00", signature, "واحة")
    assert not signed(key.public, b"", "واحة")


def test_a_signature_is_that_of_the_standard() -> None:
    """RFC 8032 section 7.1, test 1, whose message is empty."""
    key = given_key("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert key.public == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign("").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_new_database_gets_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    database = str(tmp_path / "a.db")
    made = key_or_new(database)
    assert stat.S_IMODE(key_file(database).stat().st_mode) == 0o600
    assert key_or_new(database).public == key_at_hand(database).public == made.public


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    write_key(tmp_path / "key", SigningKey.new())
    with pytest.raises(FileExistsError):
        write_key(tmp_path / "key", SigningKey.new())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    write_key(path, SigningKey.new())
    path.chmod(mode)
    with pytest.raises(Unusable, match="chmod 600"):
        read_key(path)


def test_a_missing_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="Put it back"):
        key_at_hand(str(tmp_path / "a.db"))
    with pytest.raises(Unusable, match="cannot be read: No such file"):
        key_at_hand(str(tmp_path / "a.db"), str(tmp_path / "other"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        x25519.X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ],
)
def test_a_file_that_holds_no_such_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(Unusable, match="holds no signing key"):
        read_key(path)


def test_a_key_can_be_given_as_a_file_or_as_digits(tmp_path: Path) -> None:
    key = SigningKey.new()
    write_key(tmp_path / "key", key)
    database = str(tmp_path / "a.db")
    assert key_or_new(database, str(tmp_path / "key")).public == key.public
    assert key_or_new(database, "5a" * 32).public == given_key("5a" * 32).public
    assert not key_file(database).exists()


def test_a_database_that_is_no_file_needs_a_key_that_is_given() -> None:
    with pytest.raises(Unusable, match="SCOREBOARD_SIGNING_KEY"):
        key_or_new("postgresql://host/name")
    assert key_or_new("postgresql://host/name", "5a" * 32).public
