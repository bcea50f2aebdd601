"""What an article says in few bytes, to be kept beside it: to compare needs neither its page nor its parts again."""

import zlib

from services.enrich.text.article import Said

_LEVEL = 6


def pack(said: Said) -> bytes:
    """The places in one line, then the text; compressed to about half a byte a character."""
    head = " ".join(f"{start}:{filed}" for start, filed in said.places)
    return zlib.compress(f"{head}\n{said.text}".encode(), _LEVEL)


def unpack(packed: bytes) -> Said:
    """What `pack` was given."""
    head, _, text = zlib.decompress(packed).decode().partition("\n")
    pairs = (pair.partition(":") for pair in head.split())
    return Said(text=text, places=tuple((int(start), int(filed)) for start, _, filed in pairs))
