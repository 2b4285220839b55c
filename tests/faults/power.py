"""A disk that loses power: what may be left of files that were written to, at every moment of a recording.

What was synchronised is there. Of what was written since, anything may be there or not, in any order, and a write
may be torn: disks write sectors. The same holds for a file's name in its folder. A disk that says that it has
synchronised and has not is beyond what any program can bear.
"""

import json
import random
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

SECTOR = 512
HEAD = struct.Struct("=IIQQ")


class Loss(IntEnum):
    """What becomes of writes that were not synchronised."""

    ALL = 0  # none of them arrived
    SOME = 1  # each arrived whole or not at all
    TORN = 2  # each sector of each of them arrived or not


@dataclass(frozen=True)
class Operation:
    """Something that a process did to a file, or said."""

    what: str  # see preload.c
    path: str
    offset: int
    content: bytes


def recording(path: Path) -> Iterator[Operation]:
    """Read a recording, in the order in which things happened."""
    text = path.read_bytes()
    place = 0
    while place < len(text):
        what, name_length, offset, length = HEAD.unpack_from(text, place)
        place += HEAD.size
        name = text[place : place + name_length].decode()
        place += name_length
        content = text[place : place + length]
        place += length
        yield Operation(chr(what), name, offset, content)


@dataclass
class File:
    """One file: what is certain to be on the disk, and what was done to it since."""

    content: bytearray = field(default_factory=bytearray)
    named: bool = False  # whether its name is in the folder for certain
    exists: bool = True
    before: "File | None" = None  # a removed file of this name, which may come back while the new name is uncertain
    pending: list[Operation] = field(default_factory=list)
    begun: int = 0  # how many of `pending` a synchronisation that is on its way takes along

    def synchronised(self) -> None:
        """What was pending when the synchronisation began is there for certain."""
        for operation in self.pending[: self.begun]:
            apply(self.content, operation)
        del self.pending[: self.begun]
        self.begun = 0

    def left(self, loss: Loss, chance: random.Random) -> bytes | None:
        """What is found when the power is back; None when there is no such file."""
        certain = self.named == self.exists
        there = self.exists if certain else self.named if loss is Loss.ALL else bool(chance.getrandbits(1))
        if there:
            return self.content_left(loss, chance)
        return None if self.before is None else self.before.left(loss, chance)

    def content_left(self, loss: Loss, chance: random.Random) -> bytes:
        """What is left of its content."""
        content = self.content.copy()
        for operation in [] if loss is Loss.ALL else self.pending:
            for part in sectors(operation) if loss is Loss.TORN and operation.what == "W" else [operation]:
                if chance.getrandbits(1):
                    apply(content, part)
        return bytes(content)


def apply(content: bytearray, operation: Operation) -> None:
    """Let a write or a truncation arrive."""
    content.extend(bytes(max(0, operation.offset - len(content))))
    if operation.what == "T":
        del content[operation.offset :]
    else:
        content[operation.offset : operation.offset + len(operation.content)] = operation.content


def sectors(write: Operation) -> Iterator[Operation]:
    """The parts of a write that a disk writes at once."""
    start, end = write.offset, write.offset + len(write.content)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Operation("W", write.path, start, write.content[start - write.offset : stop - write.offset])
        start = stop


class Disk:
    """A folder of files on a disk that may lose power at any moment."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.folder = str(folder)
        self.files = {
            str(folder / name): File(content=bytearray(content), named=True) for name, content in files.items()
        }

    def happen(self, operation: Operation) -> None:
        """Let an operation happen."""
        if operation.path == self.folder:
            if operation.what == "S":
                self.folder_synchronised()
            return
        file = self.files.get(operation.path)
        if file is None or (operation.what in "WT" and not file.exists):
            file = self.files[operation.path] = File(before=file)
        match operation.what:
            case "W" | "T":
                file.pending.append(operation)
            case "B":
                file.begun = len(file.pending)
            case "S":
                file.synchronised()
            case "U":
                file.exists = False
            case other:
                raise NotImplementedError(f"{other} {operation.path}")

    def folder_synchronised(self) -> None:
        """Names are as they are now, for certain."""
        for file in self.files.values():
            file.named, file.before = file.exists, None

    def after_cut(self, loss: Loss, chance: random.Random) -> dict[str, bytes]:
        """The files that are found when the power is back, by path."""
        left = {path: file.left(loss, chance) for path, file in self.files.items()}
        return {path: content for path, content in left.items() if content is not None}


@dataclass(frozen=True)
class Image:
    """What a power cut left, and how many acknowledgements had left the server by then."""

    files: Mapping[str, bytes]
    told: int
    moment: int  # how many operations had happened
    loss: Loss


def images(disk: Disk, operations: Sequence[Operation], wished: int, seed: int) -> Iterator[Image]:
    """Cut the power at moments all over a recording, about so many times, as often as that takes at each.

    A cut comes just before a file is touched: whoever was told something since the file was touched last has been told.
    """
    chance = random.Random(seed)
    moments = sum(operation.what != "A" for operation in operations)
    told = taken = passed = 0
    for place, operation in enumerate(operations):
        if operation.what == "A":
            told += acknowledged(operation) is not None
            continue
        passed += 1
        while taken < wished * passed // moments:
            loss = Loss(taken % len(Loss))
            taken += 1
            yield Image(disk.after_cut(loss, chance), told, place, loss)
        disk.happen(operation)


def acknowledged(answer: Operation) -> dict[str, Any] | None:
    """What an answer says of the ballot that it acknowledges, if it does."""
    body = answer.content.rpartition(b"\r\n\r\n")[2]
    if answer.what != "A" or not body.startswith(b"{"):
        return None
    said: dict[str, Any] = json.loads(body)
    return said if "receipt" in said else None
