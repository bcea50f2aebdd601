"""From the bytes as received to the text as filed. Pure: the same bytes give the same text, at the door and later."""

from collections.abc import Sequence

import orjson

from shared.decoding.charsets import (
    CHARSETS,
    Undecodable,
    UnknownCharset,
    binary_control,
    byte_spans,
    decode,
    label_of,
)
from shared.decoding.literal import literal_starts
from shared.decoding.recognition import Decision, recognise, take_text

PLAIN = "text/plain"
JSON = "application/json"

__all__ = [
    "CHARSETS",
    "JSON",
    "PLAIN",
    "Decision",
    "Undecodable",
    "UnknownCharset",
    "binary_control",
    "byte_spans",
    "decode",
    "filed_spans",
    "filed_text",
    "label_of",
    "recognise",
    "take_text",
]


def filed_text(raw: bytes, media_type: str, charset: str) -> str:
    """The text as filed of an accepted bulletin's bytes: the body itself, or the `text` of its JSON."""
    if media_type == JSON:
        text: str = orjson.loads(raw)["text"]
        return text
    return decode(raw, charset)


def filed_spans(raw: bytes, media_type: str, charset: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The bytes that stand for spans of the text as filed, as they were received: half-open, in bytes."""
    if media_type == JSON:
        starts = literal_starts(raw)
        return [(starts[start], starts[end]) for start, end in spans]
    return byte_spans(raw, charset, spans)
