import pytest

from scoreboard.scoring.safety.verdict import close_places, verdict_of, words, words_without_winner


@pytest.mark.parametrize(
    ("first", "held", "sure", "verdict"),
    [
        (2, 10, [0.99], "tied"),
        (1, 10, [0.8], "open"),
        (1, 10, [0.81], "safe"),
        (1, 9, [0.9], "likely"),
        (1, 8, [], "open"),
    ],
)
def test_the_first_place_is_as_safe_as_recounts_and_the_model_say(
    first: int, held: int, sure: list[float], verdict: str
) -> None:
    assert verdict_of(first, held, 10, sure) == verdict


def test_places_within_noise_are_told_in_runs() -> None:
    assert close_places([0.9, 0.7, 0.6, 0.95, 0.5]) == ((2, 4), (5, 6))
    assert close_places([]) == ()


def test_words_say_what_a_verdict_rests_on() -> None:
    assert [str(each) for each in words("likely", 9, 8, 10, 3, ((2, 3),))] == [
        "The winner is likely, but not safe.",
        "1st place holds in 9 of 10 recounts.",
        "The first 3 hold in 8 of 10 recounts.",
        "Places 2 to 3 are within noise: deliberate.",
    ]
    assert len(words("safe", 1, 1, 1, 1, ())) == 2


def test_words_say_why_nobody_is_first() -> None:
    assert [str(each) for each in words_without_winner(0, empty=True)] == ["No team has enough ballots for a rank."]
    assert str(words_without_winner(3, empty=False)[0]).startswith("The teams fall into 3 groups that share no judge")
