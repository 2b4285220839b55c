"""Where templates/ and static/ lie: inside the package in a wheel, beside it in a checkout or an editable install."""

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).resolve().parent


def asset_dir(name: Literal["templates", "static"], package: Path = PACKAGE) -> Path:
    """Find the folder of that name that belongs to the package.

    Inside is looked at first: installed, the package's neighbours are other people's, and in a checkout there is
    nothing of that name inside. Raises FileNotFoundError when neither has it, which is a broken installation.
    """
    for parent in (package, package.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"no {name}/ inside or beside {package}")
