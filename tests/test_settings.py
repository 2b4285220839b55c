import pytest

from scoreboard.errors import Unusable
from scoreboard.settings import Settings, host_and_port


def test_without_variables_everything_has_a_default() -> None:
    assert Settings.from_environment({}) == Settings(
        database="scoreboard.db", host="127.0.0.1", port=8000, public_address="", language="ar"
    )


def test_variables_are_read_and_given_values_go_first() -> None:
    environment = {"SCOREBOARD_PORT": "9000", "SCOREBOARD_LANGUAGE": "en", "PATH": "/bin"}
    settings = Settings.from_environment(environment, port=9001, host=None)
    assert (settings.port, settings.language, settings.host) == (9001, "en", "127.0.0.1")


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(Unusable) as caught:
        Settings.from_environment({"SCOREBOARD_PROT": "9000"})
    assert str(caught.value) == "There is no setting named SCOREBOARD_PROT."


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("LANGUAGE", "fr"), ("PUBLIC_ADDRESS", "score.example")],
)
def test_a_malformed_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(Unusable) as caught:
        Settings.from_environment({f"SCOREBOARD_{name}": value})
    assert f"SCOREBOARD_{name}: " in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # that is what is tested


@pytest.mark.parametrize("address", ["127.0.0.1:9109", "[::1]:0", "10.1.2.3:9109"])
def test_metrics_are_told_on_a_private_address(address: str) -> None:
    settings = Settings.from_environment({"SCOREBOARD_METRICS": address})
    host, port = host_and_port(settings.metrics)
    assert address in {f"[{host}]:{port}", f"{host}:{port}"}


@pytest.mark.parametrize(
    "address", ["0.0.0.0:9109", "[::]:9109", "8.8.8.8:9109", "127.0.0.1", "localhost:x", ":9", "127.0.0.1:99999"]
)
def test_metrics_are_told_on_no_other(address: str) -> None:
    with pytest.raises(Unusable, match="SCOREBOARD_METRICS: "):
        Settings.from_environment({"SCOREBOARD_METRICS": address})
