"""What somebody could do to a record: with a text editor, with the right programs, and with the real key as well.

Each forgery says whether it can be told from the record alone. What cannot is told by a checkpoint that somebody kept.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from recorded import CHAIR
from tampering import FIELDS, Book, Line, flip, flipped

from scoreboard.judging.ledger import canonical
from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.judging.verification.published import FROZEN, KEEPING
from scoreboard.signing import SigningKey


@dataclass(frozen=True)
class Forgery:
    """A record that is not what it was. `bad` is the first bad entry where that can be told to the number."""

    name: str
    text: str
    bad: int | None = None
    told: bool = True  # from the record alone
    outside: str = ""  # the checkpoint that somebody kept of the genuine history


def forgeries(text: str, other: str, key: SigningKey) -> Iterator[Forgery]:
    """Every forgery of a finalised record; `other` is a second one, of another history of the same event."""
    book = Book(text)
    yield from by_editor(book)
    yield from by_program(book)
    yield from of_other_lines(book)
    yield from against_rules(book, key)
    yield from with_the_key(book, Book(other), key)


def by_editor(book: Book) -> Iterator[Forgery]:
    """Single changes."""
    for action in ("ledger.opened", "judge.added", "ballot.submitted", "round.frozen", "round.finalised"):
        place = book.place(action)
        number = book.items[place]["sequence"]
        for field in FIELDS:
            forged = book.copy()
            flip(forged.items[place], field)
            yield Forgery(f"flip {field} of {action}", forged.text(), number)
        forged = book.copy()
        del forged.items[place]
        yield Forgery(f"delete {action}", forged.text(), number)
        forged = book.copy()
        forged.items.insert(place, forged.items[place])
        yield Forgery(f"duplicate {action}", forged.text(), number)
    place = book.place("ballot.submitted", 2)
    forged = book.copy()
    forged.items[place], forged.items[place + 1] = forged.items[place + 1], forged.items[place]
    yield Forgery("reorder two ballots", forged.text(), book.items[place]["sequence"])
    forged = book.copy()
    forged.items[place]["salt"] = forged.items[place + 1]["salt"]
    yield Forgery("resalt", forged.text(), book.items[place]["sequence"])
    lines = book.text().splitlines(keepends=True)
    yield Forgery("cut off in the middle", "".join(lines[: len(lines) // 2]))
    yield Forgery("cut off in a line", book.text()[:-400])
    yield Forgery("without an end", "".join(lines[:-1]))
    yield Forgery("two ends", book.text() + lines[-1])
    yield Forgery("a line too many", book.text() + "\n")
    yield Forgery("nonsense in the middle", "".join([*lines[:20], "{}\n", *lines[20:]]))
    yield Forgery(
        "payload twice", "".join([*lines[:40], lines[40].replace(',"salt"', ',"payload":{},"salt"'), *lines[41:]])
    )


def by_program(book: Book) -> Iterator[Forgery]:
    """Changes with the fingerprints made right again, without the key."""
    place = book.place("ballot.submitted", 1)
    number = book.items[place]["sequence"]
    for field in FIELDS[1:7]:
        forged = book.copy()
        flip(forged.items[place], field)
        redone = Book(forged.text()).rechained()
        alone = book.copy()
        alone.items[place] = redone.items[place] | {"hash": book.items[place]["hash"]}
        yield Forgery(f"flip {field}, leaf redone", alone.text(), number)
        yield Forgery(f"flip {field}, chain redone", redone.text())
    forged = book.copy()
    del forged.items[place]
    yield Forgery("delete, chain redone", forged.rechained().text())
    forged = book.copy()
    forged.items.insert(place, copy.deepcopy(forged.items[place]))
    yield Forgery("duplicate, chain redone", forged.rechained().text())
    forged = book.copy()
    forged.items.insert(place, forged.items.pop(place + 2))
    yield Forgery("reorder, chain redone", forged.rechained().text())
    forged = book.copy().resigned(SigningKey.new())
    yield Forgery("all signed with another key", forged.text())
    forged = book.copy()
    mine = SigningKey.new()
    forged.items[0]["payload"]["public_key"] = mine.public
    forged.resigned(mine)
    yield Forgery(
        "all signed with another key, which the first entry names", forged.text(), told=False, outside=kept(book)
    )


def of_other_lines(book: Book) -> Iterator[Forgery]:
    """Changes of the first line, the checkpoints, the results and the last line."""
    for name in ("key", "slug", "name_en", "name_ar"):
        forged = book.copy()
        forged.head["event"][name] = flipped(forged.head["event"][name])
        yield Forgery(f"flip {name} of the first line", forged.text())
    for name in ("entries", "checkpoints", "runs"):
        forged = book.copy()
        forged.end["end"][name] += 1
        yield Forgery(f"flip {name} of the last line", forged.text(counted=False))
    lines: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("origin", lambda note: note.replace("scoreboard/", "scoreboard/0", 2)),
        ("size", lambda note: "\n".join([note.split("\n")[0], "7", *note.split("\n")[2:]])),
        ("root", lambda note: note.replace(note.split("\n")[2], "A" + note.split("\n")[2][1:])),
        ("time", lambda note: note.replace("T", "U", 1)),
        ("signature", lambda note: note[:-20] + ("A" if note[-20] != "A" else "B") + note[-19:]),
        ("form", lambda note: note.rstrip("\n")),
    )
    for name, change in lines:
        forged = book.copy()
        note = forged.notes()[1]
        note["checkpoint"] = change(note["checkpoint"])
        yield Forgery(f"flip {name} of a checkpoint", forged.text())
    forged = book.copy()
    forged.items.remove(forged.notes()[-1])
    yield Forgery("delete the last checkpoint", forged.text())
    forged = book.copy()
    forged.items.remove(forged.notes()[0])
    yield Forgery("delete a checkpoint, uncounted", forged.text(counted=False))
    forged = book.copy()
    first, second, *_ = forged.notes()
    first["checkpoint"], second["checkpoint"] = second["checkpoint"], first["checkpoint"]
    yield Forgery("exchange two checkpoints", forged.text())
    for name in ("kind", "round", "at", "sequence", "rule", "software", "hash"):
        forged = book.copy()
        run = forged.runs()[1]
        run[name] = {"kind": "frozen", "at": "2020-01-01T00:00:00+00:00", "sequence": 3}.get(
            name, flipped(str(run[name]))
        )
        yield Forgery(f"flip {name} of a result", forged.text())
    number = next(entry["sequence"] for entry in book.entries() if entry["action"] == "round.finalised")
    forged = book.copy()
    lines_of = forged.runs()[1]["standings"]["standings"]
    lines_of[0]["team"], lines_of[1]["team"] = lines_of[1]["team"], lines_of[0]["team"]
    yield Forgery("another winner", forged.text(), number)
    forged = book.copy()
    forged.runs()[1]["standings"] |= forged.runs()[0]["standings"]
    yield Forgery("the standings of the freeze as final ones", forged.text(), number)
    place = next(place for place, item in enumerate(book.items) if "run" in item)
    forged = book.copy()
    del forged.items[place]
    yield Forgery("delete a result", forged.text())
    forged = book.copy()
    forged.items.insert(place, forged.items[place])
    yield Forgery("duplicate a result", forged.text())


def gone_device(book: Book) -> Line:
    """The entry on a device that was signed out afterwards, by a link that is still good."""
    gone = [entry for entry in book.entries() if entry["action"] == "device.revoked"][-1]
    return next(
        entry
        for entry in book.entries()
        if entry["action"] == "device.paired" and entry["payload"]["device"] == gone["payload"]["device"]
    )


def against_rules(book: Book, key: SigningKey) -> Iterator[Forgery]:
    """Histories that no honest server could have had, by its owner: everything computed and signed anew."""

    def moved(action: str, nth: int, before: str) -> list[Line]:
        forged = book.copy()
        entry = forged.items.pop(forged.place(action, nth))
        forged.items.insert(forged.place(before), entry)
        return forged.resigned(key).items

    def changed(action: str, nth: int, **payload: object) -> list[Line]:
        forged = book.copy()
        forged.items[forged.place(action, nth)]["payload"] |= payload
        return forged.resigned(key).items

    def added(after: str, actor: str, action: str, subject: str, payload: Line) -> list[Line]:
        forged = book.copy()
        place = forged.place(after) + (2 if after in KEEPING and after != FROZEN else 1)
        entry = copy.deepcopy(forged.items[forged.place("round.opened")])
        forged.items.insert(place, entry | {"actor": actor, "action": action, "subject": subject, "payload": payload})
        return forged.resigned(key).items

    def without(action: str, nth: int = 0) -> list[Line]:
        forged = book.copy()
        del forged.items[forged.place(action, nth)]
        return forged.resigned(key).items

    def by(action: str, actor: str) -> list[Line]:
        forged = book.copy()
        forged.items[forged.place(action)]["actor"] = actor
        return forged.resigned(key).items

    def agreed(result: str) -> list[Line]:
        forged = book.copy()
        for action in ("result.proposed", "round.finalised"):
            forged.items[forged.place(action)]["payload"]["result"] = result
        return forged.resigned(key).items

    ballot = book.items[book.place("ballot.submitted")]
    left = next(entry["subject"] for entry in book.entries() if entry["action"] == "team.withdrawn")
    late = [entry["subject"] for entry in book.entries() if entry["action"] == "ballot.submitted"].index(left)
    came = book.items[book.place("ballot.admitted")]
    refusal = book.items[book.place("late.refused")]
    judge, team, given = ballot["actor"], ballot["subject"], ballot["payload"]
    conflict = next(entry for entry in book.entries() if entry["action"] == "conflict.added")
    other_judge, other_team = conflict["subject"].removeprefix("conflict:").split("/")
    top = max(given["scores"], key=lambda name: given["scores"][name])
    fresh = given | {"uuid": "00000000-0000-4000-8000-000000000001"}
    paired = gone_device(book)
    told = {name: paired["payload"][name] for name in ("link", "device")}
    seal = book.items[book.place("ballots.signed")]
    signer, ballots = seal["actor"], seal["payload"]["ballots"]
    scored = next(iter(ballots))
    sheet, paper = (book.items[book.place(name)]["payload"] for name in ("paper.entered", "ballot.paper"))
    paper, away = paper["paper"], book.items[book.place("absence.reported")]["subject"]
    used = next(entry["payload"]["pin"] for entry in book.entries() if entry["action"] == "pin.issued")
    histories = {
        "a ballot after the close": moved("ballot.corrected", 2, "round.finalised"),
        "a ballot before the opening": moved("ballot.submitted", 0, "round.opened"),
        "a ballot of a judge in conflict": added(
            "round.opened", f"judge:{other_judge}", "ballot.submitted", f"team:{other_team}", fresh
        ),
        "a ballot of an unknown judge": added("round.opened", "judge:J99", "ballot.submitted", team, fresh),
        "a ballot for an unknown team": added("round.opened", judge, "ballot.submitted", "team:T99", fresh),
        "a ballot of nobody": added("round.opened", "system", "ballot.submitted", team, fresh),
        "a ballot offered again without a restore": added("round.thawed", judge, "ballot.reoffered", team, fresh),
        "a ballot for a team that has left": moved("ballot.submitted", late, "team.restored"),
        "a revision left out": changed("ballot.corrected", 0, revision=3),
        "a number used twice": changed("ballot.submitted", 1, uuid=given["uuid"]),
        "a score above the top": changed("ballot.submitted", 0, scores=given["scores"] | {top: 999}),
        "a score below nothing": changed("ballot.submitted", 0, scores=given["scores"] | {top: -1}),
        "a criterion left out": changed("ballot.submitted", 0, scores={top: 1}),
        "a ballot in a pause": moved("ballot.corrected", 0, "round.resumed"),
        "a pause of a round that is closed": moved("round.paused", 0, "round.finalised"),
        "a round that goes on without a pause": moved("round.resumed", 0, "round.paused"),
        "a pause without a reason": changed("round.paused", 0, reason=""),
        "a late ballot before the close": moved("ballot.late", 0, "round.closed"),
        "a late ballot entered after the close": changed("ballot.late", 0, entered_at="2999-12-31T00:00:00.000000Z"),
        "a late ballot without the time of its entry": changed("ballot.late", 0, entered_at="then"),
        "a late ballot made from what there was not": changed("ballot.late", 0, base_revision=9),
        "a late ballot by the number of another": changed("ballot.late", 0, uuid=given["uuid"]),
        "a late ballot beyond the rubric": changed("ballot.late", 0, scores=given["scores"] | {top: 999}),
        "a late ballot offered again without a restore": changed("ballot.late", 0, first={}),
        "a late ballot after the end": moved("ballot.late", 0, "round.finalised"),
        "a late ballot admitted that had not come": moved("ballot.admitted", 0, "ballot.late"),
        "a late ballot admitted twice": added(
            "ballot.admitted", came["actor"], "ballot.admitted", came["subject"], came["payload"]
        ),
        "a late ballot admitted with other scores": changed(
            "ballot.admitted", 0, scores=came["payload"]["scores"] | {top: 0 if came["payload"]["scores"][top] else 1}
        ),
        "a late ballot admitted with other words": changed("ballot.admitted", 0, comment="00" * 32),
        "a late ballot admitted as another": changed(
            "ballot.admitted", 0, late=came["payload"]["late"] | {"sequence": 1}
        ),
        "a late ballot admitted by nobody": changed("ballot.admitted", 0, late=came["payload"]["late"] | {"by": ""}),
        "a late ballot admitted as an earlier revision": changed("ballot.admitted", 0, revision=1),
        "a late ballot refused twice": added(
            "late.refused", "x", "late.refused", refusal["subject"], refusal["payload"]
        ),
        "a late ballot refused without a reason": changed("late.refused", 0, reason=""),
        "a refusal taken back that was none": moved("late.reopened", 0, "late.refused"),
        "a late ballot decided about after the end": moved("late.refused", 0, "round.finalised"),
        "a result while a late ballot waits": without("late.refused", 0),
        "a message without words": changed("announcement.made", 0, text_en="", text_ar=""),
        "a message to nobody": added(
            "round.opened", "x", "announcement.made", "judge:J99", {"text_en": "A", "text_ar": ""}
        ),
        "a round opened twice": added("round.opened", "x", "round.opened", "round:final", {}),
        "a round thawed twice": added("round.thawed", "x", "round.thawed", "round:final", {}),
        "a round closed twice": added("round.closed", "x", "round.closed", "round:final", {}),
        "a final round opened again": added("round.finalised", "x", "round.reopened", "round:final", {}),
        "finalised without a comment": changed("round.finalised", 0, comment=""),
        "finalised before the close": moved("round.finalised", 0, "round.closed"),
        "an excuse taken back twice": moved("assignment.resumed", 0, "round.opened"),
        "a link revoked that was not there": added("round.opened", "x", "link.revoked", "judge:J03", {"link": "a"}),
        "a judge without a link": added("round.opened", "judge:J03", "judge.signed_in", "judge:J03", {"link": "a"}),
        "a second link beside the first": added(
            "round.opened", "x", "link.issued", f"judge:{other_judge}", {"link": "a"}
        ),
        "a second device without a PIN": added(
            "round.opened", paired["actor"], "device.paired", paired["subject"], told | {"device": "a", "name": ""}
        ),
        "a second device with a PIN that was used": added(
            "round.opened", paired["actor"], "device.paired", paired["subject"], told | {"device": "a", "pin": used}
        ),
        "a device that was signed out and comes back": added(
            "round.opened", paired["actor"], "judge.signed_in", paired["subject"], told
        ),
        "a PIN spent that was not there": added(
            "round.opened", "system", "pin.spent", paired["subject"], told | {"pin": "a"}
        ),
        "a device of a link that was revoked": moved("device.paired", 0, "round.closed"),
        "a rubric changed under its ballots": added(
            "round.frozen",
            "x",
            "criterion.changed",
            f"criterion:final/{top}",
            {"before": {"weight": weight_of(book, top)}, "after": {"weight": "99"}},
        ),
        "a rule changed under its ballots": added(
            "round.frozen", "x", "round.changed", "round:final", {"before": {"rule": "raw"}, "after": {"rule": "borda"}}
        ),
        "a change from what was not so": added(
            "round.opened", "x", "team.changed", team, {"before": {"name_en": "Never"}, "after": {"name_en": "Ever"}}
        ),
        "a team that comes twice": added("round.opened", "x", "team.added", team, {"after": {"key": team[5:]}}),
        "an assignment in spite of a conflict": added(
            "round.opened",
            "x",
            "assignment.added",
            f"assignment:final/{other_judge}/{other_team}",
            {"after": {"judge": other_judge, "team": other_team}},
        ),
        "a ledger opened twice": added(
            "round.opened", "system", "ledger.opened", book.items[0]["subject"], book.items[0]["payload"]
        ),
        "an entry without its particulars": added("round.opened", "x", "team.disqualified", team, {}),
        "a key replaced by force": added(
            "round.thawed",
            "x",
            "key.rotated",
            "deployment",
            {"old": key.public, "new": SigningKey.new().public, "by_old": "00" * 64, "by_new": "00" * 64},
        ),
        "a role given twice": added("round.opened", "x", "member.added", "member:chair", {"after": {"role": "owner"}}),
        "a role changed from what it was not": added(
            "round.opened",
            "x",
            "member.changed",
            "member:chair",
            {"before": {"role": "auditor"}, "after": {"role": "owner"}},
        ),
        "a role that ends twice": added(
            "round.opened", "x", "member.removed", "member:deputy", {"before": {"role": "auditor"}}
        ),
        "a result proposed before the close": moved("result.proposed", 0, "round.closed"),
        "a result made final by who proposed it": by("round.finalised", "organiser:deputy"),
        "a result made final otherwise than proposed": changed("round.finalised", 0, result="00" * 32),
        "another result than the two agreed on": agreed("00" * 32),
        "a result that is not the ballots'": forged_result(book, key),
        "a result of the wrong kind": changed("result.kept", 0, kind="final"),
        "a result of a freeze that was not": changed("result.kept", 0, freeze=1, at_sequence=0),
        "what a freeze holds named twice": added(
            "result.kept", "system", "result.kept", "round:final", book.items[book.place("result.kept")]["payload"]
        ),
        "what a freeze holds named before it": moved("result.kept", 0, "round.opened"),
        "a ballot after its judge had signed": added(
            "ballots.signed", signer, "ballot.corrected", f"team:{scored}", fresh | {"revision": ballots[scored] + 1}
        ),
        "a signature under other ballots": changed("ballots.signed", 0, ballots=ballots | {scored: 99}),
        "a signature under some of the ballots": changed("ballots.signed", 0, ballots={scored: ballots[scored]}),
        "a signature for another judge": by("ballots.signed", f"judge:{sheet['judge']}"),
        "a signature that is given twice": moved("signature.lifted", 0, "round.closed"),
        "a signature lifted without a reason": changed("signature.lifted", 0, reason=""),
        "a signature lifted by its judge": by("signature.lifted", signer),
        "a sheet confirmed by who typed it in": changed(
            "ballot.paper", 0, paper=paper | {"confirmed_by": paper["entered_by"]}
        ),
        "a sheet typed in by somebody else": changed("ballot.paper", 0, paper=paper | {"entered_by": "organiser:x"}),
        "a sheet that nobody typed in": moved("ballot.paper", 0, "round.closed"),
        "a sheet after the close without a reason": changed("ballot.paper", 0, paper=paper | {"reason": ""}),
        "a sheet put aside without a reason": changed("paper.discarded", 0, reason=""),
        "a sheet that waits at the end": without("paper.discarded"),
        "a sheet of who is not assigned": added(
            "round.opened", CHAIR, "paper.entered", f"team:{other_team}", sheet | {"judge": other_judge, "uuid": "x"}
        ),
        "a team reported away twice": added("absence.reported", signer, "absence.reported", away, {"round": "final"}),
        "a report settled before it was made": moved("absence.settled", 0, "absence.reported"),
        "a report settled by its judge": by("absence.settled", signer),
        "a conflict declared for another judge": added(
            "round.opened",
            signer,
            "conflict.added",
            f"conflict:{sheet['judge']}/{team[5:]}",
            {"after": {"source": "judge", "reason": "family"}},
        ),
    }
    # Of these the first bad entry is the one that was changed, and none after it.
    named = {
        "a pause without a reason": "round.paused",
        "a late ballot entered after the close": "ballot.late",
        "a late ballot without the time of its entry": "ballot.late",
        "a late ballot made from what there was not": "ballot.late",
        "a late ballot by the number of another": "ballot.late",
        "a late ballot beyond the rubric": "ballot.late",
        "a late ballot offered again without a restore": "ballot.late",
        "a late ballot admitted with other scores": "ballot.admitted",
        "a late ballot admitted with other words": "ballot.admitted",
        "a late ballot admitted as another": "ballot.admitted",
        "a late ballot admitted by nobody": "ballot.admitted",
        "a late ballot admitted as an earlier revision": "ballot.admitted",
        "a late ballot refused without a reason": "late.refused",
        "a message without words": "announcement.made",
    }
    for name, items in histories.items():
        forged = book.copy()
        forged.items = items
        bad = book.items[book.place(named[name])]["sequence"] if name in named else None
        yield Forgery(name, forged.text(), bad)


def weight_of(book: Book, criterion: str) -> str:
    """A criterion's weight."""
    added = next(entry for entry in book.entries() if entry["subject"] == f"criterion:final/{criterion}")
    return str(added["payload"]["after"]["weight"])


