"""From counts to a verdict: safe, likely, open or tied, the places that are within noise, and the words for it."""

from typing import Final, Literal

from scoreboard.scoring.diagnosing.remark import Remark, remark

SURE: Final = 0.8  # two neighbours are within noise when the order of the two is no surer than that
MOSTLY: Final = 0.9  # of the recounts hold, where a winner is likely

Verdict = Literal["safe", "likely", "open", "tied", "apart", "empty"]


def verdict_of(first: int, held: int, counted: int, sure: list[float]) -> Verdict:
    """The verdict on `first` teams on the first rank, which hold in `held` of `counted` recounts.

    `sure` holds for each of the first teams the probability that it is above the next.
    """
    if first > 1:
        return "tied"
    if sure and sure[0] <= SURE:
        return "open"
    if held == counted:
        return "safe"
    return "likely" if held >= MOSTLY * counted else "open"


def close_places(sure: list[float]) -> tuple[tuple[int, int], ...]:
    """Runs of places (from, to) of which no two neighbours are surely in order."""
    runs: list[tuple[int, int]] = []
    for place, chance in enumerate(sure, start=1):
        if chance > SURE:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return tuple(runs)


def words(
    verdict: Verdict, held: int, top_held: int, counted: int, top: int, close: tuple[tuple[int, int], ...]
) -> tuple[Remark, ...]:
    """A verdict, and what it rests on, of the first `top` places."""
    verdicts = {
        "safe": remark("The winner is safe."),
        "likely": remark("The winner is likely, but not safe."),
        "open": remark("The winner is not certain: deliberate before announcing."),
        "tied": remark("The first place is shared: deliberate."),
    }
    said = [verdicts[verdict], remark("1st place holds in %(held)s of %(all)s recounts.", held=held, all=counted)]
    if top > 1:
        said.append(
            remark("The first %(top)s hold in %(held)s of %(all)s recounts.", top=top, held=top_held, all=counted)
        )
    said += [
        remark("Places %(first)s to %(last)s are within noise: deliberate.", first=first, last=last)
        for first, last in close
    ]
    return tuple(said)


def words_without_winner(groups: int, *, empty: bool) -> tuple[Remark, ...]:
    """Why nobody is first: no team has a rank (`empty`), or they fall into `groups`."""
    if empty:
        return (remark("No team has enough ballots for a rank."),)
    return (
        remark(
            "The teams fall into %(groups)s groups that share no judge: there is no overall winner, "
            "unless the groups are accepted as equally strong.",
            groups=groups,
        ),
    )
