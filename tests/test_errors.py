from collections.abc import Iterator

from scoreboard import errors
from scoreboard.errors import ScoreboardError


def tree(error: type[ScoreboardError]) -> Iterator[type[ScoreboardError]]:
    yield error
    for branch in error.__subclasses__():
        yield from tree(branch)


def test_every_code_belongs_to_one_error() -> None:
    ours = [error for error in tree(ScoreboardError) if error.__module__ == errors.__name__]
    codes = [error.code for error in ours]
    assert sorted(codes) == sorted(set(codes))


def test_the_tree_at_the_head_of_the_module_names_every_error() -> None:
    ours = [error.__name__ for error in tree(ScoreboardError) if error.__module__ == errors.__name__]
    assert [name for name in ours if name not in (errors.__doc__ or "")] == []


def test_parameters_are_filled_into_the_words() -> None:
    assert str(errors.NotFound("There is no %(what)s.", what="team")) == "There is no team."


def test_words_without_parameters_may_hold_a_percent_sign() -> None:
    assert str(errors.NotFound("100% of nothing")) == "100% of nothing"
