"""Every error that Scoreboard raises, as one tree.

ScoreboardError                    500  what a person is told, in their language, with a stable code
├── InvalidInput                   422  what was sent cannot be taken
│   ├── InvalidBallot                   ScoreOutOfRange, UnknownCriterion, MissingCriterion
│   ├── InvalidTable                    a table of scores that cannot be read or ranked
│   ├── InvalidEvent                    an event folder with faults; carries them all
│   ├── JudgeAndMember                  one person on both sides: a judge or organiser, and a team's member
│   └── InvalidForm                     a form with a missing or unusable field
├── NotSignedIn                    401  no session, or one that has ended
│   └── DeviceRevoked                   the organisers have signed this device out
├── Forbidden                      403
│   ├── NotAssigned                     this judge does not score this team
│   ├── PinWanted                       a judge's link is in use on another device: this one needs a PIN
│   ├── WrongPin                        a PIN that is not the one, or no longer good
│   ├── PinSpent                        too many wrong PINs: an organiser has to reset it
│   ├── NotConfirmed                    this needs a sign-in of the last few minutes
│   ├── ReceiptRefused                  a receipt that this server did not give for this ballot
│   └── Conflicted                      this judge must not score this team
├── NotFound                       404
├── Clash                          409  the world moved on since the page was loaded
│   ├── StaleBallot                     a newer revision exists; carries the current ballot
│   ├── BallotReused                    the uuid belongs to another ballot
│   ├── RevisionMissing                 an earlier revision has to be offered again first
│   ├── RoundNotOpen                    the round takes no ballots now
│   ├── RoundPaused                     the round takes none for a while
│   ├── BallotsSigned                   the judge has signed the ballots of this round
│   ├── TeamNotCompeting                the team has withdrawn or was disqualified
│   ├── RubricLocked                    the rubric already has ballots
│   ├── WrongPhase                      this step does not follow from where the round stands
│   ├── SecondPersonNeeded              a result that one person alone cannot make final
│   ├── Outdated                        what this rests on has changed in the meantime
│   └── NotReady                        finalising is blocked; carries what is missing
├── TooManyTries                   429  with the seconds to wait
├── Crowded                        503  too many connections; with the seconds to wait
├── Busy                           503  more is waiting than can be stored soon; nothing was stored
├── DiskFull                       507  nothing can be stored until there is room again
├── StorageFailed                  503  the disk failed; nothing is stored before a restart
└── Unusable                            the deployment cannot be used as it is (settings, database)

A message is an English sentence with named places, ``%(like)s`` this: it is the key into the catalogues, and its
parameters are filled in after it was translated.
"""

from typing import Any, ClassVar


class ScoreboardError(Exception):
    """Something went wrong that a person can be told about.

    `message` is an English sentence that the catalogues translate, `params` fill its named places, `extra` is what
    a program may want to know beside the words (JSON values only).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, extra: dict[str, Any] | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.extra = extra or {}

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class InvalidInput(ScoreboardError):
    """What was sent cannot be taken."""

    code = "invalid_input"
    status = 422


class InvalidBallot(InvalidInput):
    """A ballot that the rubric does not allow; each subclass says which way."""

    code = "invalid_ballot"


class ScoreOutOfRange(InvalidBallot):
    """A score outside its criterion's range, or between its steps."""

    code = "score_out_of_range"


class UnknownCriterion(InvalidBallot):
    """A score for a criterion that the round does not have."""

    code = "unknown_criterion"


class MissingCriterion(InvalidBallot):
    """A submitted ballot without a score for one of the criteria."""

    code = "missing_criterion"


class InvalidTable(InvalidInput):
    """A table of scores that cannot be read or ranked."""

    code = "invalid_table"


class InvalidEvent(InvalidInput):
    """An event folder with faults."""

    code = "invalid_event"


class InvalidForm(InvalidInput):
    """A form with a missing or unusable field."""

    code = "invalid_form"


