from collections.abc import AsyncIterator

from builder import build_event
from serving import Served
from sqlmodel import text
from visitors import judge, stranger

from scoreboard.app import LARGEST_BODY
from scoreboard.web.security import due


async def pieces() -> AsyncIterator[bytes]:
    """A body that does not say how long it will be."""
    for _ in range(LARGEST_BODY // 1000 + 1):
        yield b"x" * 1000


async def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    async with stranger(served) as browser:
        declared = await browser.post("/j", data={"secret": "x" * (LARGEST_BODY + 1)})
        streamed = await browser.post(
            "/j",
            content=pieces(),
            headers={"accept": "application/json", "content-type": "application/x-www-form-urlencoded"},
        )
    assert declared.status_code == 413
    assert (streamed.status_code, streamed.json()["message"]) == (413, "This is more than can be taken at once.")


async def test_a_failure_of_ours_is_told_in_words_with_every_header(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast, "J1") as phone:
        await served.database.write(lambda session: session.execute(text("DROP TABLE score")))
        answer = await phone.get("/judge/bundle", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (
        500,
        {"code": "error", "message": "Something went wrong on our side. Please try again."},
    )
    assert due("application/json").items() <= dict(answer.headers).items()


async def test_every_answer_carries_the_headers(served: Served) -> None:
    async with stranger(served) as browser:
        for address in ("/", "/nowhere", "/console", "/j", "/healthz"):
            answer = await browser.get(address)
            assert due(answer.headers.get("content-type", "")).items() <= dict(answer.headers).items()
