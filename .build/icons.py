"""Draws the icons that phones show for the judge's page: static/img/icon.svg as pictures of the sizes that they want.

    python .build/icons.py

Three bars on a ground, so squares of pixels are all it takes; `icon-whole` fills its square to the edge, since systems
that ask for it cut their own shape out of it.
"""

import struct
import zlib
from pathlib import Path
from typing import Final

IMG: Final = Path(__file__).resolve().parents[1] / "static" / "img"
GROUND, GOLD, WHITE = (0x8A, 0x15, 0x38), (0xF9, 0xA8, 0x0D), (0xFF, 0xFF, 0xFF)
SIDE: Final = 64  # of the drawing
BARS: Final = ((26, 16, 38, 50, GOLD), (11, 28, 23, 50, WHITE), (41, 36, 53, 50, WHITE))
CORNER: Final = 14
SAMPLES: Final = 4  # in a row of a pixel, so that the corners are smooth
PICTURES: Final = (
    ("icon-180", 180, 1.0, 0),
    ("icon-192", 192, 1.0, CORNER),
    ("icon-512", 512, 1.0, CORNER),
    ("icon-whole-512", 512, 0.72, 0),
)


def colour(x: float, y: float, size: float, corner: float) -> tuple[int, int, int, int]:
    """What is at a place of the drawing; `size` is how large the bars are, around the middle."""
    dx, dy = max(corner - x, x - (SIDE - corner), 0), max(corner - y, y - (SIDE - corner), 0)
    if dx * dx + dy * dy > corner * corner and corner:
        return (0, 0, 0, 0)
    at_x, at_y = (SIDE / 2 + (value - SIDE / 2) / size for value in (x, y + (1 - size)))
    for left, top, right, bottom, bar in BARS:
        if left <= at_x < right and top <= at_y < bottom:
            return (*bar, 255)
    return (*GROUND, 255)


def pixel(column: int, row: int, pixels: int, size: float, corner: float) -> bytes:
    """One pixel: what is in it on average, its colours weighed by how much they cover."""
    places = [(index + 0.5) / SAMPLES for index in range(SAMPLES)]
    found = [
        colour((column + dx) * SIDE / pixels, (row + dy) * SIDE / pixels, size, corner)
        for dy in places
        for dx in places
    ]
    covered = sum(each[3] for each in found)
    shades = (round(sum(each[part] * each[3] for each in found) / covered) if covered else 0 for part in range(3))
    return bytes((*shades, round(covered / len(found))))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(pixels: int, size: float, corner: float) -> bytes:
    """The whole picture."""
    rows = b"".join(
        b"\0" + b"".join(pixel(column, row, pixels, size, corner) for column in range(pixels)) for row in range(pixels)
    )
    head = struct.pack(">IIBBBBB", pixels, pixels, 8, 6, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


if __name__ == "__main__":
    for name, pixels, size, corner in PICTURES:
        (IMG / f"{name}.png").write_bytes(png(pixels, size, corner))
