import pytest
from joserfc.jwk import KeySet

from scoreboard.errors import NotSignedIn
from scoreboard.settings import Settings
from scoreboard.web.oidc import Provider, check_protected


@pytest.mark.parametrize(
    "address", ["http://evil.example/token", "file:///etc/passwd", "token", "", "ftp://127.0.0.1/"]
)
def test_what_is_not_protected_is_not_asked(address: str) -> None:
    with pytest.raises(ValueError, match="not protected"):
        check_protected(address)


@pytest.mark.parametrize("address", ["https://id.example/token", "http://127.0.0.1:8/token"])
def test_what_is_protected_is_asked(address: str) -> None:
    check_protected(address)


def provider() -> Provider:
    settings = Settings(oidc_issuer="https://id.example", oidc_client="us")
    return Provider(settings, "https://score.example/console/outside/back", None)  # type: ignore[arg-type]  # asks nobody


def test_an_answer_names_the_one_that_was_asked() -> None:
    provider().check_sender(None)
    provider().check_sender("https://id.example")
    with pytest.raises(NotSignedIn):
        provider().check_sender("https://id.example/")


def test_a_token_without_a_signature_is_no_token() -> None:
    with pytest.raises(Exception, match=r".") as refused:
        provider().believed("eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.", KeySet([]), "nonce")
    assert "jose" in type(refused.value).__module__