def forged_result(book: Book, key: SigningKey) -> list[Line]:
    """Another winner, with the hash in the entry that names the result, and all signed."""
    forged = book.copy()
    run = forged.runs()[1]
    lines = run["standings"]["standings"]
    lines[0]["team"], lines[1]["team"] = lines[1]["team"], lines[0]["team"]
    lines[0]["total"], lines[1]["total"] = lines[1]["total"], lines[0]["total"]
    lines[0]["ballots"], lines[1]["ballots"] = lines[1]["ballots"], lines[0]["ballots"]
    run["hash"] = sha256(canonical(run["standings"]).encode()).hexdigest()
    forged.items[forged.place("round.finalised")]["payload"]["run"] = run["hash"]
    return forged.resigned(key).items


def kept(book: Book, nth: int = -1) -> str:
    """A checkpoint as somebody keeps it."""
    return str(book.notes()[nth]["checkpoint"])


def leave_out_a_correction(book: Book) -> None:
    """Delete a correction that no sheet followed, and make what its judge signed fit."""
    sheet = book.items[book.place("ballot.paper")]
    gone = next(
        entry
        for entry in book.entries()
        if entry["action"] == "ballot.corrected"
        and (entry["actor"], entry["subject"]) != (sheet["actor"], sheet["subject"])
    )
    book.items.remove(gone)
    for entry in book.entries():
        if entry["action"] == "ballots.signed" and entry["actor"] == gone["actor"]:
            entry["payload"]["ballots"][gone["subject"].removeprefix("team:")] -= 1


