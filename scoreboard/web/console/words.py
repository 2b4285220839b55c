"""The ledger in words: each entry as a sentence, with the names of the people and teams that it is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from scoreboard.i18n import Language, Named, _
from scoreboard.judging import ledger
from scoreboard.judging.duty.progress import Overview
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.models import LogEntry
from scoreboard.web.console.role_words import NAMES

SENTENCES: Final[Mapping[str, str]] = {
    "ledger.opened": _("Ledger opened"),
    "key.rotated": _("Signing key changed"),
    "ballot.submitted": _("Ballot for %(subject)s received"),
    "ballot.corrected": _("Ballot for %(subject)s corrected"),
    "ballot.late": _("Late ballot for %(subject)s received"),
    "ballot.admitted": _("Late ballot for %(subject)s accepted"),
    "late.refused": _("Late ballot for %(subject)s refused"),
    "late.reopened": _("Refusal of a late ballot for %(subject)s taken back"),
    "announcement.made": _("Message to %(subject)s"),
    "round.paused": _("Judging paused: %(subject)s"),
    "round.resumed": _("Judging goes on: %(subject)s"),
    "round.opened": _("Judging opened: %(subject)s"),
    "round.reopened": _("Judging opened again: %(subject)s"),
    "round.frozen": _("Public board frozen: %(subject)s"),
    "result.kept": _("What the frozen board shows was recorded: %(subject)s"),
    "round.thawed": _("Public board thawed: %(subject)s"),
    "round.closed": _("Judging closed: %(subject)s"),
    "round.finalised": _("Result finalised: %(subject)s"),
    "groups.accepted": _("Groups accepted as equally strong: %(subject)s"),
    "groups.acceptance_withdrawn": _("Acceptance of the groups taken back: %(subject)s"),
    "link.issued": _("Personal link issued to %(subject)s"),
    "link.revoked": _("Personal link of %(subject)s revoked"),
    "judge.signed_in": _("%(subject)s signed in"),
    "device.paired": _("%(subject)s came in on a new device: %(device)s"),
    "device.revoked": _("A device of %(subject)s was signed out"),
    "pin.issued": _("PIN for a further device shown: %(subject)s"),
    "pin.spent": _("PIN of %(subject)s ended by wrong tries"),
    "pin.reset": _("PIN for signing reset: %(subject)s"),
    "ballot.paper": _("Ballot on paper for %(subject)s taken in"),
    "ballots.signed": _("All ballots signed: %(subject)s"),
    "signature.lifted": _("Signature of %(subject)s lifted"),
    "paper.entered": _("Ballot on paper for %(subject)s typed in, to be confirmed"),
    "paper.discarded": _("Ballot on paper for %(subject)s put aside"),
    "absence.reported": _("Team %(subject)s is not at its table"),
    "absence.settled": _("Report on team %(subject)s settled"),
    "pin.alarmed": _("Many wrong PINs were tried, with the badge of %(subject)s"),
    "assignment.skipped": _("%(subject)s excused from %(team)s"),
    "assignment.resumed": _("%(subject)s to score %(team)s again"),
    "member.added": _("%(subject)s was given a role: %(role)s"),
    "member.changed": _("%(subject)s was given another role: %(role)s"),
    "member.removed": _("%(subject)s has no role any more"),
    "result.proposed": _("Result proposed, to be confirmed by a second person: %(subject)s"),
    "team.withdrawn": _("Team %(subject)s withdrew"),
    "team.disqualified": _("Team %(subject)s disqualified"),
    "team.restored": _("Team %(subject)s competes again"),
}
UNKNOWN_DEVICE: Final = _("Unknown device")
# What an import did, whatever it did it to.
CHANGES: Final[Mapping[str, str]] = {
    "added": _("Added: %(kind)s %(subject)s"),
    "changed": _("Changed: %(kind)s %(subject)s"),
    "removed": _("Removed: %(kind)s %(subject)s"),
    "reordered": _("Reordered: %(kind)s %(subject)s"),
}
KINDS: Final[Mapping[str, str]] = {
    "event": _("event"),
    "round": _("round"),
    "criterion": _("criterion"),
    "organisation": _("organisation"),
    "track": _("track"),
    "award": _("award"),
    "team": _("team"),
    "judge": _("judge"),
    "conflict": _("conflict of interest"),
    "assignment": _("assignment"),
}


@dataclass(frozen=True)
class LogLine:
    """An entry as it is shown."""

    sequence: int
    at: datetime
    actor: Markup
    sentence: Markup
    reason: str


def log_lines(overview: Overview, language: Language) -> list[LogLine]:
    """Put the newest entries of an event into words."""
    named: dict[str, Named] = {
        **{f"judge:{judge.key}": judge for judge in overview.progress.judges},
        **{f"team:{team.key}": team for team in overview.progress.teams},
        **{f"round:{round_.key}": round_ for round_ in overview.rounds},
        f"event:{overview.event.slug}": overview.event,
    }
    return [log_line(entry, named, language) for entry in overview.entries]


def log_line(entry: LogEntry, named: Mapping[str, Named], language: Language) -> LogLine:
    """Put one entry into words; an action without words is shown as it is stored."""
    payload: dict[str, Any] = json.loads(entry.payload)
    kind, _dot, action = entry.action.partition(".")

    def name(reference: str) -> Markup:
        thing = named.get(reference)
        return isolated(language.name(thing) if thing else reference.partition(":")[2] or reference)

    if message := SENTENCES.get(entry.action):
        role = str((payload.get("after") or {}).get("role", "")) if kind == "member" else ""
        sentence = filled(
            language,
            message,
            subject=name(entry.subject),
            team=name(f"team:{payload.get('team', '')}"),
            device=isolated(str(payload.get("name") or language.text(UNKNOWN_DEVICE))),
            role=language.text(NAMES[Role(role)]) if role in GIVEN else role,
        )
    elif kind in KINDS and action in CHANGES:
        sentence = filled(language, CHANGES[action], kind=language.text(KINDS[kind]), subject=name(entry.subject))
    else:
        sentence = Markup('<code dir="ltr">{} {}</code>').format(entry.action, entry.subject)
    return LogLine(
        sequence=entry.sequence,
        at=ledger.time_of(entry.at),
        actor=name(entry.actor),
        sentence=sentence,
        reason=reason_in(kind, payload, language),
    )


def reason_in(kind: str, payload: Mapping[str, Any], language: Language) -> str:
    """What somebody wrote who decided something, or told judges something."""
    if kind == "ballot":  # its comment is but a fingerprint
        return str(payload.get("late", {}).get("reason", ""))
    if kind == "announcement":
        return language.choose(str(payload.get("text_en", "")), str(payload.get("text_ar", "")))[0]
    return str(payload.get("reason") or payload.get("comment") or "")


def isolated(text: str) -> Markup:
    """A text kept from disturbing the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def filled(language: Language, message: str, **params: str) -> Markup:
    """Translate a sentence and fill in names, each escaped unless it is markup already."""
    return Markup(language.text(message)) % params  # noqa: S704  (the catalogue's own words)
