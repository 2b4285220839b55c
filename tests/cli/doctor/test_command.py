import json
import re
from pathlib import Path

from click.testing import CliRunner, Result

from scoreboard.cli.main import commands


def doctor(*words: str) -> Result:
    return CliRunner().invoke(commands, ["doctor", *words])


def test_a_deployment_that_will_do_ends_with_nought(database_path: str) -> None:
    result = doctor("--database", database_path)
    assert result.exit_code == 0
    assert re.search(r"^GREEN  integrity +every page", result.output, re.MULTILINE)
    assert re.search(r"^AMBER  links .*\n +-> set SCOREBOARD_PUBLIC_ADDRESS", result.output, re.MULTILINE)
    assert result.output.endswith("This will do. What is amber deserves a look.\n")


def test_every_finding_that_is_not_green_says_what_to_do(database_path: str) -> None:
    told = json.loads(doctor("--database", database_path, "--json").output)
    assert told["level"] == "amber"
    assert [finding for finding in told["findings"] if (finding["level"] == "green") == bool(finding["advice"])] == []


def test_what_is_red_ends_with_one(tmp_path: Path) -> None:
    result = doctor("--database", str(tmp_path / "gone.db"))
    assert result.exit_code == 1
    assert re.search(r"^RED    database +There is no database", result.output, re.MULTILINE)


def test_the_level_is_also_a_colour(database_path: str) -> None:
    result = CliRunner().invoke(commands, ["doctor", "--database", database_path], color=True)
    assert "\x1b[32m\x1b[1mGREEN" in result.output
    assert "\x1b[33m\x1b[1mAMBER" in result.output
