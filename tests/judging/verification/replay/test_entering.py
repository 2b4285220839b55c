import pytest
from replayed import Told, entry, small

from scoreboard.judging.verification.verdict import Illegal


def told(action: str, **payload: str) -> Told:
    return action, "judge:J1", {"link": "a", **payload}


ISSUED, LOOSE, REVOKED = told("link.issued"), told("judge.signed_in"), told("link.revoked")
ANOTHER = told("link.issued", link="b")
FIRST = told("device.paired", device="x", name="iPhone, Safari")
AGAIN, OUT = told("judge.signed_in", device="x"), told("device.revoked", device="x")
SHOWN, SPENT = told("pin.issued", pin="p"), told("pin.spent", pin="p")
SECOND = told("device.paired", device="y", name="", pin="p")
SNEAKED = told("device.paired", device="y", name="")
KEPT = told("device.paired", device="y", name="", before="session")
ALARMED = told("pin.alarmed")
UNKNOWN: Told = ("link.issued", "judge:J9", {"link": "a"})


@pytest.mark.parametrize(
    "deeds",
    [
        [ISSUED, LOOSE, REVOKED, ANOTHER],
        [ISSUED, FIRST, AGAIN, AGAIN, OUT],
        [ISSUED, FIRST, SHOWN, SECOND, OUT, told("judge.signed_in", device="y")],
        [ISSUED, FIRST, SHOWN, SHOWN, SPENT, SHOWN, SECOND],
        [ISSUED, SHOWN, SECOND],
        [ISSUED, LOOSE, LOOSE, KEPT, told("device.paired", device="z", name="", before="session")],
        [ISSUED, FIRST, REVOKED, ANOTHER, told("device.paired", link="b", device="z", name="")],
        [ALARMED],
    ],
)
def test_judges_come_in_as_they_may(deeds: list[Told]) -> None:
    small(*deeds)


@pytest.mark.parametrize(
    "deeds",
    [
        [UNKNOWN],
        [REVOKED],
        [ISSUED, ANOTHER],
        [ISSUED, REVOKED, ISSUED],
        [ISSUED, REVOKED, ANOTHER, REVOKED],
        [LOOSE],
        [FIRST],
        [SHOWN],
        [ISSUED, REVOKED, LOOSE],
        [ISSUED, REVOKED, FIRST],
        [ISSUED, FIRST, REVOKED, AGAIN],
        [ISSUED, FIRST, REVOKED, OUT],
        [ISSUED, AGAIN],
        [ISSUED, FIRST, LOOSE],
        [ISSUED, FIRST, FIRST],
        [ISSUED, FIRST, SNEAKED],
        [ISSUED, FIRST, OUT, SNEAKED],
        [ISSUED, FIRST, OUT, AGAIN],
        [ISSUED, FIRST, OUT, OUT],
        [ISSUED, FIRST, SECOND],
        [ISSUED, FIRST, told("device.paired", device="y", name="", pin="")],
        [ISSUED, FIRST, SHOWN, SPENT, SECOND],
        [ISSUED, FIRST, SHOWN, SECOND, told("device.paired", device="z", name="", pin="p")],
        [ISSUED, FIRST, SHOWN, told("device.paired", device="y", name="", pin="q")],
        [ISSUED, FIRST, SHOWN, told("pin.issued", pin="q"), SECOND],
        [ISSUED, FIRST, SPENT],
        [ISSUED, FIRST, SHOWN, SPENT, SPENT],
        [ISSUED, LOOSE, SNEAKED],
        [ISSUED, KEPT, told("device.paired", device="z", name="", before="session")],
        [ISSUED, LOOSE, KEPT, told("device.paired", device="z", name="", before="session")],
        [("pin.alarmed", "judge:J9", {})],
    ],
)
def test_who_came_in_otherwise_is_illegal(deeds: list[Told]) -> None:
    *before, last = deeds
    replay = small(*before)
    with pytest.raises(Illegal):
        replay.tell(entry(*last, sequence=90))


@pytest.mark.parametrize(("minute", "good"), [(40, True), (41, True), (42, False)])
def test_a_pin_is_good_for_ten_minutes_and_one_for_the_way(minute: int, good: bool) -> None:
    replay = small(ISSUED, FIRST, SHOWN)
    late = entry(*SECOND)._replace(at=f"2026-12-07T09:{minute}:00.000000Z")
    if good:
        replay.tell(late)
        return
    with pytest.raises(Illegal):
        replay.tell(late)
