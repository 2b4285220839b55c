"""Which judges see which teams, where not every judge sees every team.

A pair is (judge, team). `choose` gives each team its judges: always the one with the least to do, and among those the
one who has met the team's other judges least, so that panels mix. `level_loads` then passes teams along chains of
judges until no chain makes loads more equal, which makes them as equal as they can be. `connect` exchanges judges
between two teams while there are groups of judges without a common team: what is judged in separate groups cannot be
compared.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Sequence

from scoreboard.judging.duty.visits import Pair


def choose(
    judges: Sequence[str],
    teams: Sequence[str],
    free: dict[str, list[str]],
    ballots_per_team: int,
    taken: frozenset[Pair],
) -> set[Pair]:
    """Give each team its judges one by one, the teams with the smallest choice first."""
    panel: dict[str, list[str]] = {team: [] for team in teams}
    for judge, team in sorted(taken):
        panel.setdefault(team, []).append(judge)
    load = Counter(judge for judge, _ in taken)
    met: Counter[frozenset[str]] = Counter()
    for members in panel.values():
        met.update(frozenset((a, b)) for a in members for b in members if a < b)
    place = {judge: number for number, judge in enumerate(judges)}
    chosen = set()
    for turn in range(ballots_per_team):
        for number, team in enumerate(sorted(teams, key=lambda team: len(free[team]))):
            if len(panel[team]) >= ballots_per_team:
                continue
            start = number + turn
            judge = min(
                (judge for judge in free[team] if judge not in panel[team]),
                key=lambda judge: (
                    load[judge],
                    sum(met[frozenset((judge, other))] for other in panel[team]),
                    (place[judge] - start) % len(judges),
                ),
            )
            met.update(frozenset((judge, other)) for other in panel[team])
            panel[team].append(judge)
            load[judge] += 1
            chosen.add((judge, team))
    return chosen


def level_loads(judges: Sequence[str], chosen: set[Pair], free: dict[str, list[str]], taken: frozenset[Pair]) -> None:
    """Pass teams from judge to judge along the shortest chains while that makes loads more equal."""
    load = Counter(dict.fromkeys(judges, 0))
    load.update(judge for judge, _ in (*chosen, *taken) if judge in load)
    passed = True
    while passed:
        passed = False
        for giver in sorted(judges, key=lambda judge: -load[judge]):
            chain = chain_to_less(giver, load, chosen, free)
            if chain:
                for judge, team, receiver in chain:
                    chosen.remove((judge, team))
                    chosen.add((receiver, team))
                load[giver] -= 1
                load[chain[-1][2]] += 1
                passed = True
                break


def chain_to_less(
    giver: str, load: Counter[str], chosen: set[Pair], free: dict[str, list[str]]
) -> list[tuple[str, str, str]]:
    """Find the shortest chain of (judge, team, receiver) from a judge to one with two teams fewer; empty if none."""
    came: dict[str, tuple[str, str, str]] = {}
    seen = {giver}
    waiting = deque([giver])
    while waiting:
        judge = waiting.popleft()
        for team in sorted(team for other, team in chosen if other == judge):
            for receiver in free[team]:
                if receiver in seen or (receiver, team) in chosen:
                    continue
                seen.add(receiver)
                came[receiver] = (judge, team, receiver)
                if load[receiver] <= load[giver] - 2:
                    chain = [came[receiver]]
                    while chain[0][0] != giver:
                        chain.insert(0, came[chain[0][0]])
                    return chain
                waiting.append(receiver)
    return []


def connect(chosen: set[Pair], forbidden: frozenset[Pair], taken: frozenset[Pair]) -> None:
    """Exchange the judges of two teams while that joins groups that have no judge and no team in common."""
    groups = groups_of(chosen | taken)
    while len(groups) > 1:
        exchange = joining_exchange(chosen, forbidden, taken, groups)
        if exchange is None:
            return
        (judge, team), (other_judge, other_team) = exchange
        chosen -= {(judge, team), (other_judge, other_team)}
        chosen |= {(judge, other_team), (other_judge, team)}
        groups = groups_of(chosen | taken)


def joining_exchange(
    chosen: set[Pair], forbidden: frozenset[Pair], taken: frozenset[Pair], groups: list[set[Pair]]
) -> tuple[Pair, Pair] | None:
    """Find two pairs of different groups whose exchange joins these; None when there are none.

    One of the two must not hold its own group together: what it leaves stays one group, with its judge and its team.
    """
    for group in groups:
        for judge, team in sorted(group & chosen):
            rest = group - {(judge, team)}
            if len(groups_of(rest)) != 1 or not ends_in(rest, judge, team):
                continue
            for other_judge, other_team in sorted(chosen - group):
                crossed = {(judge, other_team), (other_judge, team)}
                if crossed.isdisjoint(forbidden) and crossed.isdisjoint(taken):
                    return (judge, team), (other_judge, other_team)
    return None


def ends_in(pairs: Collection[Pair], judge: str, team: str) -> bool:
    """Tell whether both a judge and a team occur in the pairs."""
    return any(pair[0] == judge for pair in pairs) and any(pair[1] == team for pair in pairs)


def groups_of(pairs: Collection[Pair]) -> list[set[Pair]]:
    """Split pairs into groups that share neither a judge nor a team."""
    teams_of, judges_of = defaultdict(set), defaultdict(set)
    for judge, team in pairs:
        teams_of[judge].add(team)
        judges_of[team].add(judge)
    groups = []
    left = set(teams_of)
    for start in sorted(teams_of):
        if start not in left:
            continue
        left.remove(start)
        members, waiting = {start}, [start]
        while waiting:
            reached = {judge for team in teams_of[waiting.pop()] for judge in judges_of[team]} & left
            left -= reached
            members |= reached
            waiting += reached
        groups.append({(judge, team) for judge in members for team in teams_of[judge]})
    return groups
