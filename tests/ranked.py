"""`scoreboard rank`, called as a person would, in this process."""

import json
from typing import Any

from click.testing import CliRunner, Result

from scoreboard.cli.rank.command import rank

# Ada and Bob share no team with Eve and Dan.
APART = """judge,team,score
Ada,Falcon,8
Ada,Oryx,7
Bob,Falcon,9
Bob,Oryx,6
Dan,Ibis,3
Dan,Lynx,4
Dan,Ray,1
Eve,Ibis,5
Eve,Lynx,5
Eve,Ray,2
"""


def run(*arguments: str, given: str | bytes = "") -> Result:
    """What the command says and prints; `given` is its standard input."""
    return CliRunner().invoke(rank, arguments, given)


def ranked(*arguments: str, given: str | bytes = "") -> dict[str, Any]:
    """What it answers as JSON."""
    result = run(*arguments, "--format", "json", given=given)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer
