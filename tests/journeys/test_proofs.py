"""What the phone's scripts make of hashes, proofs and signatures, held against Python's own."""

import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from phones import browsing
from playwright.async_api import Browser, Page
from serving import Served

from scoreboard.judging.ledger.notes import checkpoint_note, read_note
from scoreboard.judging.ledger.tree import Tree
from scoreboard.signing import SigningKey
from scoreboard.web.templating import Static

MOST = 20  # leaves of a tree whose proofs are all tried


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@asynccontextmanager
async def page_with(served: Served, browser: Browser, *modules: str) -> AsyncIterator[Page]:
    """A page of ours on which some modules can be called as `lib`."""
    page = await browser.new_page()
    await page.goto(f"{served.url}/nowhere")  # a page of ours, with no scripts of its own
    for module in modules:
        address = Static().address(f"js/{module}")
        await page.evaluate(
            f"async () => {{ globalThis.lib = {{ ...globalThis.lib, ...(await import('{address}')) }}; }}"
        )
    yield page
    await page.close()


async def test_the_hash_is_sha_256_with_and_without_the_browsers_help(served: Served, browser: Browser) -> None:
    luck = random.Random(7)
    texts = [luck.randbytes(length) for length in (*range(140), 1000, 100_000)]
    async with page_with(served, browser, "lib/sha256.js") as page:
        for call in ("lib.sha256", "lib.plainSha256"):
            found = await page.evaluate(
                "async (texts) => { const all = [];"
                f"for (const text of texts) all.push([...(await {call}(Uint8Array.from(text)))]);"
                "return all; }",
                [list(text) for text in texts],
            )
            assert [bytes(digest) for digest in found] == [hashlib.sha256(text).digest() for text in texts]


def arguments(*proofs: tuple[Any, ...]) -> list[list[Any]]:
    """Proofs as a browser takes them: bytes as lists of numbers."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return {"bytes": list(value)}
        return [plain(part) for part in value] if isinstance(value, list) else value

    return [[plain(part) for part in proof] for proof in proofs]


CALL = """
async ([name, calls]) => {
  const real = (part) => Array.isArray(part) ? part.map(real) : part.bytes ? Uint8Array.from(part.bytes) : part;
  const all = [];
  for (const call of calls) all.push(await lib[name](...call.map(real)));
  return all;
}
"""


def leaves(number: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % place).digest() for place in range(number)]


async def test_every_proof_that_one_history_continues_another_holds(served: Served, browser: Browser) -> None:
    tree = Tree(leaves(MOST))
    proofs = [
        (shorter, size, tree.consistency(shorter, size), tree.root(shorter), tree.root(size))
        for size in range(1, MOST + 1)
        for shorter in range(size + 1)
    ]
    async with page_with(served, browser, "lib/merkle.js") as page:
        assert set(await page.evaluate(CALL, ["consistent", arguments(*proofs)])) == {True}


async def test_no_proof_holds_for_another_history(served: Served, browser: Browser) -> None:
    tree, other = Tree(leaves(MOST)), Tree([*leaves(4), b"\0" * 32, *leaves(MOST)[5:]])
    wrong = [
        proof
        for size in range(6, MOST + 1)
        for shorter in range(5, size)
        for proof in (
            (shorter, size, other.consistency(shorter, size), tree.root(shorter), other.root(size)),
            (shorter, size, tree.consistency(shorter, size), tree.root(shorter), other.root(size)),
            (shorter, size, tree.consistency(shorter, size)[:-1], tree.root(shorter), tree.root(size)),
            (shorter, size, [*tree.consistency(shorter, size), b"\0" * 32], tree.root(shorter), tree.root(size)),
            (shorter, size, [], tree.root(shorter), tree.root(size)),
            (size, shorter, tree.consistency(shorter, size), tree.root(size), tree.root(shorter)),
        )
    ]
    wrong.append((MOST, MOST, [], other.root(), tree.root()))
    async with page_with(served, browser, "lib/merkle.js") as page:
        assert set(await page.evaluate(CALL, ["consistent", arguments(*wrong)])) == {False}


async def test_a_proof_that_an_entry_is_there_holds_for_that_entry_alone(served: Served, browser: Browser) -> None:
    tree = Tree(leaves(MOST))
    right = [
        (leaves(MOST)[sequence - 1], sequence, size, tree.inclusion(sequence, size), tree.root(size))
        for size in range(1, MOST + 1)
        for sequence in range(1, size + 1)
    ]
    wrong = [
        (leaf, other, size, proof, root)
        for leaf, sequence, size, proof, root in right
        for other in range(MOST + 2)
        if other != sequence
    ]
    async with page_with(served, browser, "lib/merkle.js") as page:
        assert set(await page.evaluate(CALL, ["included", arguments(*right)])) == {True}
        assert set(await page.evaluate(CALL, ["included", arguments(*wrong)])) == {False}


async def test_a_checkpoint_is_read_as_it_was_written(served: Served, browser: Browser) -> None:
    key = SigningKey.new()
    note = checkpoint_note(key, "ab" * 16, 12, Tree(leaves(12)).root(), "2026-12-07T09:30:00.000000Z")
    wanted = read_note(note)
    async with page_with(served, browser, "judge/witness.js", "lib/ed25519.js", "lib/bytes.js") as page:
        found = await page.evaluate(
            "([note]) => { const { text, origin, size, root, signer, signature } = lib.readNote(note);"
            "return [text, origin, size, [...root], [...signer], [...signature]]; }",
            [note],
        )
        signed = await page.evaluate(
            "async ([note, key, other]) => { const { text, signature } = lib.readNote(note);"
            "const by = (owner) => lib.signed(lib.fromHex(owner), signature, text);"
            "return [await by(key), await by(other)]; }",
            [note, key.public, SigningKey.new().public],
        )
        refused = await page.evaluate(
            "(notes) => notes.map((note) => { try { lib.readNote(note); return false; } catch { return true; } })",
            [note[:-1], note.replace("12\n", "twelve\n"), "<html>Welcome to the hall</html>", note + "more"],
        )
    assert found[:3] == [wanted.text, f"scoreboard/{wanted.key}", wanted.size]
    assert [bytes(part) for part in found[3:]] == [wanted.root, wanted.key_id, wanted.signature]
    assert signed in ([True, False], [None, None])  # older browsers cannot tell
    assert refused == [True, True, True, True]
