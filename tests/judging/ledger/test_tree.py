import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.judging.ledger.tree import EMPTY, Tree, consistent, included, node


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(str(i).encode()).digest() for i in range(count)]


def root_by_definition(of: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if not of:
        return hashlib.sha256().digest()
    if len(of) == 1:
        return of[0]
    split = 1
    while split * 2 < len(of):
        split *= 2
    return node(root_by_definition(of[:split]), root_by_definition(of[split:]))


@pytest.mark.parametrize("size", [*range(20), 63, 64, 65, 100])
def test_the_root_is_that_of_the_definition_at_every_size(size: int) -> None:
    grown = Tree(leaves(100))
    assert grown.root(size) == Tree(leaves(size)).root() == root_by_definition(leaves(size))
    assert Tree().root() == EMPTY


def test_the_roots_are_those_that_others_compute() -> None:
    """The leaves and roots of the reference test of certificate transparency (google/certificate-transparency)."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = Tree()
    for size, (entry, root) in enumerate(zip(inputs, roots, strict=True), start=1):
        tree.extend([hashlib.sha256(b"\x00" + bytes.fromhex(entry)).digest()])
        assert tree.root().hex() == root
        assert tree.size == size


@given(st.data())
def test_every_entry_is_proved_to_be_among_the_first_so_many(data: st.DataObject) -> None:
    tree = Tree(leaves(data.draw(st.integers(1, 130))))
    size = data.draw(st.integers(1, tree.size))
    sequence = data.draw(st.integers(1, size))
    proof = tree.inclusion(sequence, size)
    leaf, root = leaves(tree.size)[sequence - 1], tree.root(size)
    assert included(leaf, sequence, size, proof, root)
    assert len(proof) <= (size - 1).bit_length()
    other = data.draw(st.integers(1, size).filter(lambda each: each != sequence) | st.just(0))
    assert not included(leaf, other, size, proof, root)
    assert not included(hashlib.sha256(leaf).digest(), sequence, size, proof, root)
    assert not included(leaf, sequence, size, [*proof, root], root)
    if proof:
        assert not included(leaf, sequence, size, proof[:-1], root)


@given(st.data())
def test_a_longer_history_is_proved_to_begin_with_a_shorter(data: st.DataObject) -> None:
    tree = Tree(leaves(data.draw(st.integers(1, 130))))
    size = data.draw(st.integers(1, tree.size))
    shorter = data.draw(st.integers(0, size))
    proof = tree.consistency(shorter, size)
    old, new = tree.root(shorter), tree.root(size)
    assert consistent(shorter, size, proof, old, new)
    assert not consistent(shorter, size, [*proof, new], old, new)
    if shorter:
        assert not consistent(shorter, size, proof, hashlib.sha256(old).digest(), new)
        assert not consistent(shorter, size, proof, old, hashlib.sha256(new).digest())
    if proof:
        assert not consistent(shorter, size, proof[:-1], old, new)


@given(st.data())
def test_a_history_with_another_past_is_not_proved_to_continue_it(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 100))
    shorter = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, shorter - 1))
    true = leaves(size)
    false = [*true[:changed], hashlib.sha256(b"another score").digest(), *true[changed + 1 :]]
    proof = Tree(false).consistency(shorter, size)
    assert not consistent(shorter, size, proof, Tree(true).root(shorter), Tree(false).root())


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_a_tree_that_grows_bit_by_bit_is_the_tree_that_was_there_at_once(portions: list[int]) -> None:
    grown, whole = Tree(), leaves(sum(portions))
    for portion in portions:
        grown.extend(whole[grown.size : grown.size + portion])
    assert grown.levels == Tree(whole).levels


def test_what_the_tree_does_not_hold_is_refused() -> None:
    tree = Tree(leaves(3))
    for refused in (
        lambda: tree.root(4),
        lambda: tree.inclusion(1, 4),
        lambda: tree.inclusion(3, 2),
        lambda: tree.inclusion(0, 2),
        lambda: tree.consistency(3, 2),
        lambda: tree.extend([b"short"]),
    ):
        with pytest.raises(ValueError, match=r"leaves|leaf|among|more than"):
            refused()


def test_a_shorter_history_cannot_be_longer() -> None:
    assert not consistent(3, 2, [], b"", b"")
    assert not consistent(1, 2, [], leaves(1)[0], Tree(leaves(2)).root())
