import re
from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from scoreboard.i18n import Named, language
from scoreboard.judging import ledger
from scoreboard.judging.ledger.entries import written_time
from scoreboard.models import Judge, LogEntry, Team
from scoreboard.web.console.words import CHANGES, KINDS, SENTENCES, LogLine, log_line

NAMED: dict[str, Named] = {
    "judge:J1": Judge(event_id=1, key="J1", name_en="Aisha", name_ar="عائشة"),
    "team:T1": Team(event_id=1, key="T1", name_en="<Oasis>", name_ar="واحة"),
}


def told(action: str, subject: str, code: str = "en", actor: str = "organiser:olga", **payload: object) -> LogLine:
    entry = LogEntry(
        event_id=1,
        sequence=7,
        at=written_time(datetime.now(UTC)),
        actor=actor,
        action=action,
        subject=subject,
        payload=ledger.canonical(payload),
        salt="",
        leaf="",
        hash="",
    )
    return log_line(entry, NAMED, language(code))


def plain(text: Markup) -> str:
    return re.sub("</?bdi>", "", text)


def test_people_and_teams_are_named_and_names_are_no_markup() -> None:
    line = told("ballot.submitted", "team:T1", actor="judge:J1", comment="a hash")
    assert (line.sentence, line.actor, line.reason) == (
        "Ballot for <bdi>&lt;Oasis&gt;</bdi> received",
        "<bdi>Aisha</bdi>",
        "",
    )


def test_a_decision_tells_both_sides_and_its_reason() -> None:
    line = told("assignment.skipped", "judge:J1", team="T1", round="final", reason="ill")
    assert (plain(line.sentence), line.reason) == ("Aisha excused from &lt;Oasis&gt;", "ill")


def test_what_an_import_did_is_told_by_kind() -> None:
    assert plain(told("team.changed", "team:T1").sentence) == "Changed: team &lt;Oasis&gt;"
    assert plain(told("criterion.removed", "criterion:final/impact").sentence) == "Removed: criterion final/impact"


def test_an_action_without_words_is_shown_as_it_is_stored() -> None:
    assert told("moon.landed", "crater:<1>").sentence == '<code dir="ltr">moon.landed crater:&lt;1&gt;</code>'


@pytest.mark.parametrize("code", ["ar", "en"])
def test_every_sentence_can_be_filled_in_both_languages(code: str) -> None:
    actions = [*SENTENCES, *(f"{kind}.{change}" for kind in KINDS for change in CHANGES)]
    assert [action for action in actions if "<code" in told(action, "team:T1", code, team="T1").sentence] == []


def test_arabic_names_are_used_in_arabic() -> None:
    assert "واحة" in told("team.withdrawn", "team:T1", "ar").sentence
