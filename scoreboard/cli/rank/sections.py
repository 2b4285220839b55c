"""What `scoreboard rank` adds when asked: is the winner safe, why one team is above another, what there is to ask."""

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from scoreboard.cli.rank.answer import Record
from scoreboard.cli.rank.formats import COLUMNS, aligned
from scoreboard.scoring.diagnosing.diagnostics import Diagnostics
from scoreboard.scoring.diagnosing.remark import Remark, decimal, percent, points
from scoreboard.scoring.explaining.explanation import Side, Why
from scoreboard.scoring.safety.contest import Recounted
from scoreboard.scoring.safety.sensitivity import Safety
from scoreboard.scoring.table import Ballots

JUDGES_SHOWN: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """What was asked for beside the standings; None is what was not."""

    safety: Safety | None
    why: Why | None
    diagnostics: Diagnostics | None

    def record(self, ballots: Ballots) -> Record:
        """Everything for programs."""
        record: Record = {}
        if self.safety is not None:
            record["safety"] = safety_record(self.safety)
        if self.why is not None:
            record["explanation"] = explanation_record(self.why, ballots)
        if self.diagnostics is not None:
            record["diagnostics"] = diagnostics_record(self.diagnostics)
        return record

    def texts(self, extent: float) -> list[str]:
        """Everything for people."""
        texts = []
        if self.safety is not None:
            texts.append(safety_text(self.safety))
        if self.why is not None:
            texts.append(explanation_text(self.why, extent))
        if self.diagnostics is not None:
            texts.append(diagnostics_text(self.diagnostics))
        return texts


def safety_record(safety: Safety) -> Record:
    """The verdict for programs, with every recount."""
    return {
        "verdict": safety.verdict,
        "first": safety.first,
        "top": safety.top,
        "held": safety.held,
        "top_held": safety.top_held,
        "counted": safety.counted,
        "sure": safety.sure,
        "close": safety.close,
        "recounts": [
            {
                "kind": each.recount.kind,
                "subject": each.recount.subject,
                "recount": str(each.recount.label),
                "first": each.first,
                "top": each.top,
                "holds_first": each.holds_first,
                "holds_top": each.holds_top,
                "refused": None if each.refused is None else str(each.refused),
            }
            for each in safety.recounts
        ],
        "words": _words(safety.remarks),
        "parts": [safety_record(part) for part in safety.parts],
    }


def safety_text(safety: Safety, title: str = "Is the winner safe?") -> str:
    """The verdict for people, with the recounts that came out otherwise and those that could not be made.

    Where there is no overall winner, the verdict on each group follows.
    """
    changed = [each for each in safety.recounts if each.refused is None and not (each.holds_first and each.holds_top)]
    refused = [each for each in safety.recounts if each.refused is not None]
    parts = [_filled(title), *_wrapped(safety.remarks)]
    if changed:
        parts += ["", "Recounts that come out otherwise:", *_listed(map(_outcome, changed))]
    if refused:
        unmade = _listed(f"{each.recount.label}: {each.refused}" for each in refused)
        parts += ["", "Recounts that could not be made:", *unmade]
    for part in safety.parts:
        parts += ["", safety_text(part, f"In the group of {' · '.join(part.first)}")]
    return "\n".join(parts)


def explanation_record(why: Why, ballots: Ballots) -> Record:
    """The explanation for programs: both teams' ballots, and the contrast weight of each ballot of the table."""
    return {
        "method": why.method,
        "one": asdict(why.one),
        "other": asdict(why.other),
        "difference": why.difference,
        "error": why.error,
        "above": why.above,
        "comparable": why.comparable,
        "influence": [{"judge": judge, "share": share} for judge, share in why.influence],
        "flip": None if why.flip is None else asdict(why.flip),
        "contrast": [
            {"judge": ballots.judges[judge], "team": ballots.teams[team], "total": total, "weight": weight}
            for judge, team, total, weight in zip(
                ballots.judge.tolist(), ballots.team.tolist(), ballots.total.tolist(), why.weight.tolist(), strict=True
            )
        ],
        "words": _words(why.remarks),
    }


