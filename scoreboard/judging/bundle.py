"""What a judge's phone shows: one round with its rubric, the judge's teams in visiting order, and own ballots.

Nothing of other judges and nothing of the standings is read here, so that nothing of them can be shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from sqlmodel import Session, col, select

from scoreboard.judging.announcements import announcements_for
from scoreboard.judging.ballots import (
    CurrentBallot,
    allow,
    current_ballots,
    drafts_of,
    late_ballots,
    round_and_team,
    rubric_of,
    stored_id,
)
from scoreboard.judging.ballots.signed import signature_of
from scoreboard.judging.reports.absences import reported_by
from scoreboard.judging.rounds import Phase, current_round, phase
from scoreboard.judging.rubric import total_of
from scoreboard.models import (
    Assignment,
    Ballot,
    Conflict,
    Criterion,
    Event,
    Judge,
    LateBallot,
    Organisation,
    Round,
    Signature,
    Team,
)

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class AssignedTeam:
    """A team that the judge is to score, and the judge's own ballot for it, if there is one."""

    team: Team
    organisation: Organisation | None
    state: str  # of the assignment: pending, skipped, done
    ballot: CurrentBallot | None
    total: Decimal | None  # of the ballot, 0 to 100, to a tenth
    absent: bool = False  # the judge reported it as not at its table, and nothing came of that yet

    @property
    def to_do(self) -> bool:
        """Whether the judge still owes a ballot."""
        return self.ballot is None and self.state != "skipped"


@dataclass(frozen=True)
class Bundle:
    """A judge's view of a round; `round` is None while the event has none."""

    event: Event
    judge: Judge
    organisation: Organisation | None  # the judge's
    round: Round | None
    rubric: tuple[Criterion, ...]
    assignments: tuple[AssignedTeam, ...]  # in the order of visits, without conflicts and teams that left
    left_out: int  # teams that the judge must not score
    signature: Signature | None = None  # under the ballots of this round: none of them can be changed

    @property
    def phase(self) -> Phase:
        """Where the round stands."""
        return phase(self.round) if self.round else Phase.PENDING

    @property
    def standing(self) -> str:
        """The same for a page: `none` before there is a round, `paused`, `signed` while nothing can be changed."""
        if self.round is None:
            return "none"
        if self.signature is not None and self.phase is not Phase.FINAL:
            return "signed"
        return "paused" if self.phase is Phase.OPEN and self.round.paused_at else str(self.phase)

    @property
    def expected(self) -> int:
        """How many ballots the judge is to give in all."""
        return sum(assigned.state != "skipped" or assigned.ballot is not None for assigned in self.assignments)

    @property
    def received(self) -> int:
        """How many of them have been received."""
        return sum(assigned.ballot is not None for assigned in self.assignments)

    def of(self, team_key: str) -> AssignedTeam:
        """Find one of the teams by its key; the key must be one of them."""
        return next(assigned for assigned in self.assignments if assigned.team.key == team_key)

    def next_after(self, team_key: str = "") -> AssignedTeam | None:
        """Find the next team to do, from the one named on and round to the start; None when all is done.

        A team that was reported as absent comes after all others.
        """
        keys = [assigned.team.key for assigned in self.assignments]
        start = keys.index(team_key) + 1 if team_key in keys else 0
        turned = self.assignments[start:] + self.assignments[:start]
        to_do = [assigned for assigned in turned if assigned.to_do and assigned.team.key != team_key]
        return min(to_do, key=lambda assigned: assigned.absent, default=None)

    def without_judge(self) -> Self:
        """The same for nobody: the event, the round and the rubric, with no team."""
        nobody = Judge(event_id=self.judge.event_id, key="", name_en="", name_ar="")
        return replace(self, judge=nobody, organisation=None, assignments=(), left_out=0)

    def as_json(self) -> dict[str, Any]:
        """The whole view as a program wants it: names in both languages, exact numbers as text, times in UTC."""
        return {
            "event": {"slug": self.event.slug, **names(self.event), "time_zone": self.event.time_zone},
            "judge": {"key": self.judge.key, "id": str(self.judge.id), **names(self.judge)},
            "organisation": names(self.organisation) if self.organisation else None,
            "left_out": self.left_out,
            "round": round_as_json(self.round) if self.round else None,
            "rubric": [criterion_as_json(criterion) for criterion in self.rubric],
            "assignments": [
                {
                    "team": assigned.team.key,
                    **names(assigned.team),
                    "project_en": assigned.team.project_en,
                    "project_ar": assigned.team.project_ar,
                    "table": assigned.team.desk,
                    "organisation": names(assigned.organisation) if assigned.organisation else None,
                    "state": assigned.state,
                    **({"absent": "reported"} if assigned.absent else {}),
                }
                for assigned in self.assignments
            ],
            "ballots": {a.team.key: a.ballot.as_json() for a in self.assignments if a.ballot},
            # When the judge signed them, and the receipt for that; null while they can be changed.
            "signed": {"at": self.signature.signed_at.isoformat(), "sequence": self.signature.sequence}
            if self.signature
            else None,
            "server_time": datetime.now(UTC).isoformat(),
        }


