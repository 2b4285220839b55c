"""The Merkle tree over a ledger's leaves (RFC 6962, RFC 9162 section 2.1), pure and in memory.

A root stands for the first so many entries. Two kinds of proof need no more than some hashes: that an entry is among
them (inclusion), and that a longer history begins with a shorter one (consistency).

The hash of an inner node is SHA-256(0x01, left, right). A leaf here is the entry's leaf hash as it is.
"""

import hashlib
from collections.abc import Iterable, Sequence

WIDTH = 32  # bytes of a hash
EMPTY = hashlib.sha256().digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees together."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows at its end: 64 bytes an entry, proofs in the logarithm of its size.

    `levels[k]` holds one after the other the hashes of the complete subtrees of 2**k leaves.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.levels[0]) // WIDTH

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaves."""
        for leaf in leaves:
            if len(leaf) != WIDTH:
                raise ValueError(f"a leaf has {WIDTH} bytes")
            height, place, found = 0, self.size, leaf
            self.levels[0] += found
            while place & 1:
                found = node(self.complete(height, place - 1), found)
                height, place = height + 1, place >> 1
                if height == len(self.levels):
                    self.levels.append(bytearray())
                self.levels[height] += found

    def complete(self, height: int, place: int) -> bytes:
        """Give the hash of the complete subtree at a place of a level."""
        return bytes(self.levels[height][place * WIDTH : (place + 1) * WIDTH])

    def root(self, size: int | None = None) -> bytes:
        """Give the root over the first `size` leaves, by default all."""
        return self.subtree(0, self.size if size is None else self.checked(size))

    def subtree(self, start: int, end: int) -> bytes:
        """Give the root over the leaves from `start` to before `end`, where `start` is where the tree divides."""
        found = EMPTY
        size = end - start
        while size:  # from the right: the smallest complete subtree first, one for each bit of the size
            smallest = size & -size
            end -= smallest
            height = smallest.bit_length() - 1
            left = self.complete(height, end >> height)
            found = left if found == EMPTY else node(left, found)
            size -= smallest
        return found

    def checked(self, size: int) -> int:
        """Refuse a size that the tree has not reached."""
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def inclusion(self, sequence: int, size: int) -> list[bytes]:
        """Prove that the entry of this sequence (1-based) is among the first `size` (RFC 9162 section 2.1.3.1)."""
        if not 1 <= sequence <= self.checked(size):
            raise ValueError(f"entry {sequence} is not among the first {size}")
        path: list[bytes] = []
        place, start, end = sequence - 1, 0, size
        while end - start > 1:
            middle = start + split(end - start)
            if place < middle:
                path.append(self.subtree(middle, end))
                end = middle
            else:
                path.append(self.subtree(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, shorter: int, size: int) -> list[bytes]:
        """Prove that the first `size` entries begin with the first `shorter` (RFC 9162 section 2.1.4.1).

        Nothing needs to be proved of none, or of all of them: then the proof is empty.
        """
        if not 0 <= shorter <= self.checked(size):
            raise ValueError(f"{shorter} entries are more than {size}")
        if shorter in {0, size}:
            return []
        path: list[bytes] = []
        start, end, whole = 0, size, True
        while shorter != end:
            middle = start + split(end - start)
            if shorter <= middle:
                path.append(self.subtree(middle, end))
                end = middle
            else:
                path.append(self.subtree(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self.subtree(start, end))
        return path[::-1]


def split(size: int) -> int:
    """Give the largest power of two below a size above 1: where a tree of that size divides."""
    return 1 << (size - 1).bit_length() - 1


def included(leaf: bytes, sequence: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that a leaf is the entry of this sequence among `size` (RFC 9162 section 2.1.3.2)."""
    if not 1 <= sequence <= size:
        return False
    place, last, found = sequence - 1, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(shorter: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether a proof shows that a history of `size` begins with one of `shorter` (RFC 9162 section 2.1.4.2)."""
    if shorter in {0, size}:
        return not proof and shorter <= size and (shorter == 0 or old_root == root)
    if shorter > size or not proof:
        return False
    steps = [old_root, *proof] if shorter & (shorter - 1) == 0 else list(proof)
    place, last = shorter - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(step, old), node(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, root)
