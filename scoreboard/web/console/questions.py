"""What diagnostics look at, and what each finding asks. Nothing here accuses anybody, and nothing changes a score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scoreboard.i18n import _
from scoreboard.scoring.diagnosing.findings import ALIKE, ERRORS, RELIABLE, Finding
from scoreboard.scoring.diagnosing.judge_findings import AGAINST, HALO, MUTED, NOISY, STRAIGHT
from scoreboard.scoring.diagnosing.odd import FAR
from scoreboard.scoring.diagnosing.remark import decimal, percent
from scoreboard.scoring.methods.adaptive import CONSTANT_FROM
from scoreboard.scoring.methods.mixed import INCONSISTENT_BELOW, NARROW_BELOW, WIDE_ABOVE


class Subject(StrEnum):
    """What a check is about."""

    PANEL = "panel"
    COVERAGE = "coverage"
    JUDGE = "judge"
    BALLOT = "ballot"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at.

    `name` in words; `threshold`, `%(threshold)s` of which is `limit` (None: the words need no number); and what a
    finding `asks`.
    """

    subject: Subject
    name: str
    threshold: str
    limit: str | None
    asks: str


CHECKS: Final[Mapping[str, Check]] = {
    "flat": Check(
        Subject.PANEL,
        _("Differences between teams"),
        _("none at all"),
        None,
        _("Do the levels of the criteria let judges tell teams apart?"),
    ),
    "unreliable": Check(
        Subject.PANEL,
        _("Reliability of the scores"),
        _("below %(threshold)s"),
        decimal(RELIABLE),
        _("Are more ballots possible, or should the jury deliberate on the order?"),
    ),
    "alike": Check(
        Subject.PANEL,
        _("Differences in severity, as a share of the differences between teams"),
        _("below %(threshold)s"),
        decimal(ALIKE),
        _("Nothing to ask: this is good news."),
    ),
    "drift": Check(
        Subject.PANEL,
        _("Change of scores over time, in standard errors"),
        _("above %(threshold)s"),
        f"{ERRORS:g}",
        _("Did later teams show more, or did the standard shift?"),
    ),
    "groups": Check(
        Subject.COVERAGE,
        _("Groups of teams without a common judge"),
        _("above %(threshold)s"),
        "1",
        _("Can a judge of one group visit a team of another?"),
    ),
    "bridge": Check(
        Subject.COVERAGE,
        _("What the comparison hangs by alone"),
        _("any"),
        None,
        _("Would one more visit make the comparison firmer?"),
    ),
    "thin": Check(
        Subject.COVERAGE,
        _("Ballots of a team"),
        _("below the minimum of the round"),
        None,
        _("Who can still visit this team?"),
    ),
    "lone": Check(
        Subject.COVERAGE,
        _("Ballots of a judge"),
        _("a single one"),
        None,
        _("Can this judge see another team?"),
    ),
    "severity": Check(
        Subject.JUDGE,
        _("Severity, in standard errors"),
        _("above %(threshold)s"),
        f"{ERRORS:g}",
        _("Does the judge read the levels of the criteria as the others do?"),
    ),
    "narrow": Check(
        Subject.JUDGE,
        _("Spread: narrow use of the scale"),
        _("below %(threshold)s"),
        decimal(NARROW_BELOW),
        _("Does the judge keep to the middle of the scale on purpose?"),
    ),
    "wide": Check(
        Subject.JUDGE,
        _("Spread: wide use of the scale"),
        _("above %(threshold)s"),
        decimal(WIDE_ABOVE),
        _("Did the judge see differences as large as that?"),
    ),
    "inconsistent": Check(
        Subject.JUDGE,
        _("Precision"),
        _("below %(threshold)s"),
        decimal(INCONSISTENT_BELOW),
        _("Did something make these visits harder to judge: time, language, the subject?"),
    ),
    "constant": Check(
        Subject.JUDGE,
        _("The same total on every ballot"),
        _("from %(threshold)s ballots on"),
        str(CONSTANT_FROM),
        _("Were these teams all equal to the judge, or were the ballots a placeholder?"),
    ),
    "straight": Check(
        Subject.JUDGE,
        _("Ballots with one score on all criteria"),
        _("above %(threshold)s"),
        f"{percent(STRAIGHT)}%",
        _("Did the judge consider each criterion by itself?"),
    ),
    "noisy": Check(
        Subject.JUDGE,
        _("Distance from the panel (infit)"),
        _("above %(threshold)s"),
        decimal(NOISY),
        _("Did the judge see something that the others did not?"),
    ),
    "muted": Check(
        Subject.JUDGE,
        _("Closeness to the panel (infit)"),
        _("below %(threshold)s"),
        decimal(MUTED),
        _("Were scores talked over before they were given?"),
    ),
    "against": Check(
        Subject.JUDGE,
        _("Correlation with the other judges"),
        _("below %(threshold)s"),
        decimal(AGAINST),
        _("Is the scale read the other way round, or is it a different view of what is good?"),
    ),
    "halo": Check(
        Subject.JUDGE,
        _("Differences between criteria within a ballot, as a share of what is usual"),
        _("below %(threshold)s"),
        decimal(HALO),
        _("Does one impression carry over to all criteria?"),
    ),
    "odd": Check(
        Subject.BALLOT,
        _("Distance of a ballot from what was expected, in standard deviations"),
        _("above %(threshold)s"),
        f"{FAR:g}",
        _("Is it a slip, a conflict of interest, or an opinion?"),
    ),
}


def by_subject(findings: Iterable[Finding]) -> dict[Subject, list[Finding]]:
    """The findings of each subject that has some, in the order in which they were found."""
    found = list(findings)
    grouped = {subject: [each for each in found if CHECKS[each.code].subject is subject] for subject in Subject}
    return {subject: some for subject, some in grouped.items() if some}


def by_code(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings that ask the same."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.code, []).append(finding)
    return grouped


def tally(findings: Sequence[Finding]) -> list[tuple[Check, int]]:
    """Every check with how often its threshold was crossed: also what is in order is told."""
    return [(check, sum(each.code == code for each in findings)) for code, check in CHECKS.items()]
