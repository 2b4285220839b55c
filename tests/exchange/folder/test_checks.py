from pathlib import Path

from described import EVENT_TOML, faults_of, told, write_files

from scoreboard.exchange.folder import read_folder

ALONE = {"judges.csv": "id,name_en,organisation\nJ1,Ada,\nJ2,Grace,roads\n"}


def rounds(minimum_ballots: int, ballots_per_team: int = 0) -> str:
    numbers = f"minimum_ballots = {minimum_ballots}\nballots_per_team = {ballots_per_team}\n"
    return EVENT_TOML.replace("[[rounds.criteria]]", f"{numbers}\n[[rounds.criteria]]", 1)


def test_who_must_not_judge_is_not_assigned(tmp_path: Path) -> None:
    rows = "round,judge,team\nfinal,J1,T1\nfinal,J2,T1\nfinal,J1,T2\nfinal,J2,T2\n"
    write_files(tmp_path, {**ALONE, "assignments.csv": rows, "conflicts.csv": "judge,team\nJ2,T2\n"})
    words = "Judge J2 must not judge team {}: conflicts.csv says so, or both come from the same organisation."
    assert told(faults_of(tmp_path)) == [
        ("assignments.csv", 3, "judge", words.format("T1")),
        ("assignments.csv", 5, "judge", words.format("T2")),
    ]


def test_a_round_needs_as_many_judges_as_a_team_is_to_see(tmp_path: Path) -> None:
    write_files(tmp_path, {"event.toml": rounds(1, 3)})
    assert told(faults_of(tmp_path)) == [
        (
            "event.toml",
            None,
            "rounds.final.ballots_per_team",
            "There are too few judges for a team: needed 3, available 2.",
        )
    ]


def test_a_round_needs_as_many_judges_as_a_rank_takes(tmp_path: Path) -> None:
    write_files(tmp_path, {"event.toml": rounds(3)})
    assert [(fault.file, fault.column) for fault in faults_of(tmp_path)] == [
        ("event.toml", "rounds.final.minimum_ballots")
    ]


def test_a_team_needs_enough_judges_without_a_conflict(tmp_path: Path) -> None:
    write_files(tmp_path, {**ALONE, "event.toml": rounds(2)})
    assert told(faults_of(tmp_path)) == [
        (
            "teams.csv",
            2,
            "id",
            "Round final: too few judges may judge team T1: needed 2, without a conflict 1.",
        )
    ]


def test_assignments_give_each_team_its_minimum(tmp_path: Path) -> None:
    write_files(tmp_path, {"event.toml": rounds(2), "assignments.csv": "round,judge,team\nfinal,J1,T2\nfinal,J2,T2\n"})
    assert told(faults_of(tmp_path)) == [
        (
            "teams.csv",
            2,
            "id",
            "Round final: assignments.csv gives team T1 too few judges: needed for a rank 2, given 0.",
        )
    ]


def test_a_later_round_may_be_for_some_teams_only(tmp_path: Path) -> None:
    last = EVENT_TOML[EVENT_TOML.index("[[rounds]]") : EVENT_TOML.index("[[organisations]]")].replace(
        '"final"', '"last"'
    )
    write_files(
        tmp_path,
        {
            "event.toml": f"{EVENT_TOML}\n{last}",
            "assignments.csv": "round,judge,team\nfinal,J1,T1\nfinal,J1,T2\nlast,J1,T1\n",
        },
    )
    assert len(read_folder(tmp_path).assignments or ()) == 3


def test_who_has_withdrawn_neither_judges_nor_needs_judges(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "event.toml": rounds(2),
            "teams.csv": "id,name_en,organisation,status\nT1,Oasis,roads,withdrawn\nT2,Pearl,,\n",
            "judges.csv": "id,name_en,organisation,status\nJ1,Ada,,\nJ2,Grace,roads,\nJ3,Olga,,withdrawn\n",
        },
    )
    assert read_folder(tmp_path).teams[0].status == "withdrawn"
