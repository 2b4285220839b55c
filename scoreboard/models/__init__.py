"""The tables.

Rows are built from validated forms and never from raw input: a SQLModel table does not validate. What the forms
refuse, the CHECK constraints refuse too, so that a fault in a form cannot store nonsense. Every type is one that
SQLite and PostgreSQL share.

Names and other texts that an organiser writes exist in both languages: ``name_en`` and ``name_ar``, either of which
may be empty, never both. Times are aware and in UTC. Numbers of a rubric are exact: a whole number of thousandths.
"""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from scoreboard.models.access import (
    Deployment,
    DevicePin,
    JudgeDevice,
    JudgeLink,
    Membership,
    OneTimeLink,
    Organiser,
    OutsideSignIn,
    RecoveryCode,
    SignIn,
)
from scoreboard.models.event import (
    LONGEST_VISIT,
    Award,
    Conflict,
    Criterion,
    Entry,
    Event,
    Judge,
    Organisation,
    Round,
    Team,
    Track,
)
from scoreboard.models.hall import Absence, PaperBallot, Signature, SigningPin
from scoreboard.models.record import (
    AnnouncementSeen,
    Assignment,
    Ballot,
    Checkpoint,
    Draft,
    Hold,
    LateBallot,
    LedgerHead,
    LogEntry,
    Run,
    Score,
)

metadata: MetaData = SQLModel.metadata

__all__ = [
    "LONGEST_VISIT",
    "Absence",
    "AnnouncementSeen",
    "Assignment",
    "Award",
    "Ballot",
    "Checkpoint",
    "Conflict",
    "Criterion",
    "Deployment",
    "DevicePin",
    "Draft",
    "Entry",
    "Event",
    "Hold",
    "Judge",
    "JudgeDevice",
    "JudgeLink",
    "LateBallot",
    "LedgerHead",
    "LogEntry",
    "Membership",
    "OneTimeLink",
    "Organisation",
    "Organiser",
    "OutsideSignIn",
    "PaperBallot",
    "RecoveryCode",
    "Round",
    "Run",
    "Score",
    "SignIn",
    "Signature",
    "SigningPin",
    "Team",
    "Track",
    "metadata",
]
