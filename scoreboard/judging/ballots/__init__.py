"""A judge's whole answer for a team: checked, appended as a revision, never overwritten.

The phone names its ballot (``uuid``), so a repeat is known and answered as the first time. It says which revision it
was made from, so an old copy that arrives late never covers a newer correction. All that decides whether a ballot is
taken is read in the transaction that stores it.

`forms` is what a phone sends, `checks` what must hold, `storing` takes a ballot in, `late` keeps one that comes after
the close, `drafts` what is only begun, `reading` gives those that are stored, `reoffers` takes back what phones offer
again after a restore.
"""

from scoreboard.judging.ballots.checks import Caller, allow, round_and_team, stored_id
from scoreboard.judging.ballots.drafts import DraftForm, drafts_of, keep_draft
from scoreboard.judging.ballots.forms import LONGEST_TEXT, BallotForm, Value, plain_text
from scoreboard.judging.ballots.late import late_ballots, waiting
from scoreboard.judging.ballots.reading import AcceptedBallot, CurrentBallot, current_ballots, rubric_of
from scoreboard.judging.ballots.reoffers import ReofferForm, reoffer
from scoreboard.judging.ballots.storing import store, submit

__all__ = [
    "LONGEST_TEXT",
    "AcceptedBallot",
    "BallotForm",
    "Caller",
    "CurrentBallot",
    "DraftForm",
    "ReofferForm",
    "Value",
    "allow",
    "current_ballots",
    "drafts_of",
    "keep_draft",
    "late_ballots",
    "plain_text",
    "reoffer",
    "round_and_team",
    "rubric_of",
    "store",
    "stored_id",
    "submit",
    "waiting",
]
