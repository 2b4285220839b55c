"""The headers that every answer carries, also where the server refuses before the application heard of a request."""

from typing import Final

# What a page may load and run is for the application to say.
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

# Over TLS only: two years, as browsers that preload want it.
STRICT_TRANSPORT: Final = "max-age=63072000; includeSubDomains"

# Of a line of text, which loads and runs nothing.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def of_refusal(*, secure: bool) -> dict[str, str]:
    """What an answer of the server itself carries; `secure` where it goes over TLS."""
    headers = {**HEADERS, "content-security-policy": NOTHING, "cache-control": "no-store"}
    return {**headers, "strict-transport-security": STRICT_TRANSPORT} if secure else headers