def explanation_text(why: Why, extent: float) -> str:
    """The explanation for people."""
    parts = [_filled(f"Why {why.one.team} and {why.other.team} stand as they do"), *_wrapped(why.remarks)]
    for side in (why.one, why.other):
        parts += ["", _filled(side.team), *_side_text(side, extent)]
    shares = ", ".join(f"{judge} {percent(share)} %" for judge, share in why.influence[:JUDGES_SHOWN])
    return "\n".join([*parts, "", _filled(f"Influence on the difference: {shares}.")])


def diagnostics_record(found: Diagnostics) -> Record:
    """The diagnostics for programs: all numbers, and what is beyond its threshold."""
    return {
        "method": found.method,
        "variance": asdict(found.variance),
        "icc_agreement": found.icc_agreement,
        "icc_consistency": found.icc_consistency,
        "reliability": found.reliability,
        "agreement": asdict(found.agreement),
        "structure": asdict(found.structure),
        "connectivity": found.connectivity,
        "judges": [asdict(judge) for judge in found.judges],
        "odd": [asdict(ballot) for ballot in found.odd],
        "drift": None if found.drift is None else asdict(found.drift),
        "findings": [
            {
                "code": finding.code,
                "value": finding.value,
                "threshold": finding.threshold,
                "judge": finding.judge,
                "team": finding.team,
                "words": str(finding.remark),
            }
            for finding in found.findings
        ],
    }


def diagnostics_text(found: Diagnostics) -> str:
    """The diagnostics for people: how reliable the panel is, how judges agree, and what to ask about."""
    panel = found.agreement
    coefficients = {
        "reliability of the teams' scores": found.reliability,
        "agreement of single ballots, ICC(A,1)": found.icc_agreement,
        "consistency of single ballots, ICC(C,1)": found.icc_consistency,
        "Krippendorff's alpha, interval": panel.alpha_interval,
        "Krippendorff's alpha, ordinal": panel.alpha_ordinal,
        "Kendall's W": None if panel.concordance is None else panel.concordance.w,
    }
    checks = [
        (*(_decimal(number) for number in (check.infit, check.outfit, check.rest, check.halo)), check.judge)
        for check in found.judges
    ]
    asked = _listed(str(finding.remark) for finding in found.findings)
    return "\n".join(
        [
            "What to know of the panel; none of it changes a score",
            aligned([(_decimal(number), name) for name, number in coefficients.items()]),
            "",
            aligned([("infit", "outfit", "rest", "halo", "judge"), *checks]),
            "",
            *(asked or ["Nothing is beyond its threshold."]),
        ]
    )


GIVEN: Final = ("given", "severity", "+-", "spread", "precision", "adjusted", "weight", "judge")


def _side_text(side: Side, extent: float) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [
        (
            points(ballot.given, extent),
            points(ballot.severity, extent),
            points(ballot.se, extent) if math.isfinite(ballot.se) else "-",
            decimal(ballot.spread),
            decimal(ballot.precision),
            points(ballot.adjusted, extent) if ballot.heard else "set aside",
            f"{ballot.weight + 0.0:+.3f}",
            ballot.judge,
        )
        for ballot in side.ballots
    ]
    yield aligned([GIVEN, *rows])
    if side.mean is not None:
        yield (
            f"mean of adjusted {points(side.mean, extent)}, of its distance from {points(side.expected, extent)} "
            f"{round(100 * side.kept)} % is kept: {points(side.score, extent)}"
        )


def _outcome(each: Recounted) -> str:
    first = "" if each.holds_first else f"1st is {' · '.join(each.first)}; "
    return f"{each.recount.label}: {first}first places {' · '.join(each.top)}"


def _decimal(number: float | None) -> str:
    return "-" if number is None else decimal(number)


def _filled(words: str) -> str:
    return textwrap.fill(words, COLUMNS)


def _listed(items: Iterable[str]) -> list[str]:
    return [textwrap.fill(item, COLUMNS, initial_indent="- ", subsequent_indent="  ") for item in items]


def _wrapped(remarks: Sequence[Remark]) -> list[str]:
    return [_filled(words) for words in _words(remarks)]


def _words(remarks: Sequence[Remark]) -> list[str]:
    return [str(each) for each in remarks]
