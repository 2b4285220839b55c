"""A message in every form in which it goes over the wire, each made at most once, however many are told it.

A server's websocket frames are not masked, so their bytes are the same for every reader (RFC 6455, 5.1). With
``server_no_context_takeover`` no message is compressed against the ones before it, so a deflated frame is the same for
every reader, too (RFC 7692, 7.1.1.1); what deflating does not make worth its while smaller travels as it is, which a
reader that negotiated compression also accepts (RFC 7692, 6).
"""

import struct
import zlib
from functools import cached_property

WORTH_BYTES = 256  # below, a deflated message saves less than a packet
WORTH_SHARE = 0.9  # of its own size that a message must get below
LEVEL = 6

# The first byte of a frame: final, a text; and the same with RSV1, which says that it is deflated.
TEXT = 0x81
DEFLATED_TEXT = 0xC1


class Frame:
    """One message; `text` is its JSON, on one line."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def payload(self) -> bytes:
        """The text as bytes."""
        return self.text.encode()

    @cached_property
    def plain(self) -> bytes:
        """The websocket frame for readers who did not negotiate compression."""
        return framed(self.payload, TEXT)

    @cached_property
    def packed(self) -> bytes:
        """The websocket frame for readers who did: deflated, where that pays."""
        if len(self.payload) < WORTH_BYTES:
            return self.plain
        small = deflated(self.payload)
        return framed(small, DEFLATED_TEXT) if len(small) < WORTH_SHARE * len(self.payload) else self.plain

    @cached_property
    def streamed(self) -> bytes:
        """The same for an event stream (HTML, 9.2.5)."""
        return b"data: " + self.payload + b"\n\n"

    def __repr__(self) -> str:
        return f"Frame({self.text!r})"


def framed(payload: bytes, first: int) -> bytes:
    """Put a whole message into one unmasked frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def deflated(payload: bytes) -> bytes:
    """Compress a message by itself, with the largest window (RFC 7692, 7.2.1)."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")
