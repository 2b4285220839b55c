from scoreboard.figures.figures import CONSOLE, PUBLIC, Answered, Figures


def test_at_the_start_nothing_has_been_measured() -> None:
    figures = Figures()
    times = [
        figures.answered,
        *figures.pushed.values(),
        figures.shown,
        figures.late,
        figures.committed,
        figures.together,
    ]
    assert [each.all().count for each in times] == [0] * 7
    assert (sorted(figures.pushed), figures.seconds() >= 0) == ([CONSOLE, PUBLIC], True)


def test_answers_are_counted_by_their_kind() -> None:
    figures = Figures()
    figures.answers[Answered("GET", "/", 200)] += 2
    assert figures.answers == {("GET", "/", 200): 2}
