"""Who takes part, as the console lists them: judges with their links and devices, teams with their coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from scoreboard.judging import access, rounds
from scoreboard.judging.access import NewLink
from scoreboard.judging.ballots.signed import signatures
from scoreboard.judging.duty.progress import Count, Progress
from scoreboard.judging.pairing.devices import DeviceLine, devices_of, used_links
from scoreboard.models import Event, Judge, JudgeLink, Organisation, Signature, SigningPin, Team


@dataclass(frozen=True)
class JudgeLine:
    """A judge in the list: the live link, if any, its devices, and whether it was ever used.

    `signature` is under the ballots of the round that the event is in, `pin` what the judge signs with.
    """

    judge: Judge
    organisation: Organisation | None
    ballots: Count
    link: JudgeLink | None
    devices: list[DeviceLine]
    used: bool
    signature: Signature | None
    pin: SigningPin | None


@dataclass(frozen=True)
class TeamLine:
    """A team in the list."""

    team: Team
    organisation: Organisation | None
    ballots: Count


def organisations_of(session: Session, event: Event) -> dict[int | None, Organisation]:
    """An event's organisations by id."""
    found = session.exec(select(Organisation).where(Organisation.event_id == event.id))
    return {organisation.id: organisation for organisation in found}


def live_links(session: Session, event: Event) -> dict[int, JudgeLink]:
    """The link of each judge that has one that was not revoked, by the judge's id."""
    found = session.exec(
        select(JudgeLink)
        .join(Judge, col(Judge.id) == JudgeLink.judge_id)
        .where(Judge.event_id == event.id, col(JudgeLink.revoked_at).is_(None))
    )
    return {link.judge_id: link for link in found}


def judge_lines(session: Session, event: Event, progress: Progress) -> list[JudgeLine]:
    """List an event's judges."""
    organisations = organisations_of(session, event)
    links = live_links(session, event)
    ids = [link.id or 0 for link in links.values()]
    devices, used = devices_of(session, ids), used_links(session, ids)
    round_ = rounds.current_round(session, event.id or 0)
    signed = signatures(session, round_.id or 0) if round_ else {}
    known = session.exec(
        select(SigningPin).join(Judge, col(Judge.id) == SigningPin.judge_id).where(Judge.event_id == event.id)
    )
    signing_pins = {pin.judge_id: pin for pin in known}
    lines = []
    for judge in progress.judges:
        link = links.get(judge.id or 0)
        lines.append(
            JudgeLine(
                judge=judge,
                organisation=organisations.get(judge.organisation_id),
                ballots=progress.of_judge(judge),
                link=link,
                devices=devices.get(link.id or 0, []) if link else [],
                used=link is not None and link.id in used,
                signature=signed.get(judge.id or 0),
                pin=signing_pins.get(judge.id or 0),
            )
        )
    return lines


def team_lines(session: Session, event: Event, progress: Progress) -> list[TeamLine]:
    """List an event's teams."""
    organisations = organisations_of(session, event)
    return [TeamLine(team, organisations.get(team.organisation_id), progress.of_team(team)) for team in progress.teams]


def judges_without_link(session: Session, event: Event) -> list[Judge]:
    """Judges who take part and cannot come in yet."""
    links = live_links(session, event)
    judges = session.exec(
        select(Judge).where(Judge.event_id == event.id, col(Judge.withdrawn_at).is_(None)).order_by(col(Judge.key))
    )
    return [judge for judge in judges if judge.id not in links]


def issue_missing_links(
    session: Session, event: Event, links: Sequence[NewLink], actor: str
) -> list[tuple[Judge, NewLink]]:
    """Store new links for judges who have none, as far as the links go; tell whose is which.

    Who lacks one is read in the same transaction, so that two organisers at once revoke nothing of each other's.
    """
    issued = list(zip(judges_without_link(session, event), links, strict=False))
    for judge, link in issued:
        access.issue_link(session, judge.id or 0, link, actor)
    return issued
