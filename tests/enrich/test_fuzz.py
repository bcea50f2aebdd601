"""Whatever is posted, the reader stands: golden bulletins with random edits, random text, random bytes."""

import os
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrich.commands.explain import explain_bytes
from services.enrich.text.article import UnreadableBulletin
from shared.decoding import Undecodable
from tests.servers import ROOT

POSTED = [path.read_bytes() for path in sorted((ROOT / "tests/golden").glob("*.txt")) if path.stat().st_size < 10_000]
MANY = 13 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1
"""So many times 4,000 examples: the same ones in every check, new ones and more of them when they are looked for."""
TEXTS = [text for raw in POSTED if (text := raw.decode("utf-8", errors="ignore")).encode() == raw]
# What turns the meaning of a line, or of its neighbours.
PIECES = (
    "\n", "\r\n", "\r", "\n\n", "\u2028", "\t", " | ", "- ", "1. ", "* ", "***\n", "TIN 2: ", "Ảnh 1.", "- Ảnh 2.", "Ảnh: ",
    "(Ảnh: CTV)", "Nguồn: ", "(TTXVN)", "Theo ", "#", "date 2025-02-29 ", "31/4", "29/2", "24/24", "ngày ", "tháng ", "năm ",
    "rằm tháng Giêng", "30 Tết", "cùng ngày", "hôm qua", "quý V", "25h", "99/99/9999", " (", ")", "“", "<p>", "</p>", "<br",
    "&amp;", "&#0;", "\u0300", "\u0323", "\u031b", "\xa0", "\u200b", "\ufeff", "\xad", "ð", "Ð", "\u1160", "İ", "ŉ", "ﬀ",
)  # fmt: skip
Edit = Callable[[st.DrawFn, str], str]


def part(draw: st.DrawFn, text: str) -> tuple[int, int]:
    """A stretch of the text, of 80 characters at most."""
    start = draw(st.integers(0, len(text)))
    return start, draw(st.integers(start, min(len(text), start + 80)))


def insert(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(PIECES) | st.text(max_size=8)) + text[at:]


def delete(draw: st.DrawFn, text: str) -> str:
    start, end = part(draw, text)
    return text[:start] + text[end:]


def double(draw: st.DrawFn, text: str) -> str:
    start, end = part(draw, text)
    return text[:end] + text[start:end] + text[end:]


def change_case(draw: st.DrawFn, text: str) -> str:
    start, end = part(draw, text)
    return text[:start] + draw(st.sampled_from((str.upper, str.lower, str.title)))(text[start:end]) + text[end:]


def decompose(draw: st.DrawFn, text: str) -> str:
    start, end = part(draw, text)
    return text[:start] + unicodedata.normalize("NFD", text[start:end]) + text[end:]


def swap_lines(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def join_lines(draw: st.DrawFn, text: str) -> str:
    return text.replace("\n\n", draw(st.sampled_from(("\n", " ", "\r\n"))))


EDITS: tuple[Edit, ...] = (insert, delete, double, change_case, decompose, swap_lines, join_lines)


@st.composite
def edited_texts(draw: st.DrawFn) -> str:
    """A golden bulletin after one to four edits."""
    text = draw(st.sampled_from(TEXTS))
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=4)):
        text = edit(draw, text)
    return text


@st.composite
def edited_bytes(draw: st.DrawFn) -> bytes:
    """A golden bulletin, in whatever encoding, of which some bytes are others."""
    raw = draw(st.sampled_from(POSTED))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(max_size=3)) + raw[at + draw(st.integers(0, 3)) :]
    return raw


anything = st.text(max_size=400) | st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("".join)


def read(raw: bytes) -> dict[str, Any] | None:
    """What the bytes become; None if the reader says that they are no text, or hold nothing but blanks."""
    try:
        return explain_bytes(raw)
    except (Undecodable, UnreadableBulletin):
        return None


def spans_in(found: Any) -> Iterator[tuple[int, int]]:
    """The offsets of everything that was found, wherever it hangs."""
    if isinstance(found, dict):
        if "start" in found:
            yield found["start"], found["end"]
        for value in found.values():
            yield from spans_in(value)
    elif isinstance(found, list):
        for value in found:
            yield from spans_in(value)


def mentions_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [part for part in (found["byline"], found["source"]) if part]
    return [*found["dates"], *found["slips"], *found["entities"], *found["places"], *parts]


def assert_every_offset_is_in_the_text(found: dict[str, Any]) -> None:
    outside = [span for span in spans_in(found) if not 0 <= span[0] <= span[1] <= len(found["text"])]
    assert outside == []


def assert_blocks_follow_each_other(found: dict[str, Any]) -> None:
    spans = [(block["start"], block["end"]) for block in found["blocks"]]
    assert all(start < end for start, end in spans)
    assert [pair for pair in pairwise(spans) if pair[0][1] > pair[1][0]] == []


def assert_mentions_stand_in_blocks(found: dict[str, Any]) -> None:
    blocks = [(block["start"], block["end"]) for block in found["blocks"]]
    strays = [
        mention
        for mention in mentions_of(found)
        if not any(start <= mention["start"] <= mention["end"] <= end for start, end in blocks)
    ]
    assert strays == []


def assert_what_is_clean_stays_so(found: dict[str, Any]) -> None:
    """Reading the clean blocks again gives the same words.

    But text taken out of markup may itself look like markup; and what was left misread, for want of evidence, may be read
    rightly once the letters that spoke against it are blanks.
    """
    if any(note["code"] == "taken_from_html" for note in found["notes"]):
        return
    once = "\n\n".join(block["text"] for block in found["blocks"])
    again = read(once.encode())
    assert again is not None
    if any(note["code"] == "mended_encoding" for note in again["notes"]):
        return
    assert " ".join(block["text"] for block in again["blocks"]).split() == once.split()


def assert_sound(raw: bytes) -> None:
    found = read(raw)
    if found is not None:
        assert_every_offset_is_in_the_text(found)
        assert_blocks_follow_each_other(found)
        assert_mentions_stand_in_blocks(found)
        assert_what_is_clean_stays_so(found)


@given(edited_texts())
def test_an_edited_bulletin_is_read_soundly(text: str) -> None:
    assert_sound(text.encode())


@given(edited_bytes())
def test_broken_bytes_are_read_soundly_or_refused(raw: bytes) -> None:
    assert_sound(raw)


@given(anything)
def test_any_text_at_all_is_read_soundly(text: str) -> None:
    assert_sound(text.encode())


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=1_600 * MANY)
@given(edited_texts())
def test_an_edited_bulletin_is_read_soundly_in_the_long_run(text: str) -> None:
    assert_sound(text.encode())


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=1_200 * MANY)
@given(edited_bytes())
def test_broken_bytes_are_read_soundly_or_refused_in_the_long_run(raw: bytes) -> None:
    assert_sound(raw)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=1_200 * MANY)
@given(anything)
def test_any_text_at_all_is_read_soundly_in_the_long_run(text: str) -> None:
    assert_sound(text.encode())
