from scoreboard.cli.doctor.finding import Level, amber, green, red, worst


def test_the_worst_of_findings_is_what_counts() -> None:
    assert worst([]) is Level.GREEN
    assert worst([green("a", "well"), amber("b", "so so", "look")]) is Level.AMBER
    assert worst([red("c", "bad", "do"), green("a", "well"), amber("b", "so so", "look")]) is Level.RED


def test_a_finding_goes_to_programs_with_its_level_in_words() -> None:
    assert red("disk", "full", "free some").as_json() == {
        "subject": "disk",
        "level": "red",
        "words": "full",
        "advice": "free some",
    }
