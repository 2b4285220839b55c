from datetime import UTC, datetime, timedelta

import pytest
from builder import build_event, issue_link
from pairs import first_device

from scoreboard.database import Database
from scoreboard.judging.pairing import devices, unsent
from scoreboard.judging.pairing.unsent import LONGEST, MOST, Unsent, unsent_from


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"unsent": "1", "oldest": "5"},
        {"unsent": "-1", "oldest": "5", "drafts": "0"},
        {"unsent": "1.5", "oldest": "5", "drafts": "0"},
        {"unsent": "١", "oldest": "5", "drafts": "0"},
        {"unsent": "", "oldest": "5", "drafts": "0"},
        {"unsent": f"{MOST + 1}", "oldest": "5", "drafts": "0"},
        {"unsent": "1", "oldest": f"{LONGEST + 1}", "drafts": "0"},
        {"unsent": "9" * 5000, "oldest": "5", "drafts": "0"},
    ],
)
def test_what_is_no_report_is_none(said: dict[str, str]) -> None:
    assert unsent_from(said) is None


def test_a_report_is_read_with_when_the_oldest_was_entered() -> None:
    found = unsent_from({"unsent": "2", "oldest": "180", "drafts": "1", "witness": "7"})
    assert found is not None
    assert found.since is not None
    assert (found.unsent, found.drafts) == (2, 1)
    assert abs(datetime.now(UTC) - found.since - timedelta(minutes=3)) < timedelta(seconds=30)
    assert unsent_from({"unsent": "0", "oldest": "180", "drafts": "0"}) == Unsent(0, None, 0)


async def test_a_report_is_kept_with_the_device_and_only_news_are_news(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    token = await database.write(first_device, link.secret)
    at = datetime.now(UTC) - timedelta(minutes=3, seconds=10)
    said = Unsent(2, at, 1)

    async def news(unsent_: Unsent) -> bool:
        return await database.read(unsent.is_news, token, unsent_)

    assert await news(said)
    await database.write(unsent.note_unsent, token, said)
    (line,) = await database.read(devices.devices_of_judge, cast.judges["J1"])
    assert (line.device.unsent, line.device.unsent_since, line.device.drafts, line.minutes_unsent) == (2, at, 1, 3)
    others = [Unsent(3, at, 1), Unsent(2, at, 0), Unsent(2, at + timedelta(minutes=1), 1), Unsent(0, None, 1)]
    assert [await news(each) for each in others] == [True] * 4
    assert [await news(each) for each in (said, Unsent(2, at + timedelta(seconds=9), 1))] == [False, False]


async def test_of_a_session_without_a_device_nothing_is_kept(database: Database) -> None:
    await build_event(database)
    assert not await database.read(unsent.is_news, "stranger", Unsent(1, datetime.now(UTC), 0))
    await database.write(unsent.note_unsent, "stranger", Unsent(1, datetime.now(UTC), 0))
