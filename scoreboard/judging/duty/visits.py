"""The order in which judges go round the tables.

Visits are laid out in steps. At each step every judge goes to the next table of the round that nobody else stands at;
where two want the same one, others make way as long as a way can be found. With no conflicts that is the plain
rotation, judges spread evenly over the hall and all walking in the same direction.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]  # judge, team


def order_visits(judges: Sequence[str], teams: Sequence[str], pairs: Collection[Pair]) -> list[Pair]:
    """Put pairs of judge and team in the order of visits, step by step; `teams` are in the order of their tables."""
    place = {team: number for number, team in enumerate(teams)}
    left = {judge: {team for other, team in pairs if other == judge} for judge in judges}
    next_place = {judge: number * len(teams) // len(judges) for number, judge in enumerate(judges)}
    ordered: list[Pair] = []
    while any(left.values()):
        # Who has most to do is served first: whoever has to wait has the fewest visits before him.
        busy = sorted((judge for judge in judges if left[judge]), key=lambda judge: -len(left[judge]))
        wishes = {
            judge: sorted(left[judge], key=lambda team: (place[team] - next_place[judge]) % len(teams))
            for judge in busy
        }
        step = matching(wishes)
        for judge in judges:
            if judge in step:
                team = step[judge]
                left[judge].remove(team)
                next_place[judge] = place[team] + 1
                ordered.append((judge, team))
    return ordered


def matching(wishes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give as many judges as can be a team each, no team twice: Kuhn's algorithm, the wishes in their order."""
    held: dict[str, str] = {}

    def seat(judge: str, tried: set[str]) -> bool:
        for team in wishes[judge]:
            if team in tried:
                continue
            tried.add(team)
            if team not in held or seat(held[team], tried):
                held[team] = judge
                return True
        return False

    for judge in wishes:
        seat(judge, set())
    return {judge: team for team, judge in held.items()}
