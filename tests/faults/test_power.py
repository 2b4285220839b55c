"""Power cuts: whatever the disk kept of what was not synchronised, every acknowledged ballot is there."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults.load import Ack, judging
from faults.mutant import CARELESS
from faults.power import Disk, Image, Loss, Operation, acknowledged, images, recording
from faults.process import free_port, killed, start
from faults.records import faults
from faults.stage import set_up

DATABASE = "scoreboard.db"
BALLOTS = 150  # at least so many are acknowledged in each life of the server
MUTANT_IMAGES = 2_000


@dataclass(frozen=True)
class Recording:
    """What a server did to its files while judges worked, from a certain state of the disk on."""

    folder: Path
    before: Mapping[str, bytes]  # the files as they were
    operations: Sequence[Operation]
    acks: Sequence[Ack]  # in the order in which they left the server

    def images(self, wished: int, seed: int) -> Iterator[Image]:
        """Cut the power, about so many times."""
        return images(Disk(self.folder, self.before), self.operations, wished, seed)

    def faults(self, image: Image, memory: Path) -> list[str]:
        """What is wrong when a database is opened that a power cut left."""
        for old in memory.iterdir():
            old.unlink()
        for path, content in image.files.items():
            (memory / Path(path).name).write_bytes(content)
        return faults(memory / DATABASE, self.acks[: image.told])

    def count(self, what: str, ending: str) -> int:
        """How often something was done to a file."""
        return sum(operation.what == what and operation.path.endswith(ending) for operation in self.operations)


def recorded(folder: Path, preload: Path, lives: Sequence[str], mutant: str = "") -> Recording:
    """Let a server live so many times under load; each life ends in a "stop" or a "kill"."""
    live, record = folder / "live", folder / "record"
    live.mkdir()
    stage = set_up(str(live / DATABASE))
    before = {path.name: path.read_bytes() for path in live.iterdir()}
    environment = {"LD_PRELOAD": str(preload), "FAULTS_FILES": stage.database, "FAULTS_RECORD": str(record)}
    environment["SCOREBOARD_BACKUPS"] = "off"
    port = free_port()
    with judging(stage) as crowd:
        for end in lives:
            with killed(start(stage.database, port, folder / "log", environment=environment, mutant=mutant)) as server:
                server.listening()
                crowd.server_at(port, server.started_at)
                crowd.wait_for_acks(BALLOTS)
                crowd.server_gone()
                if end == "stop":
                    server.stop()
    operations = list(recording(record))
    answers = [said for said in map(acknowledged, operations) if said is not None]
    assert {ack.uuid for ack in crowd.acks} <= {said["uuid"] for said in answers}, "an answer left unrecorded"
    return Recording(live, before, operations, [Ack.of_answer(*crowd.sent[said["uuid"]], said) for said in answers])


def test_no_power_cut_loses_an_acknowledged_ballot(
    tmp_path: Path, preload: Path, memory: Path, full: bool, tell: Callable[[str], None]
) -> None:
    recording = recorded(tmp_path, preload, ("stop", "kill", "kill"))
    # A commit, a checkpoint, a file's first name: nothing of what a power cut can hurt is left out.
    assert min(recording.count("S", "-wal"), recording.count("S", DATABASE), recording.count("U", "-wal")) > 0
    seen: Counter[Loss] = Counter()
    for image in recording.images(100_000 if full else 5_000, seed=1):
        seen[image.loss] += 1
        assert (image.moment, image.loss.name, recording.faults(image, memory)) == (image.moment, image.loss.name, [])
    assert min(seen.values()) > 0.3 * seen.total()
    tell(f"{seen.total()} power cuts, {len(recording.acks)} acknowledged ballots: none lost, nothing corrupt")


@pytest.mark.parametrize("mutant", sorted(CARELESS))
def test_a_server_without_its_control_is_found_out(mutant: str, tmp_path: Path, preload: Path, memory: Path) -> None:
    recording = recorded(tmp_path, preload, ("kill",), mutant)
    assert any(recording.faults(image, memory) for image in recording.images(MUTANT_IMAGES, seed=1))