def with_the_key(book: Book, other: Book, key: SigningKey) -> Iterator[Forgery]:
    """What the owner of the key and of the engine can do: a consistent record, which is not the one there was."""
    forged = book.copy()
    forged.items = forged.items[: forged.items.index(forged.notes()[0]) + 1]
    yield Forgery("cut off at an earlier checkpoint", forged.text(), told=False, outside=kept(book))
    forged = book.copy()
    flip(forged.items[forged.place("ballot.submitted")], "payload")
    yield Forgery(
        "one score changed, all computed and signed anew", forged.recomputed(key).text(), told=False, outside=kept(book)
    )
    forged = book.copy()
    flip(forged.items[forged.place("round.opened")], "at")
    yield Forgery("backdated, signed anew", forged.resigned(key).text(), told=False, outside=kept(book, 0))
    forged = book.copy()
    leave_out_a_correction(forged)
    yield Forgery(
        "a correction left out, all computed and signed anew",
        forged.recomputed(key).text(),
        told=False,
        outside=kept(book),
    )
    forged = book.copy()
    for entry in forged.entries():
        entry["salt"] = flipped(entry["salt"])
    yield Forgery("salted anew, signed anew", forged.resigned(key).text(), told=False, outside=kept(book, 1))
    yield Forgery("another history altogether", other.text(), told=False, outside=kept(book))
    mixed = book.copy()
    mixed.items = [*book.items[: book.place("round.opened")], *other.copy().items[other.place("round.opened") :]]
    yield Forgery("forked at the opening", mixed.text())
    yield Forgery("forked at the opening, signed anew", mixed.recomputed(key).text(), told=False, outside=kept(book))
    lost = book.copy()
    new = SigningKey.new()
    place = lost.place("round.thawed")
    number = lost.items[place]["sequence"] + 1
    text = rotation_text(lost.head["event"]["key"], key.public, new.public, number)
    lost.items.insert(
        place + 1,
        copy.deepcopy(lost.items[place])
        | {
            "action": "key.rotated",
            "subject": "deployment",
            "payload": {
                "old": key.public,
                "new": new.public,
                "by_old": new.sign(text).hex(),
                "by_new": new.sign(text).hex(),
            },
        },
    )
    yield Forgery("a key replaced with its own signature only", lost.resigned(new).text())
