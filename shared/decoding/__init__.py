"""From the bytes as received to the text as filed. Pure: the same bytes give the same text, at the door and later."""

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
