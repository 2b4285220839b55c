import re
from pathlib import Path

import pytest
from sqlmodel import select

from scoreboard.cli.demo import run
from scoreboard.cli.simulation import Tally
from scoreboard.database import opened
from scoreboard.models import Ballot
from scoreboard.settings import Settings


async def test_the_demo_judges_and_its_board_equals_what_the_database_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database=str(tmp_path / "demo.db"), port=0)
    tally = Tally()
    await run(settings, tally, speed=100, seed=7, seconds=6)
    printed = capsys.readouterr().out
    assert re.search(r"^Board +http://127\.0\.0\.1:\d+/e/\S+$", printed, re.MULTILINE)
    assert re.search(r"^Console +http://127\.0\.0\.1:\d+/console/enter#\S+$", printed, re.MULTILINE)
    assert re.search(r"^Judge +http://127\.0\.0\.1:\d+/j#\S+$", printed, re.MULTILINE)
    assert "█" in printed
    assert tally.ballots > 40
    assert tally.corrections > 0
    assert tally.refused == []
    assert [record.getMessage() for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}] == []
    async with opened(settings.database) as database:
        stored = await database.read(lambda session: len(session.exec(select(Ballot.id)).all()))
    assert stored >= tally.ballots  # one may have been stored whose answer the judge no longer waited for
