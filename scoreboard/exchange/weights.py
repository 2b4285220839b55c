"""What the criteria of a table weigh, and on which scale they were scored, as a TOML file.

    [[criteria]]
    key = "idea"       # as the table's column criterion has it
    weight = 30        # in any unit, 0 or more
    minimum = 0        # the range that scores are from; every criterion has one, or none does
    maximum = 10

With ranges, totals go from 0 to 100; without, they stay on the table's own scale. All faults are told at once, each
with its line.
"""

import math
from decimal import Decimal
from pathlib import Path
from typing import IO

from scoreboard.errors import InvalidTable
from scoreboard.exchange.folder.files import decoded
from scoreboard.exchange.folder.sections import Section, open_toml, shown
from scoreboard.judging.setup.faults import Fault, Faults
from scoreboard.scoring.table import Scale


def read_scales(source: Path | IO[bytes]) -> tuple[Scale, ...]:
    """Read the criteria of a TOML file, by its path or as an open binary stream, in the file's order.

    Raises InvalidTable, whose `extra` holds all faults; OSError if the file cannot be read.
    """
    faults = Faults()
    name = Path(str(getattr(source, "name", source))).name
    text = decoded(source.read_bytes() if isinstance(source, Path) else source.read(), faults, name)
    section = None if text is None else open_toml(text, faults, name)
    scales = () if section is None else _scales(section)
    if faults.found:
        raise InvalidTable(
            "The criteria cannot be used:\n%(faults)s",
            faults="\n".join(f"  {_told(fault)}" for fault in faults.found),
            extra={"faults": [fault.as_json() for fault in faults.found]},
        )
    return scales


def _scales(section: Section) -> tuple[Scale, ...]:
    parts = section.sections("criteria", required=True)
    section.close()
    scales: dict[str, Scale] = {}
    for part in parts:
        key = part.string("key", 'key = "idea"')
        if part.sound("key") and key in scales:
            part.refuse("key", "The key %(found)s is used twice; each needs its own.", found=key)
        scale = _scale(key, part)
        if part.sound("key"):
            scales[key] = scale
    if not section.faults.found and (
        len({scale.ranged for scale in scales.values()}) > 1 or not any(scale.weight for scale in scales.values())
    ):
        section.at().fault("Either every criterion declares its range or none does, and one must have weight.")
    return tuple(scales.values())


def _scale(key: str, section: Section) -> Scale:
    """Read one criterion; a stand-in where it has a fault."""
    ranged = not section.raw.keys().isdisjoint({"minimum", "maximum"})
    weight = _number(section, "weight", "weight = 1", required=True)
    minimum = _number(section, "minimum", "minimum = 0", required=ranged)
    maximum = _number(section, "maximum", "maximum = 10", required=ranged)
    section.close()
    if weight is not None and weight < 0:
        section.refuse("weight", "The weight is %(found)s; it must be 0 or more.", found=shown(weight))
    if minimum is not None and maximum is not None and maximum <= minimum:
        section.refuse(
            "maximum",
            "The maximum is %(found)s; it must be above the minimum, %(minimum)s.",
            found=shown(maximum),
            minimum=shown(minimum),
        )
    if weight is None or section.wrong:
        return Scale(key)
    return Scale(
        key,
        float(weight),
        minimum=None if minimum is None else float(minimum),
        maximum=None if maximum is None else float(maximum),
    )


def _number(section: Section, key: str, example: str, *, required: bool) -> Decimal | None:
    """Read a number; None where there is none."""
    value = section.take(key, example, required=required)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and math.isfinite(Decimal(value)):
        return Decimal(value)
    if value is not None:
        section.mistyped(key, value, example)
    return None


def _told(fault: Fault) -> str:
    line = None if fault.row is None else f"line {fault.row}"
    where = ", ".join(filter(None, (line, fault.column)))
    return f"{where}: {fault.words()}" if where else fault.words()