def holdings(session: Session, judge: Judge) -> dict[str, list[str]]:
    """Give the uuids of every ballot that was received from a judge, late or not, and the rounds whose result is final.

    A phone compares the first with what it was told was received, and may forget what is of the second.
    """
    uuids = session.exec(select(Ballot.uuid).where(Ballot.judge_id == judge.id).order_by(col(Ballot.sequence))).all()
    late = session.exec(
        select(LateBallot.uuid).where(LateBallot.judge_id == judge.id).order_by(col(LateBallot.sequence))
    ).all()
    final = session.exec(
        select(Round.key).where(Round.event_id == judge.event_id, col(Round.finalised_at).is_not(None))
    ).all()
    return {"received": [str(uuid) for uuid in dict.fromkeys([*uuids, *late])], "final": list(final)}


def notices(session: Session, judge: Judge, round_: Round | None) -> dict[str, Any]:
    """What became of the judge's late ballots of a round, and what the organisers have to say, the newest first.

    `late`: `uuid`, `team`, `state` (waiting, admitted, refused) and the `reason` of what was decided. `announcements`:
    the newest of the last day, each with its `sequence`, by which the phone says that it was `seen`. `drafts`: what was
    begun, on this device or another one, by team.
    """
    late = late_ballots(session, stored_id(round_), judge_id=judge.id) if round_ else []
    keys = dict(session.exec(select(Team.id, Team.key).where(col(Team.id).in_([each.team_id for each in late]))).all())
    return {
        "late": [
            {"uuid": str(each.uuid), "team": keys[each.team_id], "state": each.state, "reason": each.reason}
            for each in late
        ],
        "announcements": [each.as_json(judge.id or 0) for each in announcements_for(session, judge)],
        "drafts": drafts_of(session, judge, round_) if round_ else {},
    }


def names(thing: Event | Judge | Round | Team | Organisation | Criterion) -> dict[str, str]:
    """Give a thing's names in both languages."""
    return {"name_en": thing.name_en, "name_ar": thing.name_ar}


def round_as_json(round_: Round) -> dict[str, Any]:
    """Describe a round and where it stands."""
    times = ("opened_at", "paused_at", "closed_at", "finalised_at")
    return {
        "key": round_.key,
        **names(round_),
        "phase": str(phase(round_)),
        "visit_minutes": round_.visit_minutes,
        **{name: at.isoformat() if (at := getattr(round_, name)) else None for name in times},
    }


def criterion_as_json(criterion: Criterion) -> dict[str, Any]:
    """Describe a criterion with its level texts."""
    return {
        "key": criterion.key,
        **names(criterion),
        "description_en": criterion.description_en,
        "description_ar": criterion.description_ar,
        "weight": str(criterion.weight),
        "minimum": str(criterion.minimum),
        "maximum": str(criterion.maximum),
        "step": str(criterion.step),
        "levels": criterion.levels,
    }


def bundle_of(session: Session, judge: Judge) -> Bundle:
    """Collect a judge's view of the round that the event is in."""
    return collect(session, judge, current_round(session, judge.event_id))


def bundle_for(session: Session, judge: Judge, round_key: str, team_key: str) -> Bundle:
    """Collect a judge's view of a round that has this team in it. Raises Conflicted, NotAssigned."""
    round_, team = round_and_team(session, judge, round_key, team_key)
    allow(session, judge.id or 0, stored_id(round_), stored_id(team))
    return collect(session, judge, round_, keep=stored_id(team))


def collect(session: Session, judge: Judge, round_: Round | None, *, keep: int = 0) -> Bundle:
    """Collect a judge's view of a round; the team `keep` stays in it even if it no longer competes."""
    event = session.get_one(Event, judge.event_id)
    organisations = {
        organisation.id: organisation
        for organisation in session.exec(select(Organisation).where(Organisation.event_id == event.id))
    }
    conflicts = set(session.exec(select(Conflict.team_id).where(Conflict.judge_id == judge.id)).all())
    competing = col(Team.withdrawn_at).is_(None) & col(Team.disqualified_at).is_(None)
    left_out = session.exec(select(Team.id).where(col(Team.id).in_(conflicts), competing)).all()
    rubric: list[Criterion] = []
    ballots: Mapping[int, CurrentBallot] = {}
    reported: Collection[int] = ()
    rows: list[tuple[Assignment, Team]] = []
    if round_ is not None:
        round_id = stored_id(round_)
        rubric = rubric_of(session, round_id)
        ballots = {ballot.team_id: ballot for ballot in current_ballots(session, round_id, judge_id=judge.id)}
        reported = reported_by(session, round_id, judge.id or 0)
        rows = [
            (assignment, team)
            for assignment, team in session.exec(
                select(Assignment, Team)
                .join(Team, col(Team.id) == Assignment.team_id)
                .where(
                    Assignment.round_id == round_id, Assignment.judge_id == judge.id, competing | (col(Team.id) == keep)
                )
                .order_by(col(Assignment.position), col(Team.key))
            )
            if team.id not in conflicts
        ]
    return Bundle(
        event=event,
        judge=judge,
        organisation=organisations.get(judge.organisation_id),
        round=round_,
        rubric=tuple(rubric),
        assignments=tuple(
            AssignedTeam(
                team=team,
                organisation=organisations.get(team.organisation_id),
                state=assignment.state,
                ballot=(ballot := ballots.get(assignment.team_id)),
                total=total_of(rubric, ballot.scores).quantize(TENTH, ROUND_HALF_UP) if ballot else None,
                absent=ballot is None and assignment.state == "pending" and assignment.team_id in reported,
            )
            for assignment, team in rows
        ),
        left_out=len(left_out),
        signature=signature_of(session, stored_id(round_), judge.id or 0) if round_ else None,
    )