class JudgeAndMember(InvalidInput):
    """One person on both sides: who judges or decides is no member of a team."""

    code = "judge_and_member"


class NotSignedIn(ScoreboardError):
    """No session, or one that has ended, or a secret that opens nothing."""

    code = "not_signed_in"
    status = 401


class DeviceRevoked(NotSignedIn):
    """The organisers have signed this device out."""

    code = "device_revoked"


class Forbidden(ScoreboardError):
    """Signed in, but not allowed."""

    code = "forbidden"
    status = 403


class NotAssigned(Forbidden):
    """This judge does not score this team in this round."""

    code = "not_assigned"


class Conflicted(Forbidden):
    """This judge must not score this team."""

    code = "conflicted"


class PinWanted(Forbidden):
    """A judge's link is in use on another device already: this one needs a PIN besides."""

    code = "pin_wanted"


class WrongPin(Forbidden):
    """A PIN that is not the one, or is no longer good."""

    code = "wrong_pin"


class PinSpent(Forbidden):
    """Too many wrong PINs were typed: an organiser has to reset it."""

    code = "pin_spent"


class NotConfirmed(Forbidden):
    """What was asked for weighs so much that the person has to show again that it is them."""

    code = "not_confirmed"


class ReceiptRefused(Forbidden):
    """The receipt was not given by this server, or not for this ballot."""

    code = "receipt_refused"


class NotFound(ScoreboardError):
    """There is no such thing, or none that this person may know of."""

    code = "not_found"
    status = 404


class Clash(ScoreboardError):
    """The world moved on since the page was loaded."""

    code = "clash"
    status = 409


class StaleBallot(Clash):
    """The ballot was made from an older revision than the current one."""

    code = "stale_ballot"


class BallotReused(Clash):
    """The ballot's uuid is already taken by a different ballot."""

    code = "ballot_reused"


class RevisionMissing(Clash):
    """An earlier revision of the ballot lacks, and has to be offered again first."""

    code = "revision_missing"


class RoundNotOpen(Clash):
    """The round takes no ballots now."""

    code = "round_not_open"


class RoundPaused(Clash):
    """The organisers have paused the round: it takes ballots again after a while."""

    code = "round_paused"


class BallotsSigned(Clash):
    """The judge has confirmed the ballots of this round by a signature, which an organiser may lift."""

    code = "ballots_signed"


class TeamNotCompeting(Clash):
    """The team has withdrawn or was disqualified."""

    code = "team_not_competing"


class RubricLocked(Clash):
    """The round already has ballots that were made by its rubric."""

    code = "rubric_locked"


class WrongPhase(Clash):
    """This step does not follow from where the round stands."""

    code = "wrong_phase"


class SecondPersonNeeded(Clash):
    """The event asks for two persons: one proposes the result, another confirms it."""

    code = "second_person_needed"


class Outdated(Clash):
    """What this rests on has changed in the meantime."""

    code = "outdated"


class NotReady(Clash):
    """The round cannot be finalised yet; `extra` lists what is missing."""

    code = "not_ready"


class TooManyTries(ScoreboardError):
    """Too many wrong tries; `extra` holds the seconds to wait."""

    code = "too_many_tries"
    status = 429


class Crowded(ScoreboardError):
    """Too many hold a connection, or come at once; `extra` holds the seconds to wait."""

    code = "crowded"
    status = 503


class Busy(ScoreboardError):
    """More is waiting than can be stored soon, or another process stores for too long. Nothing of this was stored."""

    code = "busy"
    status = 503


class DiskFull(ScoreboardError):
    """There is no room for what was to be stored. Nothing of this request was stored."""

    code = "disk_full"
    status = 507


class StorageFailed(ScoreboardError):
    """The disk failed while something was stored. Whether that is kept is not known before a restart."""

    code = "storage_failed"
    status = 503


class Unusable(ScoreboardError):
    """The deployment cannot be used as it is: a setting, the database, its version."""

    code = "unusable"
