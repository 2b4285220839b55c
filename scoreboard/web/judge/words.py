"""What the scripts of the judge's pages say, in the page's language."""

from typing import Any, Final, Literal, TypeAlias

from scoreboard.i18n import Language, _

PageName: TypeAlias = Literal["list", "card", "review", "empty"]

ALL: Final = {
    "not_scored": _("Not scored yet"),
    "draft": _("Saved on this phone"),
    "waiting": _("Saved on this phone. It is sent as soon as there is a connection."),
    "attention": _("Needs your attention"),
    "late_waiting": _("Kept as late. The organisers decide whether it counts."),
    "late_admitted": _("Late, and admitted by the organisers"),
    "late_refused": _("Late, and not admitted by the organisers: %(reason)s"),
    "come_back": _("Come back at %(time)s"),
    "skipped": _("Skipped for now"),
    "announced": _("From the organisers, %(time)s"),
    "table": _("Table %(table)s"),
    "unkept": _("This browser keeps nothing. Do not close this page before it says “Received”."),
    "restoring": _(
        "The server was restored from an earlier copy. Sending again what it lacks: %(done)s of %(of)s ballots."
    ),
    "restored": _("The server was restored from an earlier copy. It has all ballots of this phone again."),
}
LIST: Final = {
    "received": _("Received"),
    "excused": _("Excused by the organisers"),
    "absent": _("Reported as absent. The organisers look for the team."),
    "next_team": _("Next: %(team)s"),
    "not_yours": _("This team is not assigned to you."),
    "none_found": _("No team matches “%(typed)s”."),
    "move_up": _("Move %(team)s up"),
    "move_down": _("Move %(team)s down"),
    "moved": _("%(team)s is now number %(position)s of %(of)s in your order."),
    "doubt": _(
        "You place %(upper)s above %(lower)s, which has more points (%(less)s and %(more)s). "
        "Do you want to look at them again?"
    ),
}
CARD: Final = {
    "not_submitted": _("Saved on this phone. Not submitted yet."),
    "not_kept": _("Not submitted yet. Keep this page open."),
    "not_sent": _("Not received yet. Keep this page open."),
    "never_submitted": _("What was entered on this phone has never been submitted."),
    "sending": _("Saved on this phone. Sending…"),
    "portal": _("Saved on this phone. The network here asks you to sign in to it first."),
    "paused": _("Saved on this phone. It is sent when judging goes on."),
    "total": _("Total"),
    "next": _("Next team"),
    "all_teams": _("All my teams"),
    "signed_out": _("Saved on this phone. Please sign in again."),
    "distrusted": _("Saved on this phone. Not sent: see above."),
    "received_at": _("Received at %(time)s · receipt %(receipt)s · revision %(revision)s"),
    "minutes_left": _("Minutes left: %(n)s"),
    "visit_last": _("The last minute"),
    "visit_over": _("Time is up"),
    "missing": _("This criterion has no score yet."),
    "out_of_range": _("“%(value)s” is not a score here."),
    "level": "%(value)s: %(text)s",
    "level_above": _("Above %(value)s: %(text)s"),
    "level_below": _("Below %(value)s: %(text)s"),
    "scored": _("%(done)s of %(of)s scored"),
    "submit": _("Submit"),
    "submit_correction": _("Submit correction"),
    "asked_one_value": _("You gave the same on every criterion. Is that what you mean?"),
    "asked_always": _("“%(criterion)s” has got %(value)s from you for every team so far. Are they all alike in it?"),
    "asked_far": _("The total of %(value)s is far from your others, around %(mean)s. Is that what you mean?"),
}

OWN: Final[dict[PageName, dict[str, str]]] = {"list": LIST, "card": CARD, "review": {}, "empty": LIST | CARD}


def texts_for_script(language: Language, page: PageName) -> dict[str, Any]:
    """Give the texts of a page by their keys; one that counts has a form for each plural category."""
    texts = {key: language.text(text) for key, text in (ALL | OWN[page]).items()}
    return texts | counted(language) if page in {"list", "empty"} else texts


def counted(language: Language) -> dict[str, dict[str, str]]:
    """What the list counts."""
    return {
        "unsent": language.plural_forms(
            "%(shown)s ballot on this phone has not been received yet.",
            "%(shown)s ballots on this phone have not been received yet.",
        ),
        "teams_scored": language.plural_forms("%(done)s of %(of)s team scored", "%(done)s of %(of)s teams scored"),
        "done": language.plural_forms(
            "You have scored %(done)s of %(of)s team", "You have scored %(done)s of %(of)s teams"
        ),
        "found": language.plural_forms("%(shown)s team matches", "%(shown)s teams match"),
        "left_out": language.plural_forms(
            "%(shown)s team is left out because of a conflict of interest.",
            "%(shown)s teams are left out because of a conflict of interest.",
        ),
    }
