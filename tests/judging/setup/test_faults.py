import json

from scoreboard.judging.setup.faults import Fault, Faults, nearest, refusal

FAULT = Fault("teams.csv", 3, "id", "The id %(found)s is used twice; each row needs its own.", {"found": "T1"})


def test_a_fault_is_translated_before_it_is_filled_in() -> None:
    assert FAULT.words() == "The id T1 is used twice; each row needs its own."
    assert FAULT.words({FAULT.message: "المعرّف %(found)s مكرر."}.__getitem__) == "المعرّف T1 مكرر."


def test_a_fault_goes_through_json_unharmed() -> None:
    assert Fault.from_json(json.loads(json.dumps(FAULT.as_json()))) == FAULT


def test_faults_are_noted_where_they_are() -> None:
    faults = Faults()
    faults.at("teams.csv", 3, "id").fault(FAULT.message, found="T1")
    faults.at("judges.csv").fault("The file is missing.")
    assert faults.found == [FAULT, Fault("judges.csv", None, None, "The file is missing.", {})]


def test_a_refusal_carries_all_faults_and_says_how_many() -> None:
    refused = refusal([FAULT, FAULT])
    assert str(refused) == "Faults found in the event folder: 2. Nothing was stored."
    assert refused.extra == {"faults": [FAULT.as_json(), FAULT.as_json()]}
    assert (refused.code, refused.status) == ("invalid_event", 422)


def test_what_was_probably_meant_comes_first() -> None:
    assert nearest("raods", ["health", "roads"]) == "roads, health"
    assert nearest("x", []) == "–"
    assert nearest("T0", [f"T{n}" for n in range(1, 30)]).count(",") == 12
