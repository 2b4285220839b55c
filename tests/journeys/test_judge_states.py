"""Every state of every page of the judge's phone is for everybody."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from looking import looked_at
from phones import browsing
from serving import serving
from stage import Scene, Stage
from states import SCENES

from scoreboard.migrations import prepare
from scoreboard.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["ar", "en"])
async def stage(
    request: pytest.FixtureRequest, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """One server and one browser for all scenes of a language."""
    path = str(tmp_path_factory.mktemp("states") / "scoreboard.db")
    prepare(path)
    settings = Settings(database=path, backups="off", language="en")
    async with serving(settings) as served, browsing(chromium) as browser:
        yield Stage(served, browser, request.param)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_every_state_is_for_everybody(stage: Stage, scene: Scene) -> None:
    faults = {name: found async for name, page in stage.played(scene) if (found := await looked_at(page))}
    assert faults == {}
