from builder import build_event
from serving import Served
from visitors import judge, stranger

from scoreboard.web.judge.find import sign_of


def test_a_sign_names_its_team_in_the_address() -> None:
    assert sign_of("T1 &?/é") == "/judge/find?team=T1+%26%3F%2F%C3%A9"


async def test_a_judge_is_led_from_the_table_to_the_card_and_to_no_other(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast) as phone:
        led = await phone.get(sign_of("T2"))
        assert (led.status_code, led.headers["location"]) == (303, "/judge/final/T2")
        card = await phone.get(led.headers["location"])
        assert (card.status_code, "Project 2" in card.text) == (200, True)
        nobody = await phone.get(sign_of("T9"), follow_redirects=True)
        assert (nobody.status_code, "This team is not assigned to you." in nobody.text) == (403, True)
        odd = await phone.get(sign_of("../x?y#z"))
        assert odd.headers["location"] == "/judge/final/..%2Fx%3Fy%23z"
        assert (await phone.get("/judge/find")).headers["location"] == "/judge"


async def test_who_is_no_judge_is_led_to_the_door(served: Served) -> None:
    await build_event(served.database)
    async with stranger(served) as phone:
        led = await phone.get(sign_of("T2"))
        assert (led.status_code, led.headers["location"]) == (303, "/j")
