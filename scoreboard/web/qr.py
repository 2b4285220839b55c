"""QR codes as inline SVG, without styles, so that the strict content security policy lets them be drawn."""

import segno
from markupsafe import Markup

QUIET = 4  # modules of white around the code, which the standard asks for


def qr(text: str) -> Markup:
    """Draw a text as a QR code that fills its place; a quarter of it may be lost before it cannot be read."""
    code = segno.make(text, error="q", micro=False, boost_error=False)
    return Markup(code.svg_inline(omitsize=True, border=QUIET, svgclass="qr", lineclass=None))  # noqa: S704  (segno's own numbers)
