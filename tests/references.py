"""Reference tables with answers that others published or other software computed; see scoring/cases/SOURCES.md."""

import json
from pathlib import Path
from typing import Any

import pytest

from scoreboard.exchange.tables import read_score_table
from scoreboard.scoring.table import Ballots

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "scoring" / "cases"
REFERENCE = ROOT.parent / "shared" / "data"  # tables whose licence does not let us keep a copy

# Tables of which R computed z-scores, agreement and mixed models.
COMPUTED = [
    "appletaste",
    "conference_kuhlisch2016",
    "french_fries_potato",
    "irr_anxiety",
    "irr_video",
    "paris1976_white",
    "shrout_fleiss",
    "sirt_ratings1",
    "sirt_ratings2",
    "tam_ex10",
    "wine_bitterness",
]


def found(name: str) -> Path:
    """Where a file is: among the cases, or in the reference folder beside this checkout; else the test is skipped."""
    for folder in (CASES, REFERENCE):
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"the reference table {name} is not here, as its licence lets us keep no copy")


def reference(name: str) -> Ballots:
    """The ballots of a reference table."""
    return read_score_table(found(f"{name}.csv")).ballots()


def expected(name: str) -> dict[str, Any]:
    """What others found about it."""
    answer: dict[str, Any] = json.loads(found(f"{name}_expected.json").read_text(encoding="utf-8"))
    return answer
