"""Random numbers that belong to a label: the same today and tomorrow, whoever else is there.

A ranking's probabilities are counted over draws. If each refit drew afresh, or if a new ballot shifted who gets which
number, the display would flicker by sampling error alone. So a number is a function of the seed, of what it is for, of
the team's or judge's id, and of its place in the sequence: common random numbers, and nothing to store.

A label's key is a BLAKE2 hash; a sequence is SplitMix64 from there on (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014), made normal by the inverse of the distribution function.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import ndtri

from scoreboard.scoring.table import FloatArray

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
SECOND_MIX: Final = np.uint64(0x94D049BB133111EB)


KEPT: Final = 16  # of what is drawn anew with each ballot, the same each time
LARGEST_KEPT: Final = 500_000  # numbers


def uniforms(seed: int, purpose: str, labels: Sequence[str], count: int) -> FloatArray:
    """For each label (L) `count` numbers between 0 and 1, both excluded: L x count."""
    keys = np.array([_key(seed, purpose, label) for label in labels], dtype=np.uint64)
    mixed = keys[:, None] + GOLDEN * np.arange(1, count + 1, dtype=np.uint64)[None, :]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST_MIX
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND_MIX
    mixed ^= mixed >> np.uint64(31)
    numbers: FloatArray = ((mixed >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return numbers


def normals(seed: int, purpose: str, labels: Sequence[str], count: int) -> FloatArray:
    """The same, as draws from the standard normal distribution: L x count, to be read only."""
    drawing = _kept_normals if len(labels) * count <= LARGEST_KEPT else _normals
    return drawing(seed, purpose, tuple(labels), count)


def _normals(seed: int, purpose: str, labels: tuple[str, ...], count: int) -> FloatArray:
    drawn: FloatArray = ndtri(uniforms(seed, purpose, labels, count))
    drawn.flags.writeable = False
    return drawn


_kept_normals = lru_cache(maxsize=KEPT)(_normals)


def _key(seed: int, purpose: str, label: str) -> int:
    named = f"{seed}\0{purpose}\0{label}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "big")
