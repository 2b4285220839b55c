import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded import SLUG, Lived, live

from scoreboard.cli.main import commands


def ran(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_a_record_is_written_plain_or_packed(genuine: Lived, tmp_path: Path) -> None:
    for name in ("r.ndjson", "r.ndjson.gz"):
        code, said = ran("record", SLUG, tmp_path / name, "--database", genuine.path)
        assert (code, said.split(" holds ")[1].split(":")[0]) == (0, SLUG)
    plain = (tmp_path / "r.ndjson").read_text(encoding="utf-8")
    assert plain == genuine.record() == gzip.decompress((tmp_path / "r.ndjson.gz").read_bytes()).decode()


def test_what_is_there_already_stays_unless_forced(genuine: Lived, tmp_path: Path) -> None:
    target = tmp_path / "r.ndjson"
    target.write_text("mine")
    assert ran("record", SLUG, target, "--database", genuine.path)[0] == 1
    assert target.read_text() == "mine"
    assert ran("record", SLUG, target, "--database", genuine.path, "--force")[0] == 0
    assert json.loads(target.read_text(encoding="utf-8").splitlines()[0])["scoreboard"] == "record"


@pytest.mark.parametrize(
    ("slug", "database", "words"),
    [
        ("none", "", "there are: services-2026"),
        (SLUG, "/nowhere.db", "There is no database"),
        (SLUG, "/etc/hostname", ""),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(
    slug: str, database: str, words: str, genuine: Lived, tmp_path: Path
) -> None:
    code, said = ran("record", slug, tmp_path / "r.ndjson", "--database", database or genuine.path)
    assert code == 1
    assert words in said
    assert list(tmp_path.iterdir()) == []


async def test_without_the_key_only_what_is_signed_can_be_written(tmp_path: Path) -> None:
    lived = await live(tmp_path / "event", until="open", signed=False)
    target = tmp_path / "r.ndjson"
    assert ran("record", SLUG, target, "--database", lived.path)[0] == 0
    target.unlink()
    lived.path.with_name("event.db.key").unlink()
    code, said = ran("record", SLUG, target, "--database", lived.path)
    assert (code, target.exists()) == (1, False)
    assert "The signing key" in said
