import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builder import Cast, build_event, score
from plumbing import Pipe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from scoreboard.database import Database
from scoreboard.figures.figures import Answered, Figures
from scoreboard.keeping.keeper import Keeper
from scoreboard.live.hub import Hub
from scoreboard.live.messages import console, public
from scoreboard.live.publisher import Publisher
from scoreboard.metrics.collecting import PREFIX, Parts, registry

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
async def parts(database: Database) -> AsyncIterator[Parts]:
    figures = Figures()
    hub = Hub(figures=figures)
    async with Publisher(database, hub) as publisher:
        yield Parts(figures, database, hub, publisher, Keeper(database, "off"))


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await build_event(database)


def told(everything: CollectorRegistry) -> dict[str, dict[str, float]]:
    """Each sample's value by its labels, by its name."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(generate_latest(everything).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[",".join(sample.labels.values())] = sample.value
    return found


async def test_viewers_and_what_they_were_sent_are_told_by_the_kind_of_topic(parts: Parts, cast: Cast) -> None:
    await parts.publisher.current(cast.event_id)
    full = Pipe(full=True)
    pipes = [Pipe(), Pipe(), full]
    for pipe in pipes:
        parts.hub.connect(public(cast.event_id), pipe)
    parts.hub.connect(public(cast.event_id), screen := Pipe(), first=True)
    parts.hub.connect(console(cast.event_id), organiser := Pipe(), first=True)
    found = told(registry(parts))
    assert found["scoreboard_viewers"] == {
        "first,public": 1,
        "others,public": 3,
        "first,console": 1,
        "others,console": 0,
    }
    assert found["scoreboard_viewers_paused"] == {"public": 1, "console": 0}
    written = {"public": sum(len(pipe.sent + pipe.unsent) for pipe in (*pipes, screen)), "console": len(organiser.sent)}
    assert found["scoreboard_pushed_bytes_total"] == written
    assert found["scoreboard_pushed_frames_total"] == {"public": 8, "console": 1}  # names and numbers, to four of them


async def test_how_far_an_event_is_is_told(parts: Parts, cast: Cast) -> None:
    await parts.publisher.current(cast.event_id)
    await score(parts.database, cast, "J1", "T1", 5, 5)
    published = await parts.publisher.current(cast.event_id)
    found = told(registry(parts))
    assert found["scoreboard_event_sequence"] == {"hack": published.console.sequence}
    assert found["scoreboard_topic_version"] == {"hack,public": 2, "hack,console": 2}


async def test_times_are_summaries_of_the_window_with_counts_since_the_start(parts: Parts) -> None:
    for value in (0.1, 0.1, 0.1, 0.4):
        parts.figures.answered.add(value)
    found = told(registry(parts))
    quantiles = found["scoreboard_ballot_answer_seconds"]
    assert quantiles == pytest.approx({"0.5": 0.1, "0.95": 0.4, "0.99": 0.4}, rel=0.03)
    assert found["scoreboard_ballot_answer_seconds_count"] == {"": 4}
    assert found["scoreboard_ballot_answer_seconds_sum"] == {"": pytest.approx(0.7)}


async def test_answers_refusals_and_cuts_are_counted(parts: Parts) -> None:
    parts.figures.answers[Answered("GET", "/e/{slug}", 200)] += 3
    parts.figures.refusals["crowded"] += 2
    parts.figures.cut["stalled"] += 1
    parts.figures.words["current"] += 4
    found = told(registry(parts))
    assert found["scoreboard_answers_total"] == {"GET,/e/{slug},200": 3}
    assert found["scoreboard_refusals_total"] == {"crowded": 2}
    assert found["scoreboard_connections_cut_total"] == {"stalled": 1}
    assert found["scoreboard_viewer_words_total"] == {"current": 4}


async def test_the_writer_and_the_process_are_told_of(parts: Parts) -> None:
    found = told(registry(parts))
    assert found["scoreboard_writer_waiting"] == {"": 0}
    assert "scoreboard_backup_age_seconds" not in found  # there is none
    assert [
        name for name in ("process_resident_memory_bytes", "python_gc_collections_total") if name not in found
    ] == []


async def test_the_age_of_the_last_copy_is_told(database: Database) -> None:
    await build_event(database)
    figures = Figures()
    keeper = Keeper(database, clock=lambda: 100.0)
    await keeper.look()
    keeper.clock = lambda: 107.0
    hub = Hub(figures=figures)
    found = told(registry(Parts(figures, database, hub, Publisher(database, hub), keeper)))
    assert found["scoreboard_backup_age_seconds"] == {"": 7}


async def test_every_metric_is_in_the_readme_and_none_else(parts: Parts, cast: Cast) -> None:
    await parts.publisher.current(cast.event_id)
    parts.keeper.kept_at = 0.0
    families = [family.name for family in registry(parts).collect() if family.name.startswith(PREFIX)]
    names = {family.name: family.type for family in registry(parts).collect()}
    endings = {"counter": "_total", "info": "_info"}
    written = {name + endings.get(names[name], "") for name in families}
    assert set(re.findall(rf"^\| `({PREFIX}\w+)`", README.read_text(encoding="utf-8"), re.MULTILINE)) == written
