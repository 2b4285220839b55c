"""The words for why one team is above another."""

from scoreboard.scoring.diagnosing.remark import Remark, percent, points, remark
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.explaining.contrast import Contrast
from scoreboard.scoring.explaining.explanation import Flip, Side
from scoreboard.scoring.ranks import SAME


def reasons(
    estimates: Estimates, one: Side, other: Side, contrast: Contrast, flip: Flip | None, *, comparable: bool
) -> tuple[Remark, ...]:
    """The explanation in sentences: scores, judges, shrinkage, the lead, what would flip it, what it rests on."""
    extent = estimates.extent
    leader, second = (other, one) if contrast.difference < 0 else (one, other)
    said = [_scores(estimates, leader, second)]
    if estimates.method != "raw":
        said += [_generosity(leader, second, extent), *_shrinkage(leader, second)]
    said += [_lead(leader, contrast, extent, first_leads=leader is one), *_flipping(flip, contrast, extent)]
    if not comparable:
        said.append(remark("No chain of judges joins the two: they compare only if their groups are equally strong."))
    return tuple(said)


def _scores(estimates: Estimates, leader: Side, second: Side) -> Remark:
    scores = {
        "one": leader.team,
        "one_score": points(leader.score, estimates.extent),
        "other": second.team,
        "other_score": points(second.score, estimates.extent),
    }
    if estimates.method == "raw":
        return remark("%(one)s %(one_score)s, %(other)s %(other_score)s.", **scores)
    return remark(
        "%(one)s %(one_score)s, %(other)s %(other_score)s (raw %(one_raw)s, %(other_raw)s).",
        **scores,
        one_raw=points(leader.raw, estimates.extent),
        other_raw=points(second.raw, estimates.extent),
    )


def _generosity(leader: Side, second: Side, extent: float) -> Remark:
    """Whose judges were more generous, by their mean severity, each as much as the judge is trusted."""
    gap = leader.severity - second.severity
    size = points(abs(gap), extent)
    if float(size) == 0:
        return remark("The judges of %(one)s and %(other)s were equally strict.", one=leader.team, other=second.team)
    lenient, strict = (second, leader) if gap > 0 else (leader, second)
    return remark(
        "The judges of %(lenient)s were %(points)s points more generous than those of %(strict)s, "
        "on the teams they share with others.",
        lenient=lenient.team,
        points=size,
        strict=strict.team,
    )


def _shrinkage(leader: Side, second: Side) -> tuple[Remark, ...]:
    kept = round(100 * leader.kept), round(100 * second.kept)
    if kept[0] == kept[1]:
        return ()
    return (
        remark(
            "Of the distance from the average, %(one_kept)s%% is kept for %(one)s and %(other_kept)s%% for %(other)s: "
            "the less a team's ballots tell, the less is kept.",
            one=leader.team,
            one_kept=kept[0],
            other=second.team,
            other_kept=kept[1],
        ),
    )


def _lead(leader: Side, contrast: Contrast, extent: float, *, first_leads: bool) -> Remark:
    lead = points(abs(contrast.difference), extent)
    if abs(contrast.difference) <= SAME * extent:
        return remark("The two are level.")
    if contrast.error is None or contrast.above is None:
        return remark("%(leader)s leads by %(lead)s points.", leader=leader.team, lead=lead)
    return remark(
        "%(leader)s leads by %(lead)s ± %(error)s points: %(percent)s%% sure.",
        leader=leader.team,
        lead=lead,
        error=points(contrast.error, extent),
        percent=percent(contrast.above if first_leads else 1 - contrast.above),
    )


def _flipping(flip: Flip | None, contrast: Contrast, extent: float) -> tuple[Remark, ...]:
    if abs(contrast.difference) <= SAME * extent:
        return ()
    if flip is None:
        return (remark("No change of a single ballot would flip the order."),)
    change = {"judge": flip.judge, "team": flip.team, "points": points(abs(flip.change), extent)}
    if flip.change < 0:
        lower = remark(
            "The order would flip if the ballot of %(judge)s for %(team)s were more than %(points)s points lower.",
            **change,
        )
        return (lower,)
    higher = remark(
        "The order would flip if the ballot of %(judge)s for %(team)s were more than %(points)s points higher.",
        **change,
    )
    return (higher,)
